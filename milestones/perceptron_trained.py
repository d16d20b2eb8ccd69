"""1957, the perceptron: it learns from its mistakes.

Rosenblatt gave his perceptron a rule: if the answer is wrong, move the weights towards the right
one. If a line separates the classes, the rule finds such a line after a finite number of mistakes,
as he and others proved. In 1958 the New York Times wrote of a device that learns by doing.

F. Rosenblatt, "Principles of neurodynamics: perceptrons and the theory of brain mechanisms",
Spartan Books, 1962. Run: python -m milestones.perceptron_trained
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from milestones import lesson
from milestones.forward_pass import draw, forward, make_points


def main(*, epochs: int = 20, seed: int = 0, plot: Path | None = None) -> dict[str, float]:
    """Train on points that a line separates."""
    points, labels = make_points(seed)
    order = np.random.RandomState(seed + 1)
    weights, bias = order.uniform(-1, 1, 2), 0.0
    before = float((forward(points, weights, bias) == labels).mean())
    mistakes = 0
    for epoch in range(1, epochs + 1):
        for row in order.permutation(len(points)):
            answer = forward(points[row], weights, bias)
            # The rule: nothing if the answer is right, else a step towards the right one.
            error = labels[row] - answer
            weights += error * points[row]
            bias += error
            mistakes += int(error != 0)
        wrong = float((forward(points, weights, bias) != labels).mean())
        lesson.progress(epoch, epochs, wrong, 1 - wrong, enough=1)
    if plot:
        draw(points, labels, {"trained weights": (*weights, bias)}, plot)
    return {"accuracy before": before, "accuracy after": 1 - wrong, "mistakes": mistakes}


if __name__ == "__main__":
    lesson.run(main)
