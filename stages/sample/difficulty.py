"""How hard it is to tell an image from those of other classes, and its tier by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stages.common.distances import NEIGHBOURS

if TYPE_CHECKING:
    import numpy.typing as npt

# Percent of a class, from the easiest to the hardest. A tier is a rank within the class: an image
# of the hardest tier may still lie nearer to its own class than to any other.
TIERS = {"easy": 80, "hard": 15, "hardest": 5}


def difficulty(
    neighbours: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], classes: list[int]
) -> npt.NDArray[np.float64]:
    """Compare how near an image's own class is with how near the others are.

    Parameters
    ----------
    neighbours : ndarray of shape (n, classes, 5), dtype float64
        As `nearest` returns them.
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
            of_others = neighbours[rows][:, others].reshape(len(rows), -1)
            near_other = np.partition(of_others, k - 1, axis=1)[:, :k].sum(axis=1)
            ratios[rows] = np.divide(
                near_own, near_other, out=np.full(len(rows), np.inf), where=near_other > 0
            )
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


def tiers(
    difficulties: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.str_]:
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
