"""Draw the pairs of each split, level by level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stages.lib.sampling.draw import SPLITS, draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tinydatasets.types import Pair


def split_text(
    pairs: Sequence[Pair], counts: Mapping[str, Mapping[int, int]], seed: int
) -> dict[str, list[Pair]]:
    """Draw train from all pairs, then val and test from those that are left.

    Unlike images, val comes before test: so TinyTalks was drawn.

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
    none = dict.fromkeys(counts["train"], 0)
    held_out = {level: val + counts["test"][level] for level, val in counts["val"].items()}
    for level, train in counts["train"].items():
        asked, available = train + held_out[level], int((levels == level).sum())
        if asked > available:
            parts = ", ".join(f"{counts[name][level]} for {name}" for name in SPLITS)
            raise ValueError(
                f"level {level} has {available} pairs available, but {asked} are asked ({parts})"
            )
    generator = np.random.RandomState(seed)
    first = draw(levels, {"train": counts["train"], "val": none, "test": held_out}, generator)
    rest = first["test"]
    # Of what is left, val takes the place of train.
    second = draw(
        levels[rest], {"train": counts["val"], "val": none, "test": counts["test"]}, generator
    )
    rows = {"train": first["train"], "val": rest[second["train"]], "test": rest[second["test"]]}
    rows["unused"] = np.setdiff1d(np.arange(len(pairs)), np.concatenate([first["train"], rest]))
    return {split: [pairs[row] for row in sorted(taken)] for split, taken in rows.items()}
