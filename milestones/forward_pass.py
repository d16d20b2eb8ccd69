"""1957, the perceptron: a forward pass, before anything is learned.

Frank Rosenblatt's perceptron weighs its inputs, adds them up, and answers yes if the sum is above
a threshold. It ran on an IBM 704 in 1957, and later as a machine with 400 photocells. Its weights
start at random, so that before any training it only guesses.

F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization in
the brain", Psychological Review 65 (1958), 386-408. Run: python -m milestones.forward_pass
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from milestones import lesson

# The line that separates the two classes: points with x + 2 y > 0 are of class 1.
TRUE_WEIGHTS = np.array([1.0, 2.0])


def make_points(seed: int, n: int = 200, margin: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Draw points of two classes that a line separates, none nearer to it than the margin."""
    points = np.random.RandomState(seed).uniform(-1, 1, (4 * n, 2))
    distances = points @ TRUE_WEIGHTS / np.linalg.norm(TRUE_WEIGHTS)
    points = points[np.abs(distances) > margin][:n]
    return points, (points @ TRUE_WEIGHTS > 0).astype(float)


def forward(points: np.ndarray, weights: np.ndarray, bias: float) -> np.ndarray:
    """Answer 1 where the weighted sum of the inputs is above the threshold, else 0."""
    return np.where(points @ weights + bias > 0, 1.0, 0.0)


def main(*, seed: int = 0, plot: Path | None = None) -> dict[str, float]:
    """Compare random weights with those that a person chose."""
    points, labels = make_points(seed)
    random_weights = np.random.RandomState(seed + 1).uniform(-1, 1, 2)
    print(f"{len(points)} points, {int(labels.sum())} of class 1")
    print(f"random weights: {random_weights.round(2)}, chosen weights: {TRUE_WEIGHTS}")
    if plot:
        lines = {"random weights": (*random_weights, 0.0), "chosen weights": (*TRUE_WEIGHTS, 0.0)}
        draw(points, labels, lines, plot)
    return {
        "accuracy, random": float((forward(points, random_weights, 0.0) == labels).mean()),
        "accuracy, chosen": float((forward(points, TRUE_WEIGHTS, 0.0) == labels).mean()),
    }


def draw(points: np.ndarray, labels: np.ndarray, lines: dict[str, Any], path: Path) -> None:
    """Draw the points, and where each perceptron, of two weights and a bias, changes its answer."""
    with lesson.picture(path) as plt:
        plt.scatter(*points.T, c=labels, cmap="coolwarm", s=14)
        x = np.array([-1.0, 1.0])
        for name, (a, b, bias) in lines.items():
            plt.plot(x, -(a * x + bias) / b, label=name)
        plt.axis((-1, 1, -1, 1))
        plt.legend(loc="upper left")


if __name__ == "__main__":
    lesson.run(main)
