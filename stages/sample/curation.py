"""Choose training images by how hard they are: easy ones that cover their class, and hard ones."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stages.check.model import SPLITS
from stages.common.blocks import copy_blocks, select, take
from stages.common.distances import CHUNK, in_chunks, points, squared_distances
from stages.common.workers import each
from stages.sample.difficulty import sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from stages.common.blocks import Block
    from stages.common.distances import Points

    Rows = npt.NDArray[np.int64]

# Two images are near-duplicates if the root mean square difference of their pixels is below this
# percentage of the source's maximum. In percent, so that whole numbers are compared.
NEAR_PERCENT = 6
# How many images a step of `facility_location` computes again at least.
FEWEST = 64


class TooFewError(ValueError):
    """A class has too few rows for what is asked."""


class Turns(NamedTuple):
    """In which order the rows of a class are taken, and which of them a split may take."""

    shuffle: Callable[[Rows], None]
    """Brings row numbers, shape (n,), into the order in which they are taken."""
    may: Mapping[str, npt.NDArray[np.bool_]]
    """For each split, whether it may take a row of the source, shape (n,)."""


def by_shuffle(generator: np.random.RandomState, n: int) -> Turns:
    """Return turns in which a generator shuffles, and every split may take any of `n` rows."""
    return Turns(generator.shuffle, {split: np.ones(n, bool) for split in SPLITS})


def facility_location(blocks: Sequence[Block], n: int) -> Rows:
    """Choose images, one by one, so that all images have a small squared distance to a chosen one.

    Each step takes the image that most lowers the sum over all images of the squared distance to
    the nearest chosen one; of equal images the first. The sum falls by at least 63% (1 - 1/e) of
    what the best choice of the same size lowers it by. Single images can stay far from every
    chosen one: the sum is made small, not the largest distance.

    How much an image lowers the sum never grows from one step to the next. So what it was when it
    was last computed is a bound, and only images whose bound is the largest need be computed again.

    Returns the rows of the `n` chosen images in the order in which they were chosen.

    References
    ----------
    G. L. Nemhauser, L. A. Wolsey, M. L. Fisher, "An analysis of approximations for maximizing
    submodular set functions - I", Mathematical Programming 14 (1978), 265-294.

    M. Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", Optimization
    Techniques, Lecture Notes in Control and Information Sciences 7 (1978), 234-243.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> images = np.array([0, 1, 2, 9, 10, 10], np.uint8).reshape(6, 1, 1)
    >>> facility_location([Block(0, 6, lambda: images)], 2)
    array([2, 4])
    """
    m = sum(block.rows for block in blocks)
    # Before the first step all images are equally far, and farther than two images can be.
    nearest = np.full(m, 2**62 // max(m, 1))
    bounds = np.full(m, 2**62)
    chosen = np.empty(n, np.int64)
    for step in range(n):
        known = bounds < 0  # of those chosen before
        while not known[bounds.argmax()]:
            stale = np.flatnonzero(~known)
            size = min(max(FEWEST, int(known.sum())), CHUNK)
            batch = stale[np.argsort(-bounds[stale], kind="stable")[:size]]
            bounds[batch] = _gains(points(take(blocks, batch)), blocks, nearest)
            known[batch] = True
        chosen[step] = bounds.argmax()
        bounds[chosen[step]] = -1
        one = points(take(blocks, chosen[step : step + 1]))
        for rows, some in in_chunks(blocks):
            nearest[rows] = np.minimum(nearest[rows], squared_distances(one, some)[0])
    return chosen


def _gains(candidates: Points, blocks: Sequence[Block], nearest: Rows) -> Rows:
    """Return how much each candidate lowers the sum of distances to the nearest chosen image."""
    gains = np.zeros(len(candidates.x), np.int64)
    for rows, some in in_chunks(blocks):
        distances = squared_distances(candidates, some).astype(np.int64)
        gains += np.maximum(nearest[rows] - distances, 0).sum(axis=1)
    return gains


def curate(
    blocks: Sequence[Block],
    labels: Rows,
    tiers: npt.NDArray[np.str_],
    counts: Mapping[str, Mapping[int, int]],
    *,
    turns: Turns,
    maximum: int,
) -> dict[str, Rows]:
    """Choose the rows of train by tier, and draw those of test from what is left, then of val.

    For each class in ascending order, train takes easy rows by `facility_location`, then
    shuffles the hard rows and takes the first, then the same of the hardest: 80, 15 and 5 of each
    100. After that, for each class in the same order, the rows that are left and are no training
    row's near-duplicate are shuffled; the first are test, the next val.

    Parameters
    ----------
    blocks : sequence of Block
        The images; pixels in 0..maximum.
    labels, tiers : ndarray of shape (n,), dtype int64 and str
        The class of each row, and what `difficulty.tiers` returns.
    counts : mapping of str to mapping of int to int
        How many rows of each class to take for ``"train"``, ``"val"`` and ``"test"``.
    turns : Turns
        In which order rows are drawn.
    maximum : int
        The largest value that a pixel of the source can have.

    Raises
    ------
    TooFewError
        If a tier has fewer rows than train asks for, or fewer than test and val ask for are left.
    """
    train: list[Rows] = []
    easy: dict[int, tuple[list[Block], int]] = {}
    for label in sorted(counts["train"]):
        for tier, n in sizes(counts["train"][label]).items():
            rows = np.flatnonzero((labels == label) & (tiers == tier) & turns.may["train"])
            if n > len(rows):
                raise TooFewError(
                    f"class {label} has {len(rows)} {tier} rows for train, but {n} of the "
                    f"{counts['train'][label]} that are asked must be {tier}"
                )
            if tier == "easy":
                easy[len(train)] = select(blocks, rows), n
                train.append(rows)
            else:
                turns.shuffle(rows)
                train.append(rows[:n])
    # Of the easy rows nothing is drawn, so that all classes can be done at the same time.
    for place, covering in zip(easy, each(_covering, easy.values()), strict=True):
        train[place] = train[place][covering]
    chosen = np.concatenate(train)
    tested = [
        label for label in sorted(counts["test"]) if counts["test"][label] + counts["val"][label]
    ]
    left = np.setdiff1d(np.flatnonzero(np.isin(labels, tested)), chosen)
    left = left[~near_duplicates(select(blocks, left), take(blocks, chosen), maximum)]
    held_out: dict[str, list[Rows]] = {"val": [], "test": []}
    for label in tested:
        rows = left[labels[left] == label]
        turns.shuffle(rows)
        for split in ("test", "val"):
            n, possible = counts[split][label], rows[turns.may[split][rows]]
            if n > len(possible):
                raise TooFewError(
                    f"class {label} has {len(possible)} rows left for {split} that are no training "
                    f"row's near-duplicate, but {n} are asked"
                )
            held_out[split].append(possible[:n])
            rows = rows[~np.isin(rows, possible[:n])]
    return {"train": chosen, **{split: np.concatenate(of) for split, of in held_out.items()}}


def _covering(easy: tuple[list[Block], int]) -> Rows:
    blocks, n = easy
    # They lie scattered through the source, and are gone through again and again.
    with TemporaryDirectory() as folder:
        return facility_location(copy_blocks(blocks, Path(folder) / "easy.npy"), n)


def near_duplicates(
    blocks: Sequence[Block], others: npt.NDArray[np.uint8], maximum: int
) -> npt.NDArray[np.bool_]:
    """Return which images are nearly the same as one of some others.

    That is, whether the root mean square of the differences of their pixels, in 0..maximum, is
    below 6% of `maximum`: an array of shape (n,), dtype bool.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> blocks = [Block(0, 2, lambda: np.array([[[0, 100]], [[0, 120]]], np.uint8))]
    >>> near_duplicates(blocks, np.array([[[5, 105]]], np.uint8), 100)
    array([ True, False])
    """
    # Whole numbers are compared: 100^2 times the squared distance is below `limit`.
    limit = NEAR_PERCENT**2 * maximum**2 * math.prod(others.shape[1:])
    near = each(_near, blocks, others, -(-limit // 100**2))
    return np.concatenate([np.zeros(0, bool), *near])


def _near(block: Block, others: npt.NDArray[np.uint8], limit: int) -> npt.NDArray[np.bool_]:
    near = np.zeros(block.rows, bool)
    of_others = points(others)
    for rows, some in points(block.load()).chunks():
        for _, other in of_others.chunks():
            near[rows] |= (squared_distances(some, other) < limit).any(axis=1)
    return near
