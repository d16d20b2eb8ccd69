"""1986, the multilayer perceptron reads digits: TinyDigits, with 1000 and with 150 samples.

Backpropagation trains any number of layers, so a network can take pixels and give a class. In
1986, David Rumelhart, Geoffrey Hinton and Ronald Williams showed that its hidden layers find useful
features by themselves. The digits here have 8 by 8 pixels, and people still read them.

D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning representations by back-propagating
errors", Nature 323 (1986), 533-536. Run: python -m milestones.mlp_digits
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import tinydatasets
from milestones import lesson


class MLP:
    """Pixels, one hidden layer of ReLU, and a probability for each of 10 classes."""

    def __init__(self, pixels: int, hidden: int, seed: int) -> None:
        self.random = np.random.RandomState(seed)
        self.w1, self.b1 = self.random.randn(pixels, hidden) * np.sqrt(2 / pixels), np.zeros(hidden)
        self.w2, self.b2 = self.random.randn(hidden, 10) * np.sqrt(2 / hidden), np.zeros(10)

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the hidden layer and the probabilities of the classes."""
        h = np.maximum(0, x @ self.w1 + self.b1)
        logits = h @ self.w2 + self.b2
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return h, powers / powers.sum(axis=1, keepdims=True)

    def step(self, x: np.ndarray, y: np.ndarray, learning_rate: float) -> float:
        """Take one step down the gradient of a batch, and return its loss."""
        h, probabilities = self.forward(x)
        errors = (probabilities - np.eye(10)[y]) / len(x)
        hidden_errors = errors @ self.w2.T * (h > 0)
        self.w2 -= learning_rate * h.T @ errors
        self.b2 -= learning_rate * errors.sum(axis=0)
        self.w1 -= learning_rate * x.T @ hidden_errors
        self.b1 -= learning_rate * hidden_errors.sum(axis=0)
        return float(-np.log(probabilities[np.arange(len(x)), y]).mean())

    def train(self, x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float) -> None:
        """Train in batches of 32."""
        for epoch in range(1, epochs + 1):
            batches = np.array_split(self.random.permutation(len(x)), -(-len(x) // 32))
            loss = float(np.mean([self.step(x[b], y[b], learning_rate) for b in batches]))
            lesson.progress(epoch, epochs, loss, self.accuracy(x, y))

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        """Return the fraction of rows whose most probable class is right."""
        return float((self.forward(x)[1].argmax(axis=1) == y).mean())


def editions() -> dict[str, tuple[tinydatasets.Split, dict[str, tinydatasets.Split]]]:
    """Return for each edition its training images, and those that a model is scored on.

    The test of the small edition has 47 images, which is too few to compare models. So it has a
    second part, `unused`: the images of TinyDigits that are not in it.
    """
    large, small = (tinydatasets.load(name) for name in ("tinydigits", "tinydigits-150"))
    used = {image.tobytes() for split in small for image in split.images}
    images = np.concatenate([split.images for split in large])
    labels = np.concatenate([split.labels for split in large])
    is_unused = [image.tobytes() not in used for image in images]
    unused = tinydatasets.Split(images[is_unused], labels[is_unused])
    return {
        "tinydigits": (large.train, {"test": large.test}),
        "tinydigits-150": (small.train, {"test": small.test, "unused": unused}),
    }


def main(
    *,
    epochs: int = 20,
    learning_rate: float = 0.1,
    hidden: int = 32,
    seed: int = 0,
    plot: Path | None = None,
) -> dict[str, float]:
    """Train on both editions for the same number of updates, and compare."""
    accuracies = {}
    for name, (train, parts) in editions().items():
        x = train.images.reshape(len(train.images), -1)
        # 1000 samples are 32 batches and 150 are 5: more epochs make up for it.
        updates = -(-len(x) // 32)
        its_epochs = epochs * 32 // updates
        print(f"{name}: {len(x)} samples, {its_epochs} epochs of {updates} updates")
        model = MLP(x.shape[1], hidden, seed)
        model.train(x, train.labels, its_epochs, learning_rate)
        for part, (images, labels) in parts.items():
            x_part = images.reshape(len(images), -1)
            accuracy = lesson.score(part, model.accuracy(x_part, labels), len(labels))
            accuracies[f"accuracy, {len(x)} samples, {part}"] = accuracy
            if plot and name == "tinydigits":
                draw(parts[part], model.forward(x_part)[1], plot)
    return accuracies


def draw(test: tinydatasets.Split, probabilities: np.ndarray, path: Path) -> None:
    """Draw the first test images that are read wrongly, with their class and the answer."""
    predicted = probabilities.argmax(axis=1)
    with lesson.picture(path, 8, 3) as plt:
        for place, row in enumerate(np.flatnonzero(predicted != test.labels)[:20], start=1):
            plt.subplot(2, 10, place, xticks=[], yticks=[])
            plt.imshow(test.images[row], cmap="gray_r")
            plt.title(f"{test.labels[row]}, read as {predicted[row]}", fontsize=7)


if __name__ == "__main__":
    lesson.run(main)
