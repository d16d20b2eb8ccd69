"""One training of a learning curve, against the same by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.curves.training import split_rows, train_and_score
from tests.curves.conftest import IMAGES, LABELS, RECIPES
from tests.train_mlp import plain


def shuffled(seed: int) -> list[list[int]]:
    """Return the rows of each class as the contract of the draw has them."""
    generator = np.random.RandomState(seed)
    classes = []
    for label in range(3):
        rows = np.array([row for row, of in enumerate(LABELS.tolist()) if of == label])
        generator.shuffle(rows)
        classes.append(rows.tolist())
    return classes


@pytest.mark.parametrize("size", [1, 5, 20])
def test_a_size_is_a_part_of_the_next_and_all_are_scored_on_the_same_rows(size: int) -> None:
    rows, held_out = split_rows(LABELS, size, 20, seed=3)
    classes = shuffled(3)
    assert rows.tolist() == [row for of_class in classes for row in of_class[:size]]
    assert held_out.tolist() == sorted(row for of_class in classes for row in of_class[20:])


# 6 rows in batches of 4 are two steps an epoch, so 12 steps are 6 epochs; and in one batch 6.
@pytest.mark.parametrize(
    ("changes", "steps"),
    [({"epochs": 6}, None), ({"epochs": 1}, 12), ({"batch_size": 6, "epochs": 1}, 6)],
    ids=["epochs", "steps", "steps of one batch"],
)
def test_a_training_is_that_of_a_bare_loop(changes: dict[str, Any], steps: int | None) -> None:
    recipe = {**RECIPES["fast"], "batch_size": 4, "seed": 3, **changes}
    found = train_and_score(
        IMAGES, LABELS, maximum=50, size=2, largest=20, recipe=recipe, steps=steps
    )
    pixels = [
        [float(np.float32(pixel) / np.float32(50)) for pixel in image]
        for image in IMAGES.reshape(90, 6).tolist()
    ]
    rows = [row for of_class in shuffled(3) for row in of_class[:2]]
    weights = plain.train(
        [pixels[row] for row in rows], LABELS[rows].tolist(), {**recipe, "epochs": 6}
    )
    stored = [np.array(matrix, np.float32).astype(float).tolist() for matrix in weights]
    held_out = [row for of_class in shuffled(3) for row in of_class[20:]]
    _, logits = plain.forward(stored, [pixels[row] for row in held_out])
    guesses = [scores.index(max(scores)) for scores in logits]
    right = sum(np.array(guesses) == LABELS[held_out])
    assert 0 < right < 30
    assert found == (right, 30)
