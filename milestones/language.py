"""What the programs with a transformer share: words as numbers, training, and generating text."""

import re
from functools import partial
from pathlib import Path
from typing import Any

from milestones import lesson
from milestones.pytorch import nn, torch

BATCH = 32
Example = tuple[list[int], list[int]]  # the words of a beginning, and of how it goes on


class Vocabulary:
    """The words of some texts, each what matches a regular expression, and a number for each."""

    def __init__(self, texts: list[str], pattern: str) -> None:
        self.split = re.compile(pattern).findall
        self.words = ["<end>", *sorted({word for text in texts for word in self.split(text)})]
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def unknown(self, text: str) -> list[str]:
        """Return the words that are not in the vocabulary."""
        return [word for word in self.split(text) if word not in self._numbers]

    def encode(self, text: str) -> list[int]:
        """Return the number of each word of a text, all of which must be known."""
        return [self._numbers[word] for word in self.split(text)]

    def example(self, beginning: str, rest: str) -> Example:
        """Return the numbers of a beginning, and those of how it goes on, with the end."""
        return self.encode(beginning), [*self.encode(rest), 0]

    def decode(self, numbers: list[int]) -> list[str]:
        """Return the words that have these numbers."""
        return [self.words[number] for number in numbers]


def train(model: nn.Module, examples: list[Example], *, epochs: int) -> None:
    """Train a model to go on from beginnings; it gives logits of shape (n, length, words)."""
    pad = partial(nn.utils.rnn.pad_sequence, batch_first=True)
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=1.0)
    steps = epochs * -(-len(examples) // BATCH)
    # The learning rate rises for a twentieth of the steps, at least for two, and then falls.
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.006, steps, pct_start=max(0.05, 2 / steps), cycle_momentum=False
    )
    model.train()
    for epoch in range(1, epochs + 1):
        loss_sum, right, words = 0.0, 0, 0
        for rows in torch.randperm(len(examples)).split(BATCH):
            batch = [examples[row] for row in rows]
            x = pad([torch.tensor(beginning + rest) for beginning, rest in batch])
            # Beginnings and padding are not learned: -100 is what `cross_entropy` ignores.
            learned = [torch.tensor([-100] * len(beginning) + rest) for beginning, rest in batch]
            targets = pad(learned, padding_value=-100)[:, 1:].flatten()
            logits = model(x[:, :-1]).flatten(0, 1)
            loss = nn.functional.cross_entropy(logits, targets)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            new_words = sum(len(rest) for _, rest in batch)
            loss_sum += loss.item() * new_words
            right += int((logits.argmax(dim=1) == targets).sum())
            words += new_words
        lesson.progress(epoch, epochs, loss_sum / words, right / words)
    model.eval()


@torch.no_grad()
def generate(model: nn.Module, beginning: list[int], *, longest: int = 40) -> list[int]:
    """Add the most likely word until it is the end, or there are enough; return what was added."""
    words: list[int] = []
    while len(words) < longest:
        word = int(model(torch.tensor([beginning + words]))[0, -1].argmax())
        if word == 0:
            break
        words.append(word)
    return words


def accuracy(model: nn.Module, examples: list[Example]) -> float:
    """Return the fraction of examples where the model goes on exactly as it should, to the end."""
    right: int = sum(generate(model, beginning) == rest[:-1] for beginning, rest in examples)
    return right / len(examples)


@torch.no_grad()
def draw_attention(model: Any, vocabulary: Vocabulary, example: Example, path: Path) -> None:
    """Draw at which words the last layer of a transformer looks, after each word of an example."""
    numbers = [*example[0], *example[1]]
    model(torch.tensor([numbers]))
    # A line break has no letters of its own.
    words = [word.strip() or "(line)" for word in vocabulary.decode(numbers)]
    with lesson.picture(path, 6, 5) as plt:
        plt.imshow(model.layers[-1].attention[0].mean(dim=0)[:-1].numpy(), cmap="Blues", vmin=0)
        plt.xticks(range(len(words)), words, rotation=90)
        plt.yticks(range(len(words) - 1), [f"{a} \u2192 {b}" for a, b in zip(words, words[1:])])
        plt.xlabel("attention to (mean of the heads)")
        plt.ylabel("after a word \u2192 the next")
        plt.colorbar()
