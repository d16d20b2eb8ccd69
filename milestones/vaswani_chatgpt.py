"""2017, the transformer answers questions: train it on TinyTalks, see where it looks, chat with it.

Until then, most networks read a text word by word and had to remember what came before. Ashish
Vaswani and seven others at Google let words look at each other by attention alone, so that training
sees all at once. GPT, and in 2022 ChatGPT, stack such layers to predict the next word of any text.

A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems 30
(2017). Run: python -m milestones.vaswani_chatgpt
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import tinydatasets
from milestones import lesson
from milestones.language import Example, Vocabulary, accuracy, generate, train
from milestones.pytorch import nn, torch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tinydatasets import Pair

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
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(0.1)
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


class Copy(NamedTuple):
    """An answer up to its last word, which stands in the question too."""

    text: list[int]
    place: int  # where the word stands in the question


def copies(vocabulary: Vocabulary, pairs: Iterable[Pair]) -> list[Copy]:
    """Return the answers that are a sentence of their question, each up to its last word."""
    found = []
    for pair in pairs:
        before, is_sentence, _ = pair.question.partition(pair.answer)
        if is_sentence:
            answer = vocabulary.encode(pair.answer)[:-2]  # without its last word and its mark
            text = vocabulary.encode(pair.question + ANSWER) + answer
            found.append(Copy(text, len(vocabulary.encode(before)) + len(answer)))
    return found


@torch.no_grad()
def attention(model: Any, text: list[int]) -> torch.Tensor:
    """Return how much each head looks at each word to add the next: (layers, heads, length)."""
    model(torch.tensor([text]))
    return torch.stack([layer.attention[0, :, -1] for layer in model.layers])


def copying_head(model: Transformer, learned: list[Copy]) -> tuple[int, int]:
    """Return the layer and the number of the head that looks most at the words to be copied."""
    seen = torch.stack([attention(model, text)[..., place] for text, place in learned]).sum(dim=0)
    layer, head = divmod(int(seen.argmax()), seen.shape[1])
    return layer, head


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
    *, epochs: int = 350, width: int = 64, layers: int = 2, seed: int = 0, plot: Path | None = None
) -> dict[str, float]:
    """Answer questions that were held out, show where the model looks, then chat."""
    model, vocabulary, examples = learn(epochs=epochs, width=width, layers=layers, seed=seed)

    def reply(question: str) -> str:
        question = question[:1].upper() + question[1:]
        if unknown := vocabulary.unknown(question):
            return f"I do not know the word {unknown[0]!r}."
        answer = vocabulary.decode(generate(model, vocabulary.encode(question + ANSWER)))
        return re.sub(r" (?=[.,;:!?])", "", " ".join(answer))

    def show(pair: Pair) -> None:
        said = reply(pair.question)
        mark = "" if said == pair.answer else f" WRONG: {pair.answer}"
        print(f"  {pair.question} - {said}{mark}")

    talks = tinydatasets.load_text("tinytalks")
    contexts = [pair for pair in (*talks.val, *talks.test) if copies(vocabulary, [pair])]
    for pair in [pair for pair in talks.test if pair not in contexts][::4]:
        show(pair)
    print("\nBoth questions about two people, which it has never read together:")
    for pair in contexts[:2]:
        show(pair)
    layer, head = copying_head(model, copies(vocabulary, talks.train))
    held_out = copies(vocabulary, contexts)
    looks = [(text, attention(model, text)[layer, head]) for text, _ in held_out[:2]]
    print(f"\nBefore the last word, head {head + 1} of layer {layer + 1} looked at, in percent:\n")
    columns = [[vocabulary.words[number] for number in text] for text, _ in looks]
    names = [" / ".join(dict.fromkeys(words)) for words in zip(*columns)]
    asked = [pair.question.rpartition(". ")[2] for pair in contexts[:2]]
    print(" " * 14 + "".join(f"{question:>20}" for question in asked))
    for name, *weights in zip(names, *(weights.tolist() for _, weights in looks)):
        print(f"  {name:12}" + "".join(f"{100 * weight:20.0f}" for weight in weights))
    learned = "\n".join(f"  {pair.question}" for pair in talks.train[::50])
    lesson.chat(f"Ask something like what it has read, such as:\n{learned}", reply)
    if plot:
        draw(names, asked, torch.stack([weights for _, weights in looks]), plot)
    seen = [float(attention(model, text)[layer, head, place]) for text, place in held_out]
    return {
        "accuracy, train": accuracy(model, examples["train"]),
        "accuracy, held out": accuracy(model, examples["val"] + examples["test"]),
        "accuracy, held-out contexts": accuracy(
            model, [vocabulary.example(pair.question + ANSWER, pair.answer) for pair in contexts]
        ),
        "attention to the copied word": sum(seen) / len(seen),
    }


def draw(names: list[str], asked: list[str], weights: torch.Tensor, path: Path) -> None:
    """Draw how much a head looks at each word, for each question that is asked."""
    with lesson.picture(path, 8, 2.5) as plt:
        plt.imshow(weights.numpy(), cmap="Blues", vmin=0, vmax=1)
        plt.xticks(range(len(names)), names, rotation=45, ha="right")
        plt.yticks(range(len(asked)), asked)
        for row, column in torch.cartesian_prod(*map(torch.arange, weights.shape)).tolist():
            weight = float(weights[row, column])
            colour = "white" if weight > 0.5 else "black"
            plt.text(column, row, f"{100 * weight:.0f}", ha="center", va="center", color=colour)
        plt.xlabel("attention to each word, in percent, before the answer's last word")


if __name__ == "__main__":
    lesson.run(main)
