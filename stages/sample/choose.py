"""Choose the rows of a dataset by its strategy and draw, and bring them into their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stages.common.blocks import select
from stages.common.splits import SPLITS
from stages.sample.curation import Turns, by_shuffle, curate
from stages.sample.difficulty import difficulty, tiers
from stages.sample.draw import draw as draw_shuffled
from stages.sample.hash_draw import draw_blocks, parts, priorities_of_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

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
    """The generator's, with which `order` goes on; None where rows were drawn by hash."""


def choose(
    data: Data,
    *,
    strategy: str,
    draw: str,
    seed: int,
    counts: Counts,
    test_draw: str,
    maximum: int,
) -> Chosen:
    """Choose the rows of every split, class after class.

    Parameters
    ----------
    data : Data
        The source; for `curated` with its neighbours.
    strategy : {"random", "curated"}
        How train is chosen.
    draw : {"shuffle", "hash"}
        Whether rows are drawn by a generator, or by the hash of each row.
    seed : int
        What the draw starts from.
    counts : mapping of str to mapping of int to int
        How many rows of each class to take for ``"train"``, ``"val"`` and ``"test"``; every class
        of the source in label order.
    test_draw : {"next", "choice"}
        How `random` draws test by `shuffle`.
    maximum : int
        The largest value that a pixel of the source can have.

    Returns
    -------
    Chosen

    Raises
    ------
    TooFewError
        If there are too few rows for `curated`, or in a part of the range of hashes.
    """
    labels = data.labels
    classes = [
        label for label in counts["train"] if any(of_split[label] for of_split in counts.values())
    ]
    rows = np.flatnonzero(np.isin(labels, classes))
    named, ratios = np.empty(0, str), np.empty(0)
    if data.neighbours is not None:
        ratios = difficulty(data.neighbours[rows], labels[rows], classes)
        named = tiers(ratios, labels[rows])
    generator = np.random.RandomState(seed) if draw == "shuffle" else None
    if strategy == "curated":
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
        drawn = draw_shuffled(labels, counts, generator, test_draw)
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
    """Give the turns of some rows of the source: the one with the smallest priority comes first."""
    ids = None if data.ids is None else data.ids[rows]
    labels, priorities = (
        data.labels[rows],
        priorities_of_blocks(select(data.blocks, rows), ids, seed),
    )
    part = parts(priorities, has_val=any(counts["val"].values()))

    def sort(some: Rows) -> None:
        some[:] = some[np.lexsort((some, labels[some], priorities[some]))]

    return Turns(sort, {split: part == i for i, split in enumerate(SPLITS)})


def order(
    drawn: Mapping[str, Rows], rows: Rows, state: Mapping[str, Any] | None
) -> dict[str, list[int]]:
    """Bring the rows of each split into their final order, and list those that none of them uses.

    Where they were drawn by a generator, it shuffles train, then test, then val. Rows that were
    drawn by hash are in their order already.

    Parameters
    ----------
    drawn : mapping of str to ndarray of dtype int64
        The row numbers of each split, as `choose` gives them.
    rows : ndarray of shape (n,), dtype int64
        All rows that `choose` lists, ascending. Those of a class that the dataset leaves out are in
        no split: a model can't be scored on a class that it never saw.
    state : mapping or None
        As `choose` gives it.

    Returns
    -------
    dict of str to list of int
        The rows of ``"train"``, ``"val"`` and ``"test"`` in their new order, and of ``"unused"``,
        ascending.

    Examples
    --------
    >>> drawn = {"train": np.array([0, 5]), "val": np.array([4]), "test": np.array([2, 1])}
    >>> order(drawn, np.arange(6), save_state(np.random.RandomState(3)))
    {'train': [5, 0], 'val': [4], 'test': [1, 2], 'unused': [3]}
    """
    ordered = drawn
    if state:
        generator = restore(state)
        # Val is last, so that it changes neither of the others.
        ordered = {split: generator.permutation(drawn[split]) for split in ("train", "test", "val")}
    unused = np.setdiff1d(rows, np.concatenate([*drawn.values()]))
    return {
        **{split: ordered[split].tolist() for split in SPLITS},
        "unused": unused.tolist(),
    }


def save_state(generator: np.random.RandomState) -> dict[str, Any]:
    """Give the state of a generator as JSON can hold it: the 624 words of MT19937, the place."""
    _, key, position, *_ = generator.get_state()
    return {"key": np.asarray(key).tolist(), "position": position}


def restore(state: Mapping[str, Any]) -> np.random.RandomState:
    """Make the generator whose state `save_state` gave."""
    generator = np.random.RandomState()
    generator.set_state(("MT19937", np.array(state["key"], np.uint32), state["position"], 0, 0.0))
    return generator
