"""Choose the rows of a dataset by its strategy, and bring them into their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stages.lib.blocks import select
from stages.lib.sampling.curation import curate
from stages.lib.sampling.difficulty import difficulty, tiers
from stages.lib.sampling.draw import SPLITS, draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from stages.lib.blocks import Block

    Rows = npt.NDArray[np.int64]


def choose(
    blocks: Sequence[Block],
    labels: Rows,
    neighbours: npt.NDArray[np.float64],
    *,
    strategy: str,
    counts: Mapping[str, Mapping[int, int]],
    test_draw: str,
    maximum: int,
    generator: np.random.RandomState,
) -> tuple[dict[str, Rows], list[tuple[int, int, str, str]]]:
    """Choose the rows of every split, class after class.

    Parameters
    ----------
    blocks : sequence of Block
        The images of all rows of the source; pixels in 0..maximum.
    labels : ndarray of shape (n,), dtype int64
        The class of each row.
    neighbours : ndarray of shape (n, classes, 5), dtype float64
        As `difficulty.nearest` gives them.
    strategy : {"random", "curated"}
        How train is chosen.
    counts : mapping of str to mapping of int to int
        How many rows of each class to take for ``"train"``, ``"val"`` and ``"test"``.
    test_draw : {"next", "choice"}
        How `random` draws test.
    maximum : int
        The largest value that a pixel of the source can have.
    generator : RandomState
        What to draw with; it goes on from where it is.

    Returns
    -------
    drawn : dict of str to ndarray of dtype int64
        For each split its row numbers in the source.
    table : list of (int, int, str, str)
        Row, label, tier and difficulty (4 decimals) of every row of the classes that the dataset
        has, ascending by row.

    Raises
    ------
    TooFewError
        If `curated` finds too few rows.
    """
    classes = [
        label for label in counts["train"] if any(of_split[label] for of_split in counts.values())
    ]
    rows = np.flatnonzero(np.isin(labels, classes))
    ratios = difficulty(neighbours[rows], labels[rows], classes)
    of_rows = tiers(ratios, labels[rows])
    if strategy == "curated":
        curated = curate(
            select(blocks, rows),
            labels[rows],
            of_rows,
            counts,
            generator=generator,
            maximum=maximum,
        )
        drawn = {split: rows[of_split] for split, of_split in curated.items()}
    else:
        drawn = draw(labels, counts, generator, test_draw)
    table = [
        (row, label, str(tier), f"{ratio:.4f}")
        for row, label, tier, ratio in zip(
            rows.tolist(), labels[rows].tolist(), of_rows, ratios, strict=True
        )
    ]
    return drawn, table


def order(
    drawn: Mapping[str, Rows], rows: Rows, generator: np.random.RandomState
) -> dict[str, list[int]]:
    """Shuffle train, then test, then val, and list the rows that none of them uses.

    Parameters
    ----------
    drawn : mapping of str to ndarray of dtype int64
        The row numbers of each split, as `choose` gives them.
    rows : ndarray of shape (n,), dtype int64
        All rows of the classes that the dataset has, ascending. Those of a class that it leaves
        out are in no split: a model can't be scored on a class that it never saw.
    generator : RandomState
        In the state in which `choose` left it.

    Returns
    -------
    dict of str to list of int
        The rows of ``"train"``, ``"val"`` and ``"test"`` in their new order, and of ``"unused"``,
        ascending.

    Examples
    --------
    >>> drawn = {"train": np.array([0, 5]), "val": np.array([4]), "test": np.array([2, 1])}
    >>> order(drawn, np.arange(6), np.random.RandomState(3))
    {'train': [5, 0], 'val': [4], 'test': [1, 2], 'unused': [3]}
    """
    # Val is last, so that it changes neither of the others.
    shuffled = {split: generator.permutation(drawn[split]) for split in ("train", "test", "val")}
    unused = np.setdiff1d(rows, np.concatenate([*drawn.values()]))
    return {
        **{split: shuffled[split].tolist() for split in SPLITS},
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
