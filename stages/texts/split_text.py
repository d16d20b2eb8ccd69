"""Stage `split_text`: draw the pairs of each split, level by level."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from stages.common import command
from stages.common.errors import ParamError, StageError
from stages.common.files import write_json
from stages.params.model import SPLITS
from stages.params.read import per_class, read_text
from stages.texts.pairs import NEAR, Table, check_apart, parse_pairs, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from stages.params.model import Text
    from tinydatasets.types import Pair

    Counts = Mapping[str, Mapping[int, int]]

# How many training pairs have each word of a pair that is held out, at least.
WORD_IN_TRAIN: Final = 3
# What a pair has, and its name: a word, its fillers or its template.
_Feature = tuple[str, str]


def main(name: str) -> None:
    """Draw the pairs of each split of the text `name`; write ``build/NAME/split.json``."""
    build = Path("build", name)
    try:
        splits = split_text(read_text(name), parse_pairs((build / "pairs.tsv").read_bytes()))
    except ParamError as error:
        raise error.within("texts", name) from None
    write_json(build / "split.json", splits, indent=1)


def split_text(text: Text, table: Table) -> dict[str, list[Pair]]:
    """Return the pairs of each split, in the order of `table`.

    Raise a ParamError if the counts or the draw of `text` don't fit the pairs, and a StageError if
    two questions are too similar.
    """
    by_combination = text.draw == "combination"
    if by_combination and not table.combinations:
        raise ParamError(
            "draw",
            message=f"combination: {text.source} does not say of which template and fillers each "
            "pair is made; write it as templates, or draw by shuffle",
        )
    levels = range(1, max(pair.level for pair in table.pairs) + 1)
    keys = {split: f"{split}_per_level" for split in SPLITS}
    counts = {split: per_class(key, getattr(text, key), levels) for split, key in keys.items()}
    draw = _draw_combinations if by_combination else _draw_shuffled
    # NumPy promises never to change the stream of this generator (NEP 19).
    drawn = draw(table, counts, np.random.RandomState(text.seed))
    splits = {split: [table.pairs[row] for row in sorted(rows)] for split, rows in drawn.items()}
    try:
        # What is held out by combination is meant to be near to what train has.
        check_apart(splits, near=math.inf if by_combination else NEAR)
    except ValueError as error:
        may_be_near = table.combinations and not by_combination
        hint = "; `draw: combination` allows what is near" if may_be_near else ""
        raise StageError(f"{text.source}: {error}{hint}") from None
    return splits


def _draw_shuffled(
    table: Table, counts: Counts, generator: np.random.RandomState
) -> dict[str, list[int]]:
    """Draw train from all rows, then val, then test: so TinyTalks was first drawn."""
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
    return drawn


def _draw_combinations(
    table: Table, counts: Counts, generator: np.random.RandomState
) -> dict[str, list[int]]:
    """Draw rows, and hold out of them for val and test what can be learned from the others.

    The rows of each level, in ascending order, are shuffled, and the first are taken, as many as
    all splits ask. Then, level after level and in the shuffled order, a pair is held out if

    - each word of its question and its answer is in three or more of the pairs that remain, and
    - of the pairs with its template, and of those with its fillers, no more than half are then held
      out; fillers of a single pair may be.

    What is held out of a level is shuffled again; the first of it are val, the others test. All
    other rows that were taken are train.
    """
    taken = {}
    for level, rows in _rows_of_levels(table, counts).items():
        generator.shuffle(rows)
        taken[level] = rows[: sum(counts[split][level] for split in SPLITS)].tolist()
    features = {row: _features(table, row) for rows in taken.values() for row in rows}
    total = Counter(feature for row in features for feature in features[row])
    held_out_of = Counter[_Feature]()

    def hold_out(row: int) -> bool:
        held_out_of.update(features[row])
        possible = all(_is_learned(f, total[f], held_out_of[f]) for f in features[row])
        if not possible:
            held_out_of.subtract(features[row])
        return possible

    drawn: dict[str, list[int]] = {split: [] for split in SPLITS}
    for level, shuffled in taken.items():
        val, test = counts["val"][level], counts["test"][level]
        held_out = list(itertools.islice(filter(hold_out, shuffled), val + test))
        if len(held_out) < val + test:
            raise ParamError(
                message=f"level {level}: {val + test} pairs are asked for val and test, but this "
                f"draw could hold out only {len(held_out)} so that train has their words "
                f"{WORD_IN_TRAIN} times, and half of the pairs of their templates and fillers; ask "
                "for more pairs for train, or fewer for val and test"
            )
        drawn["train"] += [row for row in shuffled if row not in held_out]
        generator.shuffle(held_out)
        drawn["val"] += held_out[:val]
        drawn["test"] += held_out[val:]
    return drawn


def _features(table: Table, row: int) -> set[_Feature]:
    """Return what train must have of a pair: its words, its fillers and its template."""
    return {
        *(("word", word) for word in words(" ".join(table.pairs[row][2:]))),
        *table.combinations[row]._asdict().items(),
    }


def _is_learned(feature: _Feature, total: int, held_out: int) -> bool:
    """Return whether train has a feature often enough if so many pairs with it are held out."""
    if feature[0] == "word":
        return total - held_out >= WORD_IN_TRAIN
    # Fillers that one pair alone has are met nowhere else, held out or not.
    return total >= 2 * held_out or (feature[0] == "fillers" and total == 1)


def _rows_of_levels(table: Table, counts: Counts) -> dict[int, npt.NDArray[np.int64]]:
    """Return the rows of each level, at least as many as all splits ask of it."""
    levels = np.array([pair.level for pair in table.pairs])
    rows_of_levels = {level: np.flatnonzero(levels == level) for level in counts["train"]}
    for level, rows in rows_of_levels.items():
        asked = sum(counts[split][level] for split in SPLITS)
        if asked > len(rows):
            parts = ", ".join(f"{counts[split][level]} for {split}" for split in SPLITS)
            available = f"level {level} has {len(rows)} pairs available"
            raise ParamError(message=f"{available}, but {asked} are asked ({parts})")
    return rows_of_levels


if __name__ == "__main__":
    command.run(main)
