"""How hard it is to tell an image from those of other classes, and its tier by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stages.common.compute import each
from stages.common.distances import points, squared_distances

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from stages.common.blocks import Block
    from stages.common.distances import Points

# How many neighbours of its own class, and of others, an image is compared with.
NEIGHBOURS = 5
# Percent of a class, from the easiest to the hardest. A tier is a rank within the class: an image
# of the hardest tier may still lie nearer to its own class than to any other.
TIERS = {"easy": 80, "hard": 15, "hardest": 5}


def nearest(blocks: Sequence[Block], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Measure the distance of each image to its nearest neighbours of every class.

    Parameters
    ----------
    blocks : sequence of Block
        The images.
    labels : ndarray of shape (n,), dtype int64
        The class of each image, 0 to classes - 1.

    Returns
    -------
    ndarray of shape (n, classes, 5), dtype float64
        The 5 smallest squared distances to other images of each class, ascending; infinite where
        a class has fewer.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> blocks = [Block(0, 3, lambda: np.array([0, 1, 7], np.uint8).reshape(3, 1, 1))]
    >>> nearest(blocks, np.array([0, 0, 1]))[:, :, 0]
    array([[ 1., 49.],
           [ 1., 36.],
           [36., inf]])
    """
    found = np.empty((len(labels), int(labels.max()) + 1, NEIGHBOURS))
    for block, of_block in zip(blocks, each(nearest_of, blocks, blocks, labels), strict=True):
        found[block.start : block.start + block.rows] = of_block
    return found


def nearest_of(
    block: Block, blocks: Sequence[Block], labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Do for the images of one block what `nearest` does for all, one other block after another."""
    images = points(block.load())
    far = np.inf if images.norms.dtype == np.float64 else 2**31 - 1
    found = np.full((block.rows, int(labels.max()) + 1, NEIGHBOURS), far, images.norms.dtype)
    own = np.arange(block.start, block.start + block.rows)
    for label, rows, of_class in _by_class(blocks, labels):
        for part, some in images.chunks():
            distances = squared_distances(some, of_class)
            # An image is no neighbour of its own.
            _, at, same = np.intersect1d(own[part], rows, assume_unique=True, return_indices=True)
            distances[at, same] = far
            k = min(NEIGHBOURS, len(rows))
            distances.partition(k - 1, axis=1)
            both = np.hstack([found[part, label], distances[:, :k]])
            found[part, label] = np.sort(both, axis=1)[:, :NEIGHBOURS]
    return np.where(found == far, np.inf, found)


def _by_class(
    blocks: Sequence[Block], labels: npt.NDArray[np.int64]
) -> Iterator[tuple[int, npt.NDArray[np.int64], Points]]:
    """Give the images in chunks of one class each: the label, the rows, the images."""
    for block in blocks:
        images, of_block = block.load(), labels[block.start : block.start + block.rows]
        for label in np.unique(of_block).tolist():
            members = np.flatnonzero(of_block == label)
            for part, chunk in points(images[members]).chunks():
                yield label, block.start + members[part], chunk


def difficulty(
    neighbours: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], classes: list[int]
) -> npt.NDArray[np.float64]:
    """Compare how near an image's own class is with how near the others are.

    Parameters
    ----------
    neighbours : ndarray of shape (n, classes, 5), dtype float64
        As `nearest` gives them.
    labels : ndarray of shape (n,), dtype int64
        The class of each image, one of `classes`.
    classes : list of int
        The classes that count: two or more.

    Returns
    -------
    ndarray of shape (n,), dtype float64
        The sum of the 5 smallest squared distances to images of the same class divided by that
        to images of other classes: well below 1 for an image in the midst of its class, above 1
        for one that lies nearer to others. With fewer than 5 images of either kind, as many as
        there are of both; infinite if those of other classes are all the same image as this one, or
        if there is none to compare with.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> images = np.array([0, 1, 7, 9, 10], np.uint8).reshape(5, 1, 1)
    >>> labels = np.array([0, 0, 0, 1, 1])
    >>> neighbours = nearest([Block(0, 5, lambda: images)], labels)
    >>> ratios = difficulty(neighbours, labels, [0, 1])
    >>> ratios  # doctest: +NORMALIZE_WHITESPACE
    array([0.27624309, 0.25517241, 6.53846154, 0.25 , 0.11111111])
    """
    ratios = np.full(len(labels), np.inf)
    for label in classes:
        rows = np.flatnonzero(labels == label)
        others = [other for other in classes if other != label]
        k = min(NEIGHBOURS, len(rows) - 1, int(np.isin(labels, others).sum()))
        if k > 0:
            near_own = neighbours[rows, label, :k].sum(axis=1)
            of_others = neighbours[rows][:, others].reshape(len(rows), -1)
            near_other = np.partition(of_others, k - 1, axis=1)[:, :k].sum(axis=1)
            ratios[rows] = np.divide(
                near_own, near_other, out=np.full(len(rows), np.inf), where=near_other > 0
            )
    return ratios


def sizes(n: int) -> dict[str, int]:
    """Give how many of `n` rows are of each tier; what does not divide evenly is easy.

    Examples
    --------
    >>> sizes(100), sizes(15)
    ({'easy': 80, 'hard': 15, 'hardest': 5}, {'easy': 13, 'hard': 2, 'hardest': 0})
    """
    hard, hardest = (n * TIERS[tier] // 100 for tier in ("hard", "hardest"))
    return {"easy": n - hard - hardest, "hard": hard, "hardest": hardest}


def tiers(
    difficulties: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.str_]:
    """Give the tier of every row by its rank within its class; equal ones by row number.

    Parameters
    ----------
    difficulties : ndarray of shape (n,), dtype float64
        As `difficulty` gives them.
    labels : ndarray of shape (n,), dtype int64
        The class of each row.

    Returns
    -------
    ndarray of shape (n,), dtype str
        ``"easy"`` for the easiest 80% of a class, ``"hard"`` for the next 15%, and ``"hardest"``
        for the last 5%.

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
