"""The stratified draw: class after class, from one generator.

The generator is NumPy's legacy `RandomState`, whose stream NumPy promises never to change
(NEP 19), and with which both published editions of TinyDigits were drawn.
"""

from collections.abc import Mapping

import numpy as np

from stages.common.arrays import Ints
from stages.params.model import SPLITS


def draw(
    labels: Ints,
    counts: Mapping[str, Mapping[int, int]],
    generator: np.random.RandomState,
    test_draw: str = "next",
) -> dict[str, Ints]:
    """Draw the row numbers of every split, class after class.

    For each class in ascending order, its row numbers, ascending, are shuffled; the first are
    train. Test comes from the others, and val takes the first that are then left, so that a val
    changes neither train nor test. A class of which no split takes a row draws nothing.

    `counts` have for each split how many rows of each class to take. Of the shuffled class, test
    takes the rows that come ``"next"``, or a ``"choice"`` without replacement of all that are left.

    Examples
    --------
    >>> labels = np.array([0, 1, 0, 1, 0, 1])
    >>> one_each = {0: 1, 1: 1}
    >>> counts = {"train": one_each, "val": {0: 0, 1: 1}, "test": one_each}
    >>> draw(labels, counts, np.random.RandomState(42))
    {'train': array([0, 3]), 'val': array([1]), 'test': array([2, 5])}
    """
    drawn: dict[str, list[Ints]] = {split: [] for split in SPLITS}
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
