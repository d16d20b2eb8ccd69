"""1969 to 1986, XOR solved: a hidden layer and backpropagation.

A layer between input and output makes XOR easy, but few knew a way to train it, which Paul Werbos
had described in 1974. In 1986, David Rumelhart, Geoffrey Hinton and Ronald Williams made it known:
the chain rule gives the gradient of every weight, from the last layer back. XOR was their example.

D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning internal representations by error
propagation", in Parallel Distributed Processing 1 (1986), 318-362.
Run: python -m milestones.xor_solved
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from milestones import lesson
from milestones.xor_crisis import INPUTS, XOR, draw, score, sigmoid


def main(
    *, epochs: int = 2000, hidden: int = 4, seed: int = 0, plot: Path | None = None
) -> dict[str, float]:
    """Train two layers on XOR by gradient descent."""
    random = np.random.RandomState(seed)
    w1, b1 = random.uniform(-1, 1, (2, hidden)), np.zeros(hidden)
    w2, b2 = random.uniform(-1, 1, hidden), 0.0
    for epoch in range(1, epochs + 1):
        # Forward: inputs, hidden layer, probability.
        h = np.tanh(INPUTS @ w1 + b1)
        probabilities = sigmoid(h @ w2 + b2)
        # Backward: the error of the output, then that of the hidden layer by the chain rule.
        errors = (probabilities - XOR) / len(XOR)
        hidden_errors = np.outer(errors, w2) * (1 - h**2)
        w2 -= h.T @ errors
        b2 -= errors.sum()
        w1 -= INPUTS.T @ hidden_errors
        b1 -= hidden_errors.sum(axis=0)
        loss, accuracy = score(probabilities)
        lesson.progress(epoch, epochs, loss, accuracy, enough=1)
    print(f"probabilities at the end: {probabilities.round(3)}; right is {XOR}")
    if plot:
        draw(lambda points: sigmoid(np.tanh(points @ w1 + b1) @ w2 + b2), plot)
    return {"accuracy": accuracy, "loss": loss}


if __name__ == "__main__":
    lesson.run(main)
