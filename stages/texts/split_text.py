"""Stage `split_text`: draw the pairs of each split, level by level."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from stages.common import command
from stages.common.errors import ParamError, StageError
from stages.common.files import write_json
from stages.params.model import SPLITS, Text
from stages.params.read import per_class, read_text
from stages.texts.pairs import NEAR, Table, check_apart, parse_pairs, words
from tinydatasets.types import Pair

Counts = Mapping[str, Mapping[int, int]]

# How many training pairs have each word of a pair that is held out, at least.
WORD_IN_TRAIN: Final = 3
# What a pair has, and its name: a word, its fillers, phrasing or question.
_Feature = tuple[str, str]
# Rows that one split takes together.
_Group = tuple[int, ...]


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
            drawn["train"] += rows[:train]
            held_out[level] = rows[train : train + val + test]
    for level, rows in held_out.items():
        generator.shuffle(rows)
        drawn["val"] += rows[: counts["val"][level]]
        drawn["test"] += rows[counts["val"][level] :]
    return drawn


def _draw_combinations(
    table: Table, counts: Counts, generator: np.random.RandomState
) -> dict[str, list[int]]:
    """Draw rows, and hold out of them for val and test what can be learned from the others.

    Pairs of a group stay together; in most topics, each pair is its own. The groups of each level,
    in the order of their first pairs, are shuffled, and the first are taken, as many as all splits
    ask. Then, level after level and in the shuffled order, a group is held out if train can learn
    it (docs/texts.md). What is held out of a level is shuffled again; the first of it are val, the
    others test. All other rows that were taken are train.
    """
    taken = {}
    for level, rows in _rows_of_levels(table, counts).items():
        by_name: dict[str, list[int]] = {}
        for row in rows:
            by_name.setdefault(table.combinations[row].group, []).append(row)
        groups = [tuple(group) for group in by_name.values()]
        size = math.gcd(*map(len, groups))
        for split in SPLITS:
            if counts[split][level] % size:
                raise ParamError(
                    f"{split}_per_level",
                    message=f"{counts[split][level]} of level {level}: whole_lines keeps the pairs "
                    f"of a line together; ask for a multiple of {size}",
                )
        generator.shuffle(groups)
        taken[level] = _first(groups, sum(counts[split][level] for split in SPLITS))
    features = {
        group: Counter(feature for row in group for feature in _features(table, row))
        for groups in taken.values()
        for group in groups
    }
    total, groups_of, held_out_of = Counter[_Feature](), Counter[_Feature](), Counter[_Feature]()
    for counter in features.values():
        total.update(counter)
        groups_of.update(counter.keys())

    def is_learned(feature: _Feature) -> bool:
        if feature[0] == "word":
            return total[feature] - held_out_of[feature] >= WORD_IN_TRAIN
        is_alone = feature[0] in {"fillers", "question"} and groups_of[feature] == 1
        return is_alone or total[feature] >= 2 * held_out_of[feature]

    def hold_out(group: _Group) -> bool:
        held_out_of.update(features[group])
        possible = all(map(is_learned, features[group]))
        if not possible:
            held_out_of.subtract(features[group])
        return possible

    drawn: dict[str, list[int]] = {split: [] for split in SPLITS}
    for level, shuffled in taken.items():
        val, test = counts["val"][level], counts["test"][level]
        held_out = _first(shuffled, val + test, hold_out)
        if (possible := sum(map(len, held_out))) < val + test:
            rare = {
                word
                for group in set(shuffled) - set(held_out)
                for (kind, word), count in features[group].items()
                if kind == "word" and total[kind, word] - count < WORD_IN_TRAIN
            }
            named = f" with rare words ({', '.join(sorted(rare)[:3])})" if rare else ""
            asked = f"{val + test} pair{'s' * (val + test != 1)}"
            raise ParamError(
                message=f"level {level}: val and test ask for {asked}, but this draw could hold "
                f"out only {possible}. Train must keep {WORD_IN_TRAIN} pairs with each of their "
                "words, and half of the pairs with their phrasings, fillers and questions. Write "
                f"more phrasings or lines{named}, ask for more pairs for train or fewer for val "
                "and test, or try another seed"
            )
        generator.shuffle(held_out)
        of_val = _first(held_out, val)
        of_test = [group for group in held_out if group not in of_val]
        sides = {"train": [group for group in shuffled if group not in held_out]}
        sides |= {"val": of_val, "test": of_test}
        found = {split: [row for group in sides[split] for row in group] for split in SPLITS}
        if any(len(found[split]) != counts[split][level] for split in SPLITS):
            raise ParamError(
                message=f"level {level}: this draw can't meet the counts with whole lines of "
                "different sizes; try other counts or another seed"
            )
        for split in SPLITS:
            drawn[split] += found[split]
    return drawn


def _first(
    groups: Sequence[_Group], pairs: int, allow: Callable[[_Group], bool] = bool
) -> list[_Group]:
    """Return the first groups that are allowed, up to so many pairs; skip one that is too large."""
    first = []
    for group in groups:
        if len(group) <= pairs and allow(group):
            first.append(group)
            pairs -= len(group)
    return first


def _features(table: Table, row: int) -> set[_Feature]:
    """Return what train must have of a pair: its words, fillers, phrasing and question."""
    made_of = table.combinations[row]
    return {
        *(("word", word) for word in words(" ".join(table.pairs[row][2:]))),
        ("fillers", made_of.fillers),
        ("phrasing", made_of.phrasing),
        ("question", f"{made_of.fillers} {made_of.template}"),
    }


def _rows_of_levels(table: Table, counts: Counts) -> dict[int, list[int]]:
    """Return the rows of each level, at least as many as all splits ask of it."""
    rows_of_levels: dict[int, list[int]] = {level: [] for level in counts["train"]}
    for row, pair in enumerate(table.pairs):
        rows_of_levels[pair.level].append(row)
    for level, rows in rows_of_levels.items():
        asked = sum(counts[split][level] for split in SPLITS)
        if asked > len(rows):
            parts = ", ".join(f"{counts[split][level]} for {split}" for split in SPLITS)
            available = f"level {level} has {len(rows)} pair{'s' * (len(rows) != 1)} available"
            raise ParamError(message=f"{available}, but {asked} are asked ({parts})")
    return rows_of_levels


if __name__ == "__main__":
    command.run(main)
