"""Draw the pairs of each split, level by level.

The generator is NumPy's legacy `RandomState`, whose stream NumPy promises never to change (NEP 19).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from stages.common.errors import ParamError
from stages.common.splits import SPLITS
from stages.texts.pairs import Combination, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from stages.texts.pairs import Table
    from tinydatasets.types import Pair

    Counts = Mapping[str, Mapping[int, int]]

# How many training pairs have each word of a pair that is held out, at least.
WORD_IN_TRAIN: Final = 3
# Which part of a combination are its fillers.
FILLERS: Final = Combination._fields.index("fillers")


def split_shuffled(table: Table, counts: Counts, seed: int) -> dict[str, list[Pair]]:
    """Draw train from all pairs, then val and test from those that are left.

    Unlike images, val comes before test: so the first version of TinyTalks was drawn. Parameters,
    return value and errors are as of `split_combinations`.
    """
    generator = np.random.RandomState(seed)
    drawn: dict[str, list[int]] = {split: [] for split in SPLITS}
    held_out = {}
    for level, rows in _rows_of_levels(table, counts).items():
        train, val, test = (counts[split][level] for split in SPLITS)
        if train + val + test:
            generator.shuffle(rows)
            drawn["train"] += rows[:train].tolist()
            held_out[level] = rows[train : train + val + test]
    for level, rows in held_out.items():
        generator.shuffle(rows)
        drawn["val"] += rows[: counts["val"][level]].tolist()
        drawn["test"] += rows[counts["val"][level] :].tolist()
    return _pairs_of(table, drawn)


def split_combinations(table: Table, counts: Counts, seed: int) -> dict[str, list[Pair]]:
    """Draw pairs, and hold out of them for val and test what can be learned from the others.

    The pairs of each level, in ascending order, are shuffled, and the first are taken, as many as
    all splits ask. Then, level after level and in the shuffled order, a pair is held out if

    - each word of its question and its answer is in three or more of the pairs that remain, and
    - of the pairs with its template, and of those with its fillers, no more than half are then held
      out; fillers of a single pair may be.

    What is held out of a level is shuffled again; the first of it are val, the others test. All
    other pairs that were taken are train.

    Parameters
    ----------
    table : Table
        All pairs that there are, with their combinations.
    counts : mapping of str to mapping of int to int
        How many pairs of each level to take for ``"train"``, ``"val"`` and ``"test"``; the levels
        are the same for each, in ascending order.
    seed : int
        What the draw starts from.

    Returns
    -------
    dict of str to list of Pair
        The three splits, each in the order of `table`.

    Raises
    ------
    ParamError
        If more pairs of a level are asked than there are, or than can be held out; without a key,
        because several counts together ask for them.
    """
    generator = np.random.RandomState(seed)
    taken = {}
    for level, rows in _rows_of_levels(table, counts).items():
        generator.shuffle(rows)
        taken[level] = rows[: sum(counts[split][level] for split in SPLITS)].tolist()
    train = _Train(table, [row for rows in taken.values() for row in rows])
    drawn: dict[str, list[int]] = {split: [] for split in SPLITS}
    for level, rows in taken.items():
        val, test = counts["val"][level], counts["test"][level]
        held_out: list[int] = []
        for row in rows:
            if len(held_out) < val + test and train.hold_out(row):
                held_out.append(row)
        if len(held_out) < val + test:
            raise ParamError(
                message=f"level {level}: {val + test} pairs are asked for val and test, but this "
                f"draw could hold out only {len(held_out)} so that train has their words "
                f"{WORD_IN_TRAIN} times, and half of the pairs of their templates and fillers; ask "
                "for more pairs for train, or fewer for val and test"
            )
        drawn["train"] += [row for row in rows if row not in held_out]
        generator.shuffle(held_out)
        drawn["val"] += held_out[:val]
        drawn["test"] += held_out[val:]
    return _pairs_of(table, drawn)


class _Train:
    """The pairs that are not held out so far, counted by what held-out pairs need of them."""

    def __init__(self, table: Table, rows: Iterable[int]) -> None:
        self._words = {row: set(words(" ".join(table.pairs[row][2:]))) for row in rows}
        self._parts = {row: set(enumerate(table.combinations[row])) for row in rows}
        self._with_word = Counter(word for row in rows for word in self._words[row])
        self._with_part = Counter(part for row in rows for part in self._parts[row])
        self._held_out = Counter[tuple[int, str]]()

    def hold_out(self, row: int) -> bool:
        """Hold a pair out if its words and parts remain; return whether they do."""
        if any(self._with_word[word] <= WORD_IN_TRAIN for word in self._words[row]):
            return False
        for part in self._parts[row]:
            # Fillers that one pair alone has are met nowhere else, held out or not.
            alone = part[0] == FILLERS and self._with_part[part] == 1
            if not alone and self._with_part[part] < 2 * (self._held_out[part] + 1):
                return False
        self._with_word.subtract(self._words[row])
        self._held_out.update(self._parts[row])
        return True


def _rows_of_levels(table: Table, counts: Counts) -> dict[int, npt.NDArray[np.int64]]:
    """Return the rows of each level, at least as many as all splits ask of it."""
    levels = np.array([pair.level for pair in table.pairs])
    rows_of_levels = {level: np.flatnonzero(levels == level) for level in counts["train"]}
    for level, rows in rows_of_levels.items():
        asked = {split: counts[split][level] for split in SPLITS}
        if sum(asked.values()) > len(rows):
            parts = ", ".join(f"{count} for {split}" for split, count in asked.items())
            raise ParamError(
                message=f"level {level} has {len(rows)} pairs available, but "
                f"{sum(asked.values())} are asked ({parts})"
            )
    return rows_of_levels


def _pairs_of(table: Table, drawn: Mapping[str, list[int]]) -> dict[str, list[Pair]]:
    return {split: [table.pairs[row] for row in sorted(rows)] for split, rows in drawn.items()}
