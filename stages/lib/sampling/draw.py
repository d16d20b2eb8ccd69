"""The stratified draw, the same for images by class and for text by level.

The generator is NumPy's legacy `RandomState`, whose stream NumPy promises never to change
(NEP 19), and with which both published editions of TinyDigits were drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


def draw(
    labels: npt.NDArray[np.int64],
    train_per_class: Mapping[int, int],
    test_per_class: Mapping[int, int],
    generator: np.random.RandomState,
    test_draw: str = "next",
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Draw the rows of two splits.

    For each class in ascending order, its row numbers, ascending, are shuffled; the first are
    train. A class of which neither split takes a row draws nothing.

    Parameters
    ----------
    labels : ndarray of shape (n,), dtype int64
        The class of each row of the source.
    train_per_class, test_per_class : mapping of int to int
        How many rows of each class to take.
    generator : RandomState
        What to draw with; it goes on from where it is.
    test_draw : {"next", "choice"}
        Whether test takes the rows that come next in the shuffled class, or a draw without
        replacement from all that are left of it.

    Returns
    -------
    train, test : ndarray of shape (n_train,) and (n_test,), dtype int64
        Row numbers in the source, class after class.

    Examples
    --------
    >>> labels = np.array([0, 1, 0, 1, 0, 1])
    >>> one_each = {0: 1, 1: 1}
    >>> draw(labels, one_each, one_each, np.random.RandomState(42))
    (array([0, 3]), array([2, 5]))
    """
    train, test = [], []
    for label in sorted(train_per_class):
        n_train, n_test = train_per_class[label], test_per_class[label]
        if n_train + n_test == 0:
            continue
        rows = np.flatnonzero(labels == label)
        generator.shuffle(rows)
        rest = rows[n_train:]
        train.append(rows[:n_train])
        if test_draw == "choice":
            test.append(generator.choice(rest, n_test, replace=False))
        else:
            test.append(rest[:n_test])
    return np.concatenate(train), np.concatenate(test)
