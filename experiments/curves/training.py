"""One training of a learning curve: from the source's rows to the accuracy on held-out rows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from stages.common.pixels import to_inputs
from stages.sample.draw import draw
from stages.train_mlp.mlp import logits, train

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Labels = npt.NDArray[np.int64]


class Score(NamedTuple):
    """How many held-out rows there are, and how many of them a model predicts right."""

    correct: int
    rows: int


def split(labels: Labels, size: int, largest: int, seed: int) -> tuple[Labels, Labels]:
    """Draw the rows to train on, and those to score on, which do not depend on `size`.

    Parameters
    ----------
    labels : ndarray of shape (n,), dtype int64
        The class of each row of the source.
    size : int
        How many rows of each class to train on.
    largest : int
        The largest size of the curve, which every class has: no size is scored on the rows that
        the largest one trains on.
    seed : int
        What the draw starts from.

    Returns
    -------
    train : ndarray of shape (classes * size,), dtype int64
        Row numbers, class after class. A larger `size` has them too, and more.
    held_out : ndarray of shape (n - classes * largest,), dtype int64
        All other row numbers but those of the largest size, ascending.

    Examples
    --------
    >>> split(np.array([0, 0, 0, 1, 1, 1, 1]), size=1, largest=2, seed=0)
    (array([2, 5]), array([0, 3, 4]))
    """
    classes = np.unique(labels).tolist()
    none = dict.fromkeys(classes, 0)
    counts = {"train": dict.fromkeys(classes, largest), "val": none, "test": none}
    drawn = draw(labels, counts, np.random.RandomState(seed))["train"]
    held_out = np.setdiff1d(np.arange(len(labels)), drawn)
    return drawn.reshape(len(classes), largest)[:, :size].ravel(), held_out


def score(
    images: npt.NDArray[np.uint8],
    labels: Labels,
    *,
    maximum: int,
    size: int,
    largest: int,
    seed: int,
    recipe: Mapping[str, Any],
    steps: int | None,
) -> Score:
    """Train on some rows of each class, and count the held-out rows that are predicted right.

    Parameters
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, 3), dtype uint8
        The source.
    labels : ndarray of shape (n,), dtype int64
        Their classes.
    maximum : int
        The largest value that a pixel of the source can have.
    size, largest, seed : int
        As for `split`. The weights and batches start from the same seed.
    recipe : mapping
        What `train` takes, apart from `seed` and `steps`.
    steps : int or None
        For how many optimizer steps to train; if None, for the recipe's epochs.

    Returns
    -------
    Score
        Whole numbers, the same on every machine.

    Raises
    ------
    FloatingPointError
        If training diverges.
    """
    rows, held_out = split(labels, size, largest, seed)
    # A product is too small to be worth two threads, and the other cores have trainings too.
    with _thread_pools().limit(limits=1):
        x = to_inputs(images[rows], maximum)
        model = train(x, labels[rows], **recipe, seed=seed, steps=steps)
        guesses = logits(model, to_inputs(images[held_out], maximum)).argmax(axis=1)
    correct = int((model["classes"][guesses] == labels[held_out]).sum())
    return Score(correct, len(held_out))


@cache
def _thread_pools() -> ThreadpoolController:
    """Find the libraries of this process that have threads, which takes a while."""
    return ThreadpoolController()
