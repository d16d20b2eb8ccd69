"""Choose the rows of a dataset by its strategy and draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stages.check.model import SPLITS
from stages.common.blocks import select
from stages.sample.curation import Turns, by_shuffle, curate
from stages.sample.difficulty import difficulty, tiers
from stages.sample.draw import draw
from stages.sample.hash_draw import draw_blocks, parts, priorities_of_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from stages.check.model import Dataset
    from stages.common.blocks import Data

    Rows = npt.NDArray[np.int64]
    Counts = Mapping[str, Mapping[int, int]]


class Chosen(NamedTuple):
    """The rows of a dataset."""

    drawn: dict[str, Rows]
    """The row numbers of each split in the source."""
    table: list[tuple[int, int, str, str]]
    """Row, label, tier and difficulty (4 decimals) of each row, ascending by row.

    Of all rows of the classes that the dataset has; where the source may be larger than memory, of
    the rows drawn alone. Tier and difficulty are empty where the source has no difficulties.
    """
    state: dict[str, Any] | None
    """The generator's, with which stage `split` goes on; None where rows were drawn by hash."""


def choose(data: Data, dataset: Dataset, counts: Counts, maximum: int) -> Chosen:
    """Choose the rows of every split, class after class.

    Parameters
    ----------
    data : Data
        The source; for `curated` with its neighbours.
    dataset : Dataset
        How to choose.
    counts : mapping of str to mapping of int to int
        How many rows of each class to take for ``"train"``, ``"val"`` and ``"test"``; every class
        of the source in label order.
    maximum : int
        The largest value that a pixel of the source can have.

    Raises
    ------
    TooFewError
        If there are too few rows for `curated`, or in a part of the range of hashes.
    """
    labels, seed = data.labels, dataset.seed
    classes = [label for label in counts["train"] if any(of[label] for of in counts.values())]
    rows = np.flatnonzero(np.isin(labels, classes))
    named, ratios = np.empty(0, str), np.empty(0)
    if data.neighbours is not None:
        ratios = difficulty(data.neighbours[rows], labels[rows], classes)
        named = tiers(ratios, labels[rows])
    generator = np.random.RandomState(seed) if dataset.draw == "shuffle" else None
    if dataset.strategy == "curated":
        turns = (
            by_shuffle(generator, len(rows)) if generator else _by_hash(data, rows, counts, seed)
        )
        blocks = select(data.blocks, rows)
        curated = curate(blocks, labels[rows], named, counts, turns=turns, maximum=maximum)
        if not generator:
            for of_split in curated.values():
                turns.shuffle(of_split)
        drawn = {split: rows[of_split] for split, of_split in curated.items()}
    elif generator:
        drawn = draw(labels, counts, generator, dataset.test_draw or "next")
    else:
        in_label_order = {split: [*of_split.values()] for split, of_split in counts.items()}
        drawn = draw_blocks(data.blocks, labels, data.ids, in_label_order, seed)
    listed = np.sort(np.concatenate([*drawn.values()])) if data.is_large else rows
    known = [("", "")] * len(listed)
    if data.neighbours is not None:
        at = np.searchsorted(rows, listed)
        known = [(str(named[i]), f"{ratios[i]:.4f}") for i in at.tolist()]
    table = [
        (row, label, tier, ratio)
        for row, label, (tier, ratio) in zip(
            listed.tolist(), labels[listed].tolist(), known, strict=True
        )
    ]
    return Chosen(drawn, table, save_state(generator) if generator else None)


def _by_hash(data: Data, rows: Rows, counts: Counts, seed: int) -> Turns:
    """Return the turns of some rows of the source: that of the smallest priority comes first."""
    labels, ids = data.labels[rows], None if data.ids is None else data.ids[rows]
    priorities = priorities_of_blocks(select(data.blocks, rows), ids, seed)
    part = parts(priorities, has_val=any(counts["val"].values()))

    def sort(some: Rows) -> None:
        some[:] = some[np.lexsort((some, labels[some], priorities[some]))]

    return Turns(sort, {split: part == i for i, split in enumerate(SPLITS)})


def save_state(generator: np.random.RandomState) -> dict[str, Any]:
    """Return the state of a generator for JSON: the 624 words of MT19937, the place in them."""
    _, key, position, *_ = generator.get_state()
    return {"key": np.asarray(key).tolist(), "position": position}
