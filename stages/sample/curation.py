"""Difficulty of images by their neighbours; and training images chosen by it, easy and hard."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from stages.common.arrays import Array, Floats, Ints
from stages.common.blocks import Block, copy_blocks, select, take
from stages.common.distances import (
    CHUNK,
    NEIGHBOURS,
    Points,
    closest,
    in_chunks,
    points,
    squared_distances,
)
from stages.common.equal import near_limit
from stages.common.workers import each
from stages.params.model import SPLITS

# Percent of a class, from the easiest to the hardest. A tier is a rank within the class: an image
# of the hardest tier may still lie nearer to its own class than to any other.
TIERS = {"easy": 80, "hard": 15, "hardest": 5}
# How many images a step of `facility_location` computes again at least.
FEWEST = 64


def difficulty(neighbours: Floats, labels: Ints, classes: list[int]) -> Floats:
    """Compare how near an image's own class is with how near the others are.

    `neighbours` is what `nearest` returns. Only those of `classes` count, of which every label is
    one. With fewer than 5 images of either kind, as many as there are of both are compared; the
    difficulty is infinite if those of other classes are all equal to this one, or there are none.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> from stages.common.distances import nearest
    >>> images = np.array([0, 1, 7, 9, 10], np.uint8).reshape(5, 1, 1)
    >>> labels = np.array([0, 0, 0, 1, 1])
    >>> neighbours = nearest([Block(0, 5, lambda: images)], labels)
    >>> difficulty(neighbours, labels, [0, 1])  # doctest: +NORMALIZE_WHITESPACE
    array([0.27624309, 0.25517241, 6.53846154, 0.25 , 0.11111111])
    """
    ratios = np.full(len(labels), np.inf)
    for label in classes:
        rows = np.flatnonzero(labels == label)
        others = [other for other in classes if other != label]
        k = min(NEIGHBOURS, len(rows) - 1, int(np.isin(labels, others).sum()))
        if k > 0:
            near_own = neighbours[rows, label, :k].sum(axis=1)
            distances = neighbours[rows][:, others].reshape(len(rows), -1)
            near_other = np.partition(distances, k - 1, axis=1)[:, :k].sum(axis=1)
            infinite = np.full(len(rows), np.inf)
            ratios[rows] = np.divide(near_own, near_other, out=infinite, where=near_other > 0)
    return ratios


def sizes(n: int) -> dict[str, int]:
    """Return how many of `n` rows are of each tier; what does not divide evenly is easy.

    Examples
    --------
    >>> sizes(100), sizes(15)
    ({'easy': 80, 'hard': 15, 'hardest': 5}, {'easy': 13, 'hard': 2, 'hardest': 0})
    """
    hard, hardest = (n * TIERS[tier] // 100 for tier in ("hard", "hardest"))
    return {"easy": n - hard - hardest, "hard": hard, "hardest": hardest}


def tiers(difficulties: Floats, labels: Ints) -> Array:
    """Return the tier of every row by its rank within its class; equal ones by row number.

    Examples
    --------
    >>> print(*tiers(np.arange(20)[::-1] / 20, np.zeros(20, np.int64))[:5])
    hardest hard hard hard easy
    """
    by_row = np.empty(len(labels), dtype=f"<U{max(map(len, TIERS))}")
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        by_rank = rows[np.argsort(difficulties[rows], kind="stable")]
        by_row[by_rank] = np.repeat(list(TIERS), list(sizes(len(rows)).values()))
    return by_row


class TooFewError(ValueError):
    """A class has too few rows for what is asked: its label, and how many there are."""

    def __init__(self, label: int, there: str) -> None:
        super().__init__(f"class {label} {there}")
        self.label, self.there = label, there


def facility_location(blocks: Sequence[Block], n: int) -> Ints:
    """Choose images, one by one, so that all images have a small squared distance to a chosen one.

    Returns the rows of `n` images in the order in which they were chosen. Each step takes the image
    that most lowers the sum over all images of the squared distance to the nearest chosen one; of
    equal images the first.

    How much an image lowers the sum never grows from one step to the next. So what it was when it
    was last computed is a bound, and only images whose bound is the largest need be computed again.

    docs/curation.md names the papers that this comes from.

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
        latest = points(take(blocks, chosen[step : step + 1]))
        for rows, chunk in in_chunks(blocks):
            nearest[rows] = np.minimum(nearest[rows], squared_distances(latest, chunk)[0])
    return chosen


def _gains(candidates: Points, blocks: Sequence[Block], nearest: Ints) -> Ints:
    """Return how much each candidate lowers the sum of distances to the nearest chosen image."""
    gains = np.zeros(len(candidates.x), np.int64)
    for rows, chunk in in_chunks(blocks):
        distances = squared_distances(candidates, chunk).astype(np.int64)
        gains += np.maximum(nearest[rows] - distances, 0).sum(axis=1)
    return gains


def curate(
    blocks: Sequence[Block],
    labels: Ints,
    row_tiers: Array,
    counts: Mapping[str, Mapping[int, int]],
    *,
    shuffle: Callable[[Ints], None],
    may: Mapping[str, Array] | None = None,
    rest: str = "",
    maximum: int,
) -> dict[str, Ints]:
    """Choose the rows of train by tier, and draw those of test from what is left, then of val.

    For each class in ascending order, train takes easy rows by `facility_location`, and the first
    of the shuffled hard and hardest rows. Then, of each class, the rows that are left and are no
    training row's near-duplicate are shuffled; the first are test, the next val.

    `row_tiers` are what `tiers` returns, `counts` how many rows of each class each split takes, and
    `maximum` the largest value that a pixel can have; `shuffle` brings row numbers into the order
    in which they are taken, and `may` has for each split whether it may take a row. The split
    `rest` takes what there is. Raises TooFewError if a tier has fewer rows than train asks for, or
    fewer than test and val are left.
    """
    may = may or dict.fromkeys(SPLITS, np.ones(len(labels), bool))
    train: list[Ints] = []
    easy: list[tuple[list[Block], int]] = []
    for label in sorted(counts["train"]):
        for tier, n in sizes(counts["train"][label]).items():
            rows = np.flatnonzero((labels == label) & (row_tiers == tier) & may["train"])
            if n > len(rows):
                raise TooFewError(
                    label,
                    f"has {len(rows)} {tier} rows for train, but {n} of the "
                    f"{counts['train'][label]} that are asked must be {tier}",
                )
            if tier == "easy":
                easy.append((select(blocks, rows), n))
            else:
                shuffle(rows)
                rows = rows[:n]
            train.append(rows)
    # Of the easy rows nothing is drawn, so that all classes can be done at the same time.
    for i, covering in enumerate(each(_covering, easy)):
        train[i * len(TIERS)] = train[i * len(TIERS)][covering]
    chosen = np.concatenate(train)
    classes = [label for label, n in sorted(counts["test"].items()) if n + counts["val"][label]]
    left = np.setdiff1d(np.flatnonzero(np.isin(labels, classes)), chosen)
    others = take(blocks, chosen)
    _, squared = closest(select(blocks, left), others)
    left = left[squared >= near_limit(others.shape[1:], maximum)]
    held_out: dict[str, list[Ints]] = {"val": [], "test": []}
    for label in classes:
        rows = left[labels[left] == label]
        shuffle(rows)
        for split in ("test", "val"):
            n, possible = counts[split][label], rows[may[split][rows]]
            if n > len(possible) and split != rest:
                raise TooFewError(
                    label,
                    f"has {len(possible)} rows left that {split} may take, without near-duplicates "
                    f"of training rows, but {n} are asked",
                )
            held_out[split].append(possible[:n])
            rows = rows[~np.isin(rows, possible[:n])]
    return {"train": chosen, **{split: np.concatenate(rows) for split, rows in held_out.items()}}


def _covering(easy: tuple[list[Block], int]) -> Ints:
    blocks, n = easy
    # They lie scattered through the source, and are gone through again and again.
    with TemporaryDirectory() as folder:
        return facility_location(copy_blocks(blocks, Path(folder) / "easy.npy"), n)
