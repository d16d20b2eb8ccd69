"""Choose the rows of a dataset by its strategy, and bring them into their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stages.lib.sampling.curation import curate
from stages.lib.sampling.difficulty import difficulty, tiers
from stages.lib.sampling.draw import draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]


def choose(
    images: npt.NDArray[np.uint8],
    labels: Rows,
    neighbours: npt.NDArray[np.float64],
    *,
    strategy: str,
    train_per_class: Sequence[int],
    test_per_class: Sequence[int],
    test_draw: str,
    maximum: int,
    generator: np.random.RandomState,
) -> tuple[Rows, Rows, list[tuple[int, int, str, str]]]:
    """Choose the rows of train and test, class after class.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), dtype uint8
        Pixels in 0..maximum, of all rows of the source.
    labels : ndarray of shape (n,), dtype int64
        The class of each row.
    neighbours : ndarray of shape (n, classes, 5), dtype float64
        As `difficulty.nearest` gives them.
    strategy : {"random", "curated"}
        How train is chosen.
    train_per_class, test_per_class : sequence of int
        How many rows of each class to take, in label order.
    test_draw : {"next", "choice"}
        How `random` draws test.
    maximum : int
        The largest value that a pixel of the source can have.
    generator : RandomState
        What to draw with; it goes on from where it is.

    Returns
    -------
    train, test : ndarray of shape (n_train,) and (n_test,), dtype int64
        Row numbers in the source.
    table : list of (int, int, str, str)
        Row, label, tier and difficulty (4 decimals) of every row of the classes that the dataset
        has, ascending by row.

    Raises
    ------
    TooFewError
        If `curated` finds too few rows.
    """
    train_counts, test_counts = dict(enumerate(train_per_class)), dict(enumerate(test_per_class))
    classes = [label for label in train_counts if train_counts[label] + test_counts[label]]
    rows = np.flatnonzero(np.isin(labels, classes))
    ratios = difficulty(neighbours[rows], labels[rows], classes)
    of_rows = tiers(ratios, labels[rows])
    if strategy == "curated":
        train, test = curate(
            images[rows],
            labels[rows],
            of_rows,
            train_counts,
            test_counts,
            generator=generator,
            maximum=maximum,
        )
        train, test = rows[train], rows[test]
    else:
        train, test = draw(labels, train_counts, test_counts, generator, test_draw)
    table = [
        (row, label, str(tier), f"{ratio:.4f}")
        for row, label, tier, ratio in zip(
            rows.tolist(), labels[rows].tolist(), of_rows, ratios, strict=True
        )
    ]
    return train, test, table


def order(
    train: Rows, test: Rows, rows: Rows, generator: np.random.RandomState
) -> dict[str, list[int]]:
    """Shuffle train, then test, and list the rows that neither uses.

    Parameters
    ----------
    train, test : ndarray of shape (n_train,) and (n_test,), dtype int64
        Row numbers as `choose` gives them.
    rows : ndarray of shape (n,), dtype int64
        All rows of the classes that the dataset has, ascending. Those of a class that it leaves
        out are in no split: a model can't be scored on a class that it never saw.
    generator : RandomState
        In the state in which `choose` left it.

    Returns
    -------
    dict of str to list of int
        The rows of ``"train"`` and ``"test"`` in their new order, and of ``"unused"``, ascending.

    Examples
    --------
    >>> train, test, rows = np.array([0, 5]), np.array([2, 1]), np.arange(6)
    >>> order(train, test, rows, np.random.RandomState(3))
    {'train': [5, 0], 'test': [1, 2], 'unused': [3, 4]}
    """
    return {
        "train": generator.permutation(train).tolist(),
        "test": generator.permutation(test).tolist(),
        "unused": np.setdiff1d(rows, np.concatenate([train, test])).tolist(),
    }


def save_state(generator: np.random.RandomState) -> dict[str, Any]:
    """Give the state of a generator as JSON can hold it: the 624 words of MT19937, the place."""
    _, key, position, *_ = generator.get_state()
    return {"key": np.asarray(key).tolist(), "position": position}


def restore(state: Mapping[str, Any]) -> np.random.RandomState:
    """Make the generator whose state `save_state` gave."""
    generator = np.random.RandomState()
    generator.set_state(("MT19937", np.array(state["key"], np.uint32), state["position"], 0, 0.0))
    return generator
