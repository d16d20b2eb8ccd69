"""The stratified draw, the same for images by class and for text by level.

The generator is NumPy's legacy `RandomState`, whose stream NumPy promises never to change
(NEP 19), and with which both published editions of TinyDigits were drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.splits import SPLITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


def draw(
    labels: npt.NDArray[np.int64],
    counts: Mapping[str, Mapping[int, int]],
    generator: np.random.RandomState,
    test_draw: str = "next",
) -> dict[str, npt.NDArray[np.int64]]:
    """Draw the rows of every split.

    For each class in ascending order, its row numbers, ascending, are shuffled; the first are
    train. Test comes from the others, and val takes the first that are then left, so that a val
    changes neither train nor test. A class of which no split takes a row draws nothing.

    Parameters
    ----------
    labels : ndarray of shape (n,), dtype int64
        The class of each row of the source.
    counts : mapping of str to mapping of int to int
        How many rows of each class to take for ``"train"``, ``"val"`` and ``"test"``.
    generator : RandomState
        What to draw with; it goes on from where it is.
    test_draw : {"next", "choice"}
        Whether test takes the rows that come next in the shuffled class, or a draw without
        replacement from all that are left of it.

    Returns
    -------
    dict of str to ndarray of dtype int64
        For each split the row numbers in the source, class after class.

    Examples
    --------
    >>> labels = np.array([0, 1, 0, 1, 0, 1])
    >>> one_each = {0: 1, 1: 1}
    >>> counts = {"train": one_each, "val": {0: 0, 1: 1}, "test": one_each}
    >>> draw(labels, counts, np.random.RandomState(42))
    {'train': array([0, 3]), 'val': array([1]), 'test': array([2, 5])}
    """
    drawn: dict[str, list[npt.NDArray[np.int64]]] = {split: [] for split in SPLITS}
    for label in sorted(counts["train"]):
        train, val, test = (counts[split][label] for split in SPLITS)
        if train + val + test == 0:
            continue
        rows = np.flatnonzero(labels == label)
        generator.shuffle(rows)
        drawn["train"].append(rows[:train])
        rest = rows[train:]
        for_test = (
            generator.choice(rest, test, replace=False) if test_draw == "choice" else rest[:test]
        )
        drawn["test"].append(for_test)
        drawn["val"].append(rest[~np.isin(rest, for_test)][:val])
    return {split: np.concatenate(of_classes) for split, of_classes in drawn.items()}


def save_state(generator: np.random.RandomState) -> dict[str, Any]:
    """Return the state of a generator for JSON: the 624 words of MT19937, the place in them."""
    _, key, position, *_ = generator.get_state()
    return {"key": np.asarray(key).tolist(), "position": position}


def restore(state: Mapping[str, Any]) -> np.random.RandomState:
    """Return a generator that goes on from what `save_state` returned."""
    generator = np.random.RandomState()
    generator.set_state(("MT19937", np.array(state["key"], np.uint32), state["position"], 0, 0.0))
    return generator
