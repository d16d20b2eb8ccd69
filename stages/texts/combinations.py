"""Hold out combinations of templates and fillers whose parts train has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from stages.common.splits import SPLITS
from stages.texts.pairs import Combination, words
from stages.texts.splits import check_available

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stages.texts.pairs import Table
    from tinydatasets.types import Pair

# How many training pairs have each word of a pair that is held out, at least.
WORD_IN_TRAIN: Final = 3
# Which part of a combination are its fillers.
FILLERS: Final = Combination._fields.index("fillers")


class _Train:
    """The pairs that are not held out so far, counted by what held-out pairs need of them."""

    def __init__(self, table: Table, rows: list[int]) -> None:
        self._words = {row: set(words(" ".join(table.pairs[row][2:]))) for row in rows}
        self._parts = {row: set(enumerate(table.combinations[row])) for row in rows}
        self._with_word = Counter(word for row in rows for word in self._words[row])
        self._with_part = Counter(part for row in rows for part in self._parts[row])
        self._held_out = Counter[tuple[int, str]]()

    def hold_out(self, row: int) -> bool:
        """Hold a pair out if its words and parts remain; say whether they do."""
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


def split_combinations(
    table: Table, counts: Mapping[str, Mapping[int, int]], seed: int
) -> dict[str, list[Pair]]:
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
        are the same for each.
    seed : int
        What the draw starts from.

    Returns
    -------
    dict of str to list of Pair
        The three splits and ``"unused"``, the pairs that are in none, each in the order of `table`.

    Raises
    ------
    ValueError
        If more pairs of a level are asked than there are, or than can be held out.
    """
    generator = np.random.RandomState(seed)
    levels = np.array([pair.level for pair in table.pairs], np.int64)
    check_available(levels, counts)
    taken, unused = {}, []
    for level in counts["train"]:
        rows = np.flatnonzero(levels == level)
        generator.shuffle(rows)
        asked = sum(counts[split][level] for split in SPLITS)
        taken[level] = rows[:asked].tolist()
        unused += rows[asked:].tolist()
    remain = _Train(table, [row for rows in taken.values() for row in rows])
    drawn: dict[str, list[int]] = {**{split: [] for split in SPLITS}, "unused": unused}
    for level, rows in taken.items():
        val, test = counts["val"][level], counts["test"][level]
        held_out: list[int] = []
        for row in rows:
            if len(held_out) < val + test and remain.hold_out(row):
                held_out.append(row)
        if len(held_out) < val + test:
            raise ValueError(
                f"level {level}: {val + test} pairs are asked for val and test, but this draw "
                f"could hold out only {len(held_out)} so that train has their words "
                f"{WORD_IN_TRAIN} times, and half of the pairs of their templates and fillers; ask "
                "for more pairs for train, or fewer for val and test"
            )
        drawn["train"] += [row for row in rows if row not in held_out]
        generator.shuffle(held_out)
        drawn["val"] += held_out[:val]
        drawn["test"] += held_out[val:]
    return {split: [table.pairs[row] for row in sorted(rows)] for split, rows in drawn.items()}
