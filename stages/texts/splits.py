"""Draw the pairs of each split, level by level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stages.common.splits import SPLITS
from stages.sample.draw import draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from tinydatasets.types import Pair


def check_available(levels: npt.NDArray[np.int64], counts: Mapping[str, Mapping[int, int]]) -> None:
    """Check that each level has as many pairs as all splits ask of it.

    Raises
    ------
    ValueError
        If one has fewer; the message says how many there are, and how many are asked.
    """
    for level in counts["train"]:
        asked = sum(counts[split][level] for split in SPLITS)
        available = int((levels == level).sum())
        if asked > available:
            parts = ", ".join(f"{counts[split][level]} for {split}" for split in SPLITS)
            raise ValueError(
                f"level {level} has {available} pairs available, but {asked} are asked ({parts})"
            )


def split_text(
    pairs: Sequence[Pair], counts: Mapping[str, Mapping[int, int]], seed: int
) -> dict[str, list[Pair]]:
    """Draw train from all pairs, then val and test from those that are left.

    Unlike images, val comes before test: so the first version of TinyTalks was drawn.

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
    check_available(levels, counts)
    none = dict.fromkeys(counts["train"], 0)
    held_out = {level: val + counts["test"][level] for level, val in counts["val"].items()}
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
