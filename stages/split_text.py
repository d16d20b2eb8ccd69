"""Stage `split_text`: check the authored pairs and draw those of each split, level by level.

The draw is that of the images. The rest is not: a text has no arrays, no rows of a package, and a
third split, so it has a short chain of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages import shell
from stages.counts import LEVELS, per_class
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
        How many pairs of each level to take for ``"train"``, ``"val"`` and ``"test"``.
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
    held_out = {level: counts["val"][level] + counts["test"][level] for level in LEVELS}
    for level in LEVELS:
        asked, available = counts["train"][level] + held_out[level], int((levels == level).sum())
        if asked > available:
            parts = ", ".join(f"{counts[name][level]} for {name}" for name in SPLITS)
            raise ValueError(
                f"level {level} has {available} pairs available, but {asked} are asked ({parts})"
            )
    generator = np.random.RandomState(seed)
    train, rest = draw(levels, counts["train"], held_out, generator)
    val, test = draw(levels[rest], counts["val"], counts["test"], generator)
    rows = {"train": train, "val": rest[val], "test": rest[test]}
    rows["unused"] = np.setdiff1d(np.arange(len(pairs)), np.concatenate([train, rest]))
    return {name: [pairs[row] for row in sorted(drawn)] for name, drawn in rows.items()}


def main(name: str, *, source: Path, out: Path) -> None:
    """Check the pairs of the file `source`, and write those of each split of `name` to `out`."""
    text = shell.read_yaml(shell.PARAMS)["texts"][name]
    counts = {
        split: per_class(text[f"{split}_per_level"], len(LEVELS), LEVELS.start) for split in SPLITS
    }
    try:
        pairs = parse(source.read_bytes())
    except ValueError as error:
        raise StageError(f"{source}: {error}") from None
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
