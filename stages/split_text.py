"""Stage `split_text`: check the authored pairs and draw those of each split, level by level.

The draw is that of the images. The rest is not: a text has no arrays, no rows of a package, and a
third split, so it has a short chain of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages import shell
from stages.counts import check_labels, per_class
from stages.draw import draw
from stages.pairs import check_apart, parse
from stages.shell import StageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tinydatasets import Pair

SPLITS = ("train", "val", "test")


def split_text(
    pairs: Sequence[Pair], counts: Mapping[str, Mapping[int, int]], seed: int
) -> dict[str, list[Pair]]:
    """Draw train from all pairs, then val and test from those that are left.

    Parameters
    ----------
    pairs : sequence of Pair
        All that there are.
    counts : mapping of str to mapping of int to int
        How many pairs of each level to take for ``"train"``, ``"val"`` and ``"test"``; the levels
        are the same for each.
    seed : int
        What the draw starts from.

    Returns
    -------
    dict of str to list of Pair
        The three splits and ``"unused"``, the pairs that are in none, each in the order of
        `pairs`.

    Raises
    ------
    ValueError
        If more pairs of a level are asked than there are.
    """
    levels = np.array([pair.level for pair in pairs], np.int64)
    held_out = {level: val + counts["test"][level] for level, val in counts["val"].items()}
    for level, train in counts["train"].items():
        asked, available = train + held_out[level], int((levels == level).sum())
        if asked > available:
            parts = ", ".join(f"{counts[name][level]} for {name}" for name in SPLITS)
            raise ValueError(
                f"level {level} has {available} pairs available, but {asked} are asked ({parts})"
            )
    generator = np.random.RandomState(seed)
    drawn, rest = draw(levels, counts["train"], held_out, generator)
    val, test = draw(levels[rest], counts["val"], counts["test"], generator)
    rows = {"train": drawn, "val": rest[val], "test": rest[test]}
    rows["unused"] = np.setdiff1d(np.arange(len(pairs)), np.concatenate([drawn, rest]))
    return {split: [pairs[row] for row in sorted(taken)] for split, taken in rows.items()}


def main(name: str, *, source: Path, out: Path) -> None:
    """Check the pairs of the file `source`, and write those of each split of `name` to `out`."""
    text = shell.read_yaml(shell.PARAMS)["texts"][name]
    try:
        pairs = parse(source.read_bytes())
    except ValueError as error:
        raise StageError(f"{source}: {error}") from None
    levels = max(pair.level for pair in pairs)
    counts = {}
    for split in SPLITS:
        key = f"{split}_per_level"
        try:
            check_labels(key, text[key], range(1, levels + 1), "levels")
        except ValueError as error:
            raise StageError(f"{shell.PARAMS}: texts.{name}{error}") from None
        counts[split] = per_class(text[key], levels, first=1)
    try:
        splits = split_text(pairs, counts, text["seed"])
    except ValueError as error:
        raise StageError(f"{shell.PARAMS}: texts.{name}: {error}") from None
    try:
        check_apart(splits)
    except ValueError as error:
        raise StageError(f"{source}: {error}") from None
    shell.write_json(out, {split: splits[split] for split in SPLITS}, indent=1)


if __name__ == "__main__":
    shell.run(main)
