"""1969, the XOR crisis: one layer is not enough.

"Exclusive or" is true if one of two inputs is true, and not both. Marvin Minsky and Seymour Papert
proved what a single layer can't compute, and no line separates these four points. Their book
cooled the interest in neural networks for more than ten years.

M. Minsky and S. Papert, "Perceptrons: an introduction to computational geometry", MIT Press, 1969.
Run: python -m milestones.xor_crisis
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from milestones import lesson

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0.0, 1.0, 1.0, 0.0])


def sigmoid(x: np.ndarray) -> Any:
    """Turn a sum into a probability."""
    return 1 / (1 + np.exp(-x))


def score(probabilities: np.ndarray) -> tuple[float, float]:
    """Return the mean loss, in nats, and the accuracy of probabilities of XOR."""
    right = np.where(XOR == 1, probabilities, 1 - probabilities)
    return float(-np.log(right).mean()), float(((probabilities > 0.5) == XOR).mean())


def main(*, epochs: int = 2000, seed: int = 0, plot: Path | None = None) -> dict[str, float]:
    """Train one layer on XOR by gradient descent, and keep the best accuracy on the way."""
    weights, bias = np.random.RandomState(seed).uniform(-1, 1, 2), 0.0
    best = 0.0
    for epoch in range(1, epochs + 1):
        probabilities = sigmoid(INPUTS @ weights + bias)
        errors = probabilities - XOR
        weights -= INPUTS.T @ errors / len(XOR)
        bias -= errors.mean()
        loss, accuracy = score(probabilities)
        best = max(best, accuracy)
        lesson.progress(epoch, epochs, loss, accuracy, enough=0)  # it can't be more
    print(f"probabilities at the end: {probabilities.round(3)}; right would be {XOR}")
    if plot:
        draw(lambda points: sigmoid(points @ weights + bias), plot)
    return {"best accuracy on the way": best, "accuracy at the end": accuracy, "loss": loss}


def draw(predict: Any, path: Path) -> None:
    """Draw what a function predicts for every point of the plane, and the four points of XOR."""
    x, y = np.meshgrid(np.linspace(-0.5, 1.5, 101), np.linspace(-0.5, 1.5, 101))
    probabilities = predict(np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape)
    with lesson.picture(path) as plt:
        plt.contourf(x, y, probabilities, levels=np.linspace(0, 1, 12), cmap="coolwarm", alpha=0.7)
        plt.colorbar(label="probability of 1")
        plt.scatter(*INPUTS.T, c=XOR, cmap="coolwarm", edgecolors="black", s=80)
        names = {"xlabel": "first input", "ylabel": "second input"}
        plt.gca().set(xticks=[0, 1], yticks=[0, 1], **names)


if __name__ == "__main__":
    lesson.run(main)
