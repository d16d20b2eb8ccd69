"""One training of a learning curve, against the same by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from experiments.curves.training import score, split
from tests.train_mlp import plain

if TYPE_CHECKING:
    from tests.stages_conftest import Small

RECIPE: dict[str, Any] = {
    "hidden": 4,
    "optimizer": "sgd",
    "learning_rate": 0.5,
    "momentum": 0.9,
    "batch_size": 4,
    "epochs": 6,
}


def shuffled(labels: Any, seed: int) -> list[list[int]]:
    """Give the rows of each class as the contract of the draw has them."""
    generator = np.random.RandomState(seed)
    classes = []
    for label in range(3):
        rows = np.array([row for row, of in enumerate(labels.tolist()) if of == label])
        generator.shuffle(rows)
        classes.append(rows.tolist())
    return classes


@pytest.mark.parametrize("size", [1, 5, 20])
def test_a_size_is_a_part_of_the_next_and_all_are_scored_on_the_same_rows(
    small: Small, size: int
) -> None:
    rows, held_out = split(small.labels, size, 20, seed=3)
    classes = shuffled(small.labels, 3)
    assert rows.tolist() == [row for of_class in classes for row in of_class[:size]]
    assert held_out.tolist() == sorted(row for of_class in classes for row in of_class[20:])


# 6 rows in batches of 4 are two steps an epoch, so 12 steps are 6 epochs; and in one batch 6.
@pytest.mark.parametrize(
    ("changes", "steps"),
    [({}, None), ({"epochs": 1}, 12), ({"batch_size": 6, "epochs": 1}, 6)],
    ids=["epochs", "steps", "steps of one batch"],
)
def test_a_training_is_that_of_a_bare_loop(
    small: Small, changes: dict[str, Any], steps: int | None
) -> None:
    recipe = {**RECIPE, **changes}
    found = score(
        small.images,
        small.labels,
        maximum=50,
        size=2,
        largest=20,
        seed=3,
        recipe=recipe,
        steps=steps,
    )

    pixels = [
        [float(np.float32(pixel) / np.float32(50)) for pixel in image]
        for image in small.images.reshape(90, 6).tolist()
    ]
    classes = shuffled(small.labels, 3)
    rows = [row for of_class in classes for row in of_class[:2]]
    weights = plain.train(
        [pixels[row] for row in rows],
        small.labels[rows].tolist(),
        {**recipe, "epochs": 6, "seed": 3},
    )
    stored = [np.array(matrix, np.float32).astype(float).tolist() for matrix in weights]
    held_out = [row for of_class in classes for row in of_class[20:]]
    _, logits = plain.forward(stored, [pixels[row] for row in held_out])
    guesses = [scores.index(max(scores)) for scores in logits]
    right = sum(
        guess == label
        for guess, label in zip(guesses, small.labels[held_out].tolist(), strict=True)
    )
    assert 0 < right < 30
    assert found == (right, 30)
