"""Images that are equal, in a source or in two splits of a dataset, and images that nearly are.

Equal images of a source are found by digests of 16 bytes. Of 10 million different images, the odds
that any two have the same digest are 1 to 10^24.
"""

from __future__ import annotations

import hashlib
import math
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stages.common.blocks import Block
from stages.common.distances import closest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

# Two images are nearly equal if the root mean square difference of their pixels is below this
# percentage of the source's maximum: docs/curation.md says why. In percent, so that whole numbers
# are compared.
NEAR_PERCENT = 6
# How many pairs that lie nearest to each other are listed.
MOST_PAIRS = 12
# How many differences of pixels a stage may compute, in some seconds: 5000 x 5000 images of MNIST.
MOST_DIFFERENCES = 2 * 10**10


def in_words(within: int, across: int) -> str:
    """Return the counts of `Equal` as a clause.

    Examples
    --------
    >>> in_words(1, 2)
    '1 image equals another of its class and 2 images have an equal one in another class'
    """
    many = "images equal another of their" if within > 1 else "image equals another of its"
    counts = [f"{within:,} {many} class"] if within else []
    counts += [f"{across:,} images have an equal one in another class"] if across else []
    return " and ".join(counts) or "no two images are equal"


class Equal(NamedTuple):
    """Which images of a source are equal."""

    within: int
    """How many images equal an earlier one of their class."""
    across: int
    """How many images have an equal one in another class."""
    repeats: Rows
    """The rows of all images but one of each that are equal, ascending."""
    examples: list[tuple[int, int]]
    """Up to three pairs of rows, each of another image, those of two classes first."""


def digests(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """Return the digest of each image, BLAKE2b of its pixels: shape (n, 2), 16 bytes each."""
    rows = np.ascontiguousarray(images).reshape(len(images), -1)
    joined = b"".join(hashlib.blake2b(row.data, digest_size=16).digest() for row in rows)
    return np.frombuffer(joined, np.uint64).reshape(-1, 2)


def find_equal(
    image_digests: npt.NDArray[np.uint64], labels: Rows, *ties: npt.NDArray[Any]
) -> Equal:
    """Find the images of a source that are equal, given what `digests` returns of them.

    Of equal images, the one that is no repeat has the smallest label; of those with this label, the
    smallest value of each of `ties`, such as the ids, in turn; then it is the first. So the order
    of the source makes no difference to its label and to these values.

    Examples
    --------
    >>> images = np.array([7, 5, 7, 7, 9], np.uint8).reshape(5, 1, 1)
    >>> find_equal(digests(images), np.array([1, 0, 0, 1, 1]))
    Equal(within=1, across=3, repeats=array([0, 3]), examples=[(2, 0)])
    """
    # Most images have no equal one: what takes memory and time is done for the others alone.
    half = image_digests[:, 0]
    ascending = np.sort(half)
    twice = ascending[1:][ascending[1:] == ascending[:-1]]
    rows = np.flatnonzero(np.append(twice, np.uint64(0))[np.searchsorted(twice, half)] == half)
    found, labels = image_digests[rows], labels[rows]
    order = np.lexsort((*(tie[rows] for tie in reversed(ties)), labels, *found.T))
    is_same = (found[order][1:] == found[order][:-1]).all(axis=1)
    begins = np.append(True, ~is_same)[: len(order)]
    first = np.empty_like(order)
    first[order] = order[begins][np.cumsum(begins) - 1]
    within = int((is_same & (np.diff(labels[order]) == 0)).sum())
    is_other = labels != labels[first]
    across = int(np.isin(first, first[is_other]).sum())
    repeats = np.flatnonzero(first != np.arange(len(first)))
    listed = repeats[np.argsort(~is_other[repeats], kind="stable")]
    _, places = np.unique(first[listed], return_index=True)
    shown = listed[np.sort(places)[:3]]
    examples = [*zip(rows[first[shown]].tolist(), rows[shown].tolist(), strict=True)]
    return Equal(within, across, rows[repeats], examples)


def near_limit(shape: tuple[int, ...], maximum: int) -> int:
    """Return the squared distance below which two images of a shape are nearly equal.

    Examples
    --------
    >>> near_limit((1, 100), 100)  # 100 differences of 6
    3600
    """
    return -(-(NEAR_PERCENT**2) * maximum**2 * math.prod(shape) // 100**2)


def near_duplicates(
    blocks: Sequence[Block], others: npt.NDArray[np.uint8], maximum: int
) -> npt.NDArray[np.bool_]:
    """Return which images are equal or nearly equal to one of some others: shape (n,), dtype bool.

    That is, the root mean square of the differences of their pixels is below 6% of `maximum`.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> blocks = [Block(0, 2, lambda: np.array([[[0, 100]], [[0, 120]]], np.uint8))]
    >>> near_duplicates(blocks, np.array([[[5, 105]]], np.uint8), 100)
    array([ True, False])
    """
    _, squared = closest(blocks, others)
    return squared < near_limit(others.shape[1:], maximum)


class Compared(NamedTuple):
    """What some images have in common with others."""

    equal: int
    """How many of them equal one of the others."""
    nearly: int | None
    """How many of them equal one of the others or nearly do; None where that would take long."""
    pairs: list[tuple[int, int, int]]
    """The pairs nearest to each other: image, other, squared distance. Else the equal ones."""


def compare_images(
    images: npt.NDArray[np.uint8],
    others: npt.NDArray[np.uint8],
    maximum: int,
    *,
    most: float = math.inf,
) -> Compared:
    """Compare images with others by `near_limit`, or where `most` differences are too few, by sum.

    Examples
    --------
    >>> images = np.array([50, 9, 70], np.uint8).reshape(3, 1, 1)
    >>> compare_images(images, np.array([9, 53], np.uint8).reshape(2, 1, 1), 100)
    Compared(equal=1, nearly=2, pairs=[(1, 0, 0), (0, 1, 9), (2, 1, 289)])
    """
    nearly = None
    if images.size * len(others) <= most:
        block = Block(0, len(images), partial(np.asarray, images))
        nearest, squared = closest([block], others)
        nearly = int((squared < near_limit(images.shape[1:], maximum)).sum())
    else:
        row_of = {key.tobytes(): row for row, key in enumerate(digests(others))}
        nearest = np.array([row_of.get(key.tobytes(), -1) for key in digests(images)])
        squared = np.where(nearest < 0, 2**62, 0)
    order = np.argsort(squared, kind="stable")[:MOST_PAIRS]
    order = order[squared[order] < 2**62]
    pairs = zip(order.tolist(), nearest[order].tolist(), squared[order].tolist(), strict=True)
    return Compared(int((squared == 0).sum()), nearly, [*pairs])
