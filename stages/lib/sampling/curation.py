"""Choose training images by how hard they are: easy ones that cover their class, and hard ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from stages.lib.sampling.difficulty import points, sizes, squared_distances

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Images = npt.NDArray[np.uint8]
    Rows = npt.NDArray[np.int64]

# Two images are near-duplicates if the root mean square difference of their pixels is below this
# percentage of the source's maximum. In percent, so that whole numbers are compared.
NEAR_PERCENT = 6


class TooFewError(ValueError):
    """A class has too few rows for what is asked."""


def facility_location(distances: npt.NDArray[np.float64], n: int) -> Rows:
    """Choose points, one by one, so that all points have a small squared distance to a chosen one.

    Each step takes the point that most lowers the sum over all points of the squared distance to
    the nearest chosen one; of equal points the first. The sum falls by at least 63% (1 - 1/e) of
    what the best choice of the same size lowers it by. Single points can stay far from every
    chosen one: the sum is made small, not the largest distance.

    Parameters
    ----------
    distances : ndarray of shape (m, m), dtype float64
        Squared distances between the points.
    n : int
        How many points to choose, 0 to m.

    Returns
    -------
    ndarray of shape (n,), dtype int64
        The chosen points in the order in which they were chosen.

    References
    ----------
    G. L. Nemhauser, L. A. Wolsey, M. L. Fisher, "An analysis of approximations for maximizing
    submodular set functions - I", Mathematical Programming 14 (1978), 265-294.

    Examples
    --------
    >>> points = np.array([0.0, 1.0, 2.0, 9.0, 10.0, 10.0])
    >>> facility_location((points - points[:, None]) ** 2, 2)
    array([2, 4])
    """
    nearest = np.full(len(distances), distances.max(initial=0.0) + 1.0)
    chosen = np.empty(n, np.int64)
    for step in range(n):
        sums = np.minimum(distances, nearest).sum(axis=1)
        sums[chosen[:step]] = np.inf
        chosen[step] = sums.argmin()
        nearest = np.minimum(nearest, distances[chosen[step]])
    return chosen


def curate(
    images: Images,
    labels: Rows,
    tiers: npt.NDArray[np.str_],
    counts: Mapping[str, Mapping[int, int]],
    *,
    generator: np.random.RandomState,
    maximum: int,
) -> dict[str, Rows]:
    """Choose training rows by tier, and draw test rows from what is left, then val.

    For each class in ascending order, train takes easy rows by `facility_location`, then
    shuffles the hard rows and takes the first, then the same of the hardest: 80, 15 and 5 of each
    100.
    After that, for each class in the same order, the rows that are left and are no training row's
    near-duplicate are shuffled; the first are test, the next val.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), dtype uint8
        Pixels in 0..maximum.
    labels : ndarray of shape (n,), dtype int64
        The class of each row.
    tiers : ndarray of shape (n,), dtype str
        As `difficulty.tiers` gives them.
    counts : mapping of str to mapping of int to int
        How many rows of each class to take for ``"train"``, ``"val"`` and ``"test"``.
    generator : RandomState
        What to draw with; it goes on from where it is.
    maximum : int
        The largest value that a pixel of the source can have.

    Returns
    -------
    dict of str to ndarray of dtype int64
        For each split the row numbers in the source, class after class.

    Raises
    ------
    TooFewError
        If a tier has fewer rows than train asks for, or fewer than test and val ask for are left.
    """
    train = []
    for label in sorted(counts["train"]):
        for tier, n in sizes(counts["train"][label]).items():
            rows = np.flatnonzero((labels == label) & (tiers == tier))
            if n > len(rows):
                raise TooFewError(
                    f"class {label} has {len(rows)} {tier} rows, but {n} of the "
                    f"{counts['train'][label]} for train must be {tier}"
                )
            if tier == "easy":
                of_tier = points(images[rows])
                distances = squared_distances(of_tier, of_tier)
                rows = rows[facility_location(distances, n)]
            else:
                generator.shuffle(rows)
            train.append(rows[:n])
    chosen = np.concatenate(train)
    held_out: dict[str, list[Rows]] = {"val": [], "test": []}
    for label in sorted(counts["train"]):
        test, val = counts["test"][label], counts["val"][label]
        if test + val == 0:
            continue
        left = np.setdiff1d(np.flatnonzero(labels == label), chosen)
        rows = left[~near_duplicates(images[left], images[chosen], maximum)]
        if test + val > len(rows):
            asked = f"{test} are asked for test" + (f" and {val} for val" if val else "")
            raise TooFewError(
                f"class {label} has {len(rows)} rows left that are no training row's "
                f"near-duplicate, but {asked}"
            )
        generator.shuffle(rows)
        held_out["test"].append(rows[:test])
        held_out["val"].append(rows[test : test + val])
    return {"train": chosen, **{split: np.concatenate(of) for split, of in held_out.items()}}


def near_duplicates(images: Images, others: Images, maximum: int) -> npt.NDArray[np.bool_]:
    """Tell which images are nearly the same as one of some others.

    Parameters
    ----------
    images, others : ndarray of shape (n, height, width) and (m, height, width), dtype uint8
        Pixels in 0..maximum.
    maximum : int
        The largest value that a pixel can have.

    Returns
    -------
    ndarray of shape (n,), dtype bool
        Whether the root mean square of the differences of pixels is below 6% of `maximum`.

    Examples
    --------
    >>> images = np.array([[[0, 100]], [[0, 120]]], np.uint8)
    >>> near_duplicates(images, np.array([[[5, 105]]], np.uint8), 100)
    array([ True, False])
    """
    limit = NEAR_PERCENT**2 * maximum**2 * math.prod(images.shape[1:])
    below = 100**2 * squared_distances(points(images), points(others)) < limit
    return np.asarray(below.any(axis=1))
