"""2017, the transformer answers questions: train it on TinyTalks, then chat with it.

Until then, most networks read a text word by word and had to remember what came before. Ashish
Vaswani and seven others at Google let words look at each other by attention alone, so that training
sees all at once. GPT, and in 2022 ChatGPT, stack such layers to predict the next word of any text.

A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems 30
(2017). Run: python -m milestones.vaswani_chatgpt
"""

from __future__ import annotations

import re
from pathlib import Path

import tinydatasets
from milestones import lesson
from milestones.language import Example, Vocabulary, accuracy, draw_attention, generate, train
from milestones.pytorch import nn, torch

Cache = dict[str, torch.Tensor]  # keys and values of the words before, in a layer
# A word, or a mark; and what ends a question.
WORD, ANSWER = r"[^\s.,;:!?]+|[.,;:!?]", " <answer>"


class Layer(nn.Module):
    """Each word looks back at the others by attention; then a perceptron transforms it.

    Unlike in 2017, there is no encoder, the norm comes first, and distances count in attention.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.projection = nn.Linear(width, width, bias=False)
        self.perceptron = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(0.2)
        # How much less a word counts for each word that it is further away, in each head.
        self.slopes = 2.0 ** (-8 * torch.arange(1, heads + 1) / heads)[:, None, None]

    def forward(self, x: torch.Tensor, cache: Cache | None) -> torch.Tensor:
        """Turn numbers of shape (n, length, width) into others."""
        n, length, width = x.shape
        heads = self.queries_keys_values(self.norm(x)).view(n, length, 3, len(self.slopes), -1)
        queries, keys, values = heads.permute(2, 0, 3, 1, 4)
        if cache:  # what it has need not be computed again
            keys = torch.cat([cache["keys"], keys], dim=2)
            values = torch.cat([cache["values"], values], dim=2)
        if cache is not None:
            cache.update(keys=keys, values=values)
        places = torch.arange(keys.shape[2])
        distance = places[-length:, None] - places
        scores = queries @ keys.transpose(2, 3) / keys.shape[3] ** 0.5 - self.slopes * distance
        attention = scores.masked_fill(distance < 0, -torch.inf).softmax(dim=3)  # no word to come
        self.attention = attention.detach()
        seen = (attention @ values).transpose(1, 2).reshape(n, length, width)
        x = x + self.dropout(self.projection(seen))
        y: torch.Tensor = x + self.dropout(self.perceptron(x))
        return y


class Transformer(nn.Module):
    """From the numbers of words to the logits of the word that comes after each."""

    def __init__(self, words: int, width: int, layers: int, heads: int = 4) -> None:
        super().__init__()
        if width % heads:
            raise SystemExit(f"--width must be a multiple of {heads}, found {width}")
        self.embedding = nn.Embedding(words, width)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        self.layers = nn.ModuleList(Layer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: torch.Tensor, caches: list[Cache] | None = None) -> torch.Tensor:
        """Return logits of shape (n, length, words) for words of shape (n, length)."""
        y = self.embedding(x) * self.embedding.embedding_dim**0.5
        for number, layer in enumerate(self.layers):
            y = layer(y, caches[number] if caches else None)
        return nn.functional.linear(self.norm(y), self.embedding.weight)


def learn(
    *, epochs: int, width: int, layers: int, seed: int
) -> tuple[Transformer, Vocabulary, dict[str, list[Example]]]:
    """Train on the pairs of `train`; return the model, its words, and all pairs as numbers."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # the products are small: two threads would wait for each other
    splits = tinydatasets.load_text("tinytalks")._asdict()
    texts = [text for split in splits.values() for pair in split for text in pair[2:]]
    vocabulary = Vocabulary([*texts, ANSWER], WORD)
    examples = {
        name: [vocabulary.example(pair.question + ANSWER, pair.answer) for pair in split]
        for name, split in splits.items()
    }
    model = Transformer(len(vocabulary.words), width, layers)
    train(model, examples["train"], epochs=epochs)
    return model, vocabulary, examples


def main(
    *, epochs: int = 200, width: int = 64, layers: int = 3, seed: int = 0, plot: Path | None = None
) -> dict[str, float]:
    """Answer the questions that were learned and those that were held out, then chat."""
    model, vocabulary, examples = learn(epochs=epochs, width=width, layers=layers, seed=seed)

    def reply(question: str) -> str:
        question = question[:1].upper() + question[1:]
        if unknown := vocabulary.unknown(question):
            return f"I do not know the word {unknown[0]!r}."
        answer = vocabulary.decode(generate(model, vocabulary.encode(question + ANSWER)))
        return re.sub(r" (?=[.,;:!?])", "", " ".join(answer))

    talks = tinydatasets.load_text("tinytalks")
    for pair in talks.test[::9]:
        said = reply(pair.question)
        mark = "" if said == pair.answer else f" WRONG: {pair.answer}"
        print(f"  {pair.question} - {said}{mark}")
    learned = "\n".join(f"  {pair.question}" for pair in talks.train[::50])
    lesson.chat(f"Ask something like what it has read, such as:\n{learned}", reply)
    if plot:
        draw_attention(model, vocabulary, examples["test"][-1], plot)
    return {f"accuracy, {name}": accuracy(model, split) for name, split in examples.items()}


if __name__ == "__main__":
    lesson.run(main)
