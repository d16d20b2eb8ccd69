"""One training of a learning curve: from the source's rows to the accuracy on held-out rows."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stages.common.images import to_inputs
from stages.train_mlp.mlp import logits, train

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


class Score(NamedTuple):
    """How many held-out rows a model predicts right, and how many there are."""

    correct: int
    rows: int


def split_rows(labels: Labels, size: int, largest: int, seed: int) -> tuple[Labels, Labels]:
    """Draw the rows to train on, and those to score on, which do not depend on `size`.

    The rows of each class are shuffled, as for the datasets. Returned are the first of them, class
    after class, so that a larger `size` has them too; and, ascending, all but the first `largest`
    of each class, on which no size of a curve trains.

    Examples
    --------
    >>> split_rows(np.array([0, 0, 0, 1, 1, 1, 1]), size=1, largest=2, seed=0)
    (array([2, 5]), array([0, 3, 4]))
    """
    generator = np.random.RandomState(seed)
    classes = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    for rows in classes:
        generator.shuffle(rows)
    held_out = np.sort(np.concatenate([rows[largest:] for rows in classes]))
    return np.concatenate([rows[:size] for rows in classes]), held_out


def train_and_score(
    images: Images,
    labels: Labels,
    *,
    maximum: int,
    size: int,
    largest: int,
    recipe: Mapping[str, Any],
    steps: int | None,
) -> Score:
    """Train on some rows of each class, and count the held-out rows that are predicted right.

    `images`, (n, height, width) or (n, height, width, 3), have pixels of 0 to `maximum`. Rows are
    drawn by `split_rows` from the seed of the recipe, as is the training, which `train` describes.
    Raise a FloatingPointError if it diverges.
    """
    rows, held_out = split_rows(labels, size, largest, recipe["seed"])
    model = train(to_inputs(images[rows], maximum), labels[rows], **recipe, steps=steps)
    guesses = logits(model, to_inputs(images[held_out], maximum)).argmax(axis=1)
    correct = int((model["classes"][guesses] == labels[held_out]).sum())
    return Score(correct, len(held_out))
