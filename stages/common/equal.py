"""Images that are equal or nearly so.

Equal images of a source are found by digests of 16 bytes. Of 10 million different images, the odds
that any two have the same digest are 1 to 10^24.
"""

import hashlib
import math
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from stages.common.arrays import Array, Ints, Pixels

# Two images are nearly equal if the root mean square difference of their pixels is below this
# percentage of the source's maximum: docs/curation.md says why. In percent, so that whole numbers
# are compared.
NEAR_PERCENT = 6

# The files or the rows of images, two and two.
Pairs = Sequence[Sequence[str]]


class Equal(NamedTuple):
    """Images of a source that are equal: how many have an equal one in their class (`within`).

    And how many have one in another class (`across`), the rows of all but one of each (`repeats`,
    ascending), and up to three pairs of rows, of both kinds where there are both (`examples`).
    """

    within: int
    across: int
    repeats: Ints
    examples: list[tuple[int, int]]


def in_words(within: int, across: int) -> str:
    """Return the counts of `Equal` as a clause.

    Examples
    --------
    >>> in_words(3, 2)
    '3 images have an equal one in their class, and 2 images in another class'
    """
    if not within + across:
        return "no two images are equal"
    counts = {"their class": within, "another class": across}
    first, *second = [f"{n:,} images{{}} in {where}" for where, n in counts.items() if n]
    return ", and ".join([first.format(" have an equal one"), *(c.format("") for c in second)])


def warn_of_equal(name: str, within: int, across: int, examples: Pairs) -> None:
    """Write a warning of images of a user's source that are equal, if `examples` name any."""
    _warn(f"own.{name}: {in_words(within, across)}", examples)


class Overlap(NamedTuple):
    """How many images of a split are equal to one of another, or nearly so."""

    split: str
    other: str
    equal: int
    nearly: int | None
    """Those too that are equal; None where it is not known."""
    examples: Pairs


def warn_of_overlap(name: str, overlap: Overlap) -> None:
    """Write a warning of images of two splits that are equal or nearly so, if there are any."""
    split, other, equal, nearly, examples = overlap
    n, how = max(equal, nearly or 0), " or nearly equal" if (nearly or 0) > equal else ""
    counted = f"{n:,} images of {split} are" if n > 1 else f"1 image of {split} is"
    _warn(f"datasets.{name}: {counted} equal{how} to one of {other}", examples)


def _warn(message: str, examples: Pairs) -> None:
    if not examples:
        return
    shown = ", ".join(map(" and ".join, examples))
    print(f"warning: {message}, such as {shown}; docs/trust.md says what to do", file=sys.stderr)


def origin(row: int, files: Sequence[str] | None) -> str:
    """Return the file of a row of the source, or its number where there are no files."""
    return files[row] if files else f"row {row}"


def named(pairs: Iterable[Iterable[int]], files: Sequence[str] | None) -> list[list[str]]:
    """Return the files or the numbers of pairs of rows."""
    return [[origin(row, files) for row in pair] for pair in pairs]


def digests(images: Pixels) -> Array:
    """Return the digest of each image, BLAKE2b of its pixels: shape (n, 2), 16 bytes each."""
    rows = np.ascontiguousarray(images).reshape(len(images), -1)
    joined = b"".join(hashlib.blake2b(row.data, digest_size=16).digest() for row in rows)
    return np.frombuffer(joined, np.uint64).reshape(-1, 2)


def find_in(images: Pixels, others: Pixels) -> Ints:
    """Return for each image the place of an equal one among `others`, or -1.

    Examples
    --------
    >>> find_in(np.array([[[7]], [[8]]], np.uint8), np.array([[[9]], [[7]]], np.uint8))
    array([ 1, -1])
    """
    places = {key.tobytes(): place for place, key in enumerate(digests(others))}
    return np.array([places.get(key.tobytes(), -1) for key in digests(images)], np.int64)


def find_equal(of_images: Array, labels: Ints, *ties: Array) -> Equal:
    """Find the images of a source that are equal, given what `digests` returns of them.

    Of equal images, the one that is no repeat has the smallest label; of those with this label, the
    smallest value of each of `ties`, such as the ids, in turn; then it is the first. So the order
    of the source makes no difference to its label and to these values.

    Examples
    --------
    >>> images = np.array([7, 5, 7, 7, 9], np.uint8).reshape(5, 1, 1)
    >>> find_equal(digests(images), np.array([1, 0, 0, 1, 1]))
    Equal(within=2, across=3, repeats=array([0, 3]), examples=[(2, 0)])
    """
    # Most images have no equal one: what takes memory and time is done for the others alone.
    half = of_images[:, 0]
    ascending = np.sort(half)
    twice = ascending[1:][ascending[1:] == ascending[:-1]]
    rows = np.flatnonzero(np.append(twice, np.uint64(0))[np.searchsorted(twice, half)] == half)
    found, labels = of_images[rows], labels[rows]
    order = np.lexsort((*(tie[rows] for tie in reversed(ties)), labels, *found.T))
    is_same = (found[order][1:] == found[order][:-1]).all(axis=1)
    begins = np.append(True, ~is_same)[: len(order)]
    first = np.empty_like(order)
    first[order] = order[begins][np.cumsum(begins) - 1]
    is_other = labels != labels[first]
    repeats = np.flatnonzero(first != np.arange(len(first)))
    # An example of each image, in its class and in another.
    _, places = np.unique(2 * first[repeats] + is_other[repeats], return_index=True)
    listed = repeats[np.sort(places)]
    across, within = listed[is_other[listed]], listed[~is_other[listed]]
    shown = np.concatenate([across[:2], within, across[2:]])[:3]
    in_class = is_same & (np.diff(labels[order]) == 0)
    return Equal(
        within=int((np.append(in_class, False) | np.append(False, in_class))[: len(order)].sum()),
        across=int(np.isin(first, first[is_other]).sum()),
        repeats=rows[repeats],
        examples=[*zip(rows[first[shown]].tolist(), rows[shown].tolist(), strict=True)],
    )


def near_limit(shape: tuple[int, ...], maximum: int) -> int:
    """Return the squared distance below which two images of a shape are nearly equal.

    Examples
    --------
    >>> near_limit((1, 100), 100)  # 100 differences of 6
    3600
    """
    return -(-(NEAR_PERCENT**2) * maximum**2 * math.prod(shape) // 100**2)
