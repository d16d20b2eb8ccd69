"""1986, the multilayer perceptron on MNIST: 1000 images of TinyMNIST, or all 60,000.

The National Institute of Standards and Technology collected the handwritten digits of MNIST, and
Yann LeCun, Corinna Cortes and Christopher Burges prepared them. For decades, every new method was
tried on them. A network with one hidden layer learns much from 1000 images, and more from all.

D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning representations by back-propagating
errors", Nature 323 (1986), 533-536. Run: python -m milestones.mlp_mnist
"""

from __future__ import annotations

from pathlib import Path

import tinydatasets
from milestones import lesson
from milestones.mlp_digits import MLP, draw


def main(
    *,
    epochs: int = 15,
    learning_rate: float = 0.1,
    hidden: int = 64,
    seed: int = 0,
    full: bool = False,
    plot: Path | None = None,
) -> dict[str, float]:
    """Train on TinyMNIST, or with --full on the whole of MNIST, which is fetched before."""
    try:
        train, test = tinydatasets.load("mnist" if full else "tinymnist")
    except ValueError as error:  # it says how to fetch the whole of MNIST
        raise SystemExit(str(error)) from None
    # Its pixels are 0 to 255. Without the division, training fails: about 10% are right.
    x, x_test = (part.images.reshape(len(part.images), -1) / 255 for part in (train, test))
    model = MLP(x.shape[1], hidden, seed)
    model.train(x, train.labels, epochs, learning_rate)
    if plot:
        draw(test, model.forward(x_test)[1], plot)
    accuracy = lesson.score("test", model.accuracy(x_test, test.labels), len(x_test))
    return {f"accuracy, {len(x)} samples": accuracy}


if __name__ == "__main__":
    lesson.run(main)
