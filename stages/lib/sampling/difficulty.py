"""How hard it is to tell an image from those of other classes, and its tier by rank.

Pixels are whole numbers, so that squared distances between images are exact in float64 in
whatever order a processor sums them up: what is chosen by them is the same everywhere.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

# How many neighbours of its own class, and of others, an image is compared with.
NEIGHBOURS = 5
# Percent of a class, from the easiest to the hardest. A tier is a rank within the class: an image
# of the hardest tier may still lie nearer to its own class than to any other.
TIERS = {"easy": 80, "hard": 15, "hardest": 5}
# How many rows' distances to all others are in memory at a time: 120 MB for all 60,000 of MNIST.
CHUNK = 256


def points(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Give images as points: shape (n, pixels), dtype float64."""
    return images.reshape(len(images), math.prod(images.shape[1:])).astype(np.float64)


def squared_norms(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give the squared length of every point in `x`: shape (n,), dtype float64."""
    norms: npt.NDArray[np.float64] = (x * x).sum(axis=1)
    return norms


def squared_distances(
    a: npt.NDArray[np.float64],
    b: npt.NDArray[np.float64],
    norms: npt.NDArray[np.float64] | None = None,
) -> npt.NDArray[np.float64]:
    """Give the squared Euclidean distance of every point in `a` to every point in `b`.

    Parameters
    ----------
    a, b : ndarray of shape (n_a, pixels) and (n_b, pixels), dtype float64
        Whole numbers.
    norms : ndarray of shape (n_b,), dtype float64, optional
        The `squared_norms` of `b`, where they are known.

    Returns
    -------
    ndarray of shape (n_a, n_b), dtype float64
        Whole numbers, exact up to 2^53.

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 3.0]]), np.array([[4.0, 0.0], [0.0, 3.0]]))
    array([[25.,  0.]])
    """
    norms = squared_norms(b) if norms is None else norms
    distances: npt.NDArray[np.float64] = squared_norms(a)[:, None] + norms - 2.0 * (a @ b.T)
    return distances


def nearest(
    images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Measure the distance of each image to its nearest neighbours of every class.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), dtype uint8
        Pixels.
    labels : ndarray of shape (n,), dtype int64
        The class of each image, 0 to classes - 1.

    Returns
    -------
    ndarray of shape (n, classes, 5), dtype float64
        The 5 smallest squared distances to other images of each class, ascending; infinite where
        a class has fewer.

    Examples
    --------
    >>> images = np.array([0, 1, 7], np.uint8).reshape(3, 1, 1)
    >>> nearest(images, np.array([0, 0, 1]))[:, :, 0]
    array([[ 1., 49.],
           [ 1., 36.],
           [36., inf]])
    """
    x = points(images)
    norms = squared_norms(x)
    members = [np.flatnonzero(labels == label) for label in range(int(labels.max()) + 1)]
    found = np.full((len(images), len(members), NEIGHBOURS), np.inf)
    for start in range(0, len(images), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(images)))
        distances = squared_distances(x[rows], x, norms)
        distances[rows - start, rows] = np.inf  # an image is no neighbour of its own
        for label, of_class in enumerate(members):
            k = min(NEIGHBOURS, len(of_class))
            smallest = np.partition(distances[:, of_class], k - 1, axis=1)[:, :k]
            found[rows, label, :k] = np.sort(smallest, axis=1)
    return found


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
    >>> images = np.array([0, 1, 7, 9, 10], np.uint8).reshape(5, 1, 1)
    >>> labels = np.array([0, 0, 0, 1, 1])
    >>> ratios = difficulty(nearest(images, labels), labels, [0, 1])
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
