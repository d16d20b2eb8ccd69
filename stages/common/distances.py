"""Squared distances between images, exact whatever processor computes them.

Pixels are whole numbers, so every product and every sum of products is one too. A float holds whole
numbers exactly up to a limit, 2^24 in float32 and 2^53 in float64, and below it no order of
summation changes a bit.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from stages.common.arrays import Array, Floats, Ints, Pixels
from stages.common.blocks import Block
from stages.common.workers import each

# How many images are compared with how many at a time: their distances take 1 MB.
CHUNK = 512
# What is subtracted from each pixel: it leaves differences as they are, and products small.
CENTRE = 128
# With how many neighbours of each class an image is compared.
NEIGHBOURS = 5


class Points(NamedTuple):
    """Images as points: shape (n, pixels), the coordinates are pixels less 128."""

    x: Array
    norms: Array
    """The squared length of each point, of the dtype in which distances are exact."""

    def chunks(self) -> Iterator[tuple[slice, "Points"]]:
        """Yield the points in parts of at most `CHUNK`, each with where it lies."""
        for start in range(0, len(self.x), CHUNK):
            part = slice(start, min(start + CHUNK, len(self.x)))
            yield part, Points(self.x[part], self.norms[part])


def points(images: Pixels) -> Points:
    """Return images as points."""
    pixels = math.prod(images.shape[1:])
    # Up to 1024 values, float32 is exact, and twice as quick. Squared distances are below 2^26.
    small = pixels * CENTRE**2 <= 2**24
    x = images.reshape(len(images), pixels).astype(np.float32 if small else np.float64)
    x -= CENTRE
    return Points(x, (x * x).sum(axis=1).astype(np.int32 if small else np.float64))


def in_chunks(blocks: Sequence[Block]) -> Iterator[tuple[slice, "Points"]]:
    """Yield the images of all blocks as points in chunks, each with where it lies in the source."""
    for block in blocks:
        for part, chunk in points(block.load()).chunks():
            yield slice(block.start + part.start, block.start + part.stop), chunk


def squared_distances(a: Points, b: Points) -> Array:
    """Return the squared distances of images of one size, shape (n_a, n_b): exact whole numbers.

    Examples
    --------
    >>> images = np.array([[[0, 3]], [[4, 0]], [[255, 0]]], np.uint8)
    >>> squared_distances(points(images[:1]), points(images))
    array([[    0,    25, 65034]], dtype=int32)
    """
    distances: Array = (a.x @ b.x.T).astype(b.norms.dtype)
    distances *= -2
    distances += b.norms
    distances += a.norms[:, None]
    return distances


def nearest(blocks: Sequence[Block], labels: Ints) -> Floats:
    """Measure the distance of each image to its nearest neighbours of every class.

    Returns the 5 smallest squared distances to other images of each class, ascending: shape (n,
    classes, 5), infinite where a class has fewer. Labels are 0 to classes - 1.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> blocks = [Block(0, 3, lambda: np.array([0, 1, 7], np.uint8).reshape(3, 1, 1))]
    >>> nearest(blocks, np.array([0, 0, 1]))[:, :, 0]
    array([[ 1., 49.],
           [ 1., 36.],
           [36., inf]])
    """
    distances = np.empty((len(labels), int(labels.max()) + 1, NEIGHBOURS))
    for block, part in zip(blocks, each(_nearest_of_block, blocks, blocks, labels), strict=True):
        distances[block.start : block.start + block.rows] = part
    return distances


def _nearest_of_block(block: Block, blocks: Sequence[Block], labels: Ints) -> Floats:
    images = points(block.load())
    far = np.inf if images.norms.dtype == np.float64 else 2**31 - 1
    smallest = np.full((block.rows, int(labels.max()) + 1, NEIGHBOURS), far, images.norms.dtype)
    own = np.arange(block.start, block.start + block.rows)
    for label, rows, others in _by_class(blocks, labels):
        for part, chunk in images.chunks():
            distances = squared_distances(chunk, others)
            # An image is no neighbour of its own.
            _, at, same = np.intersect1d(own[part], rows, assume_unique=True, return_indices=True)
            distances[at, same] = far
            k = min(NEIGHBOURS, len(rows))
            distances.partition(k - 1, axis=1)
            both = np.hstack([smallest[part, label], distances[:, :k]])
            smallest[part, label] = np.sort(both, axis=1)[:, :NEIGHBOURS]
    return np.where(smallest == far, np.inf, smallest)


def closest(blocks: Sequence[Block], others: Pixels) -> tuple[Ints, Ints]:
    """Return which of some others each image is nearest to, and its squared distance from that one.

    Of others that are equally near, it is the first.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> blocks = [Block(0, 2, lambda: np.array([3, 9], np.uint8).reshape(2, 1, 1))]
    >>> closest(blocks, np.array([5, 9, 1], np.uint8).reshape(3, 1, 1))
    (array([0, 1]), array([4, 0]))
    """
    found = [np.zeros((2, 0), np.int64), *each(_closest, blocks, others)]
    nearest_to, squared = np.concatenate(found, axis=1)
    return nearest_to, squared


def _closest(block: Block, others: Pixels) -> Ints:
    found = np.full((2, block.rows), 2**62)
    other_chunks = [*points(others).chunks()]
    for rows, chunk in points(block.load()).chunks():
        for part, other_chunk in other_chunks:
            distances = squared_distances(chunk, other_chunk)
            at = distances.argmin(axis=1)
            there = np.stack([part.start + at, distances[np.arange(len(at)), at].astype(np.int64)])
            found[:, rows] = np.where(there[1] < found[1, rows], there, found[:, rows])
    return found


def _by_class(blocks: Sequence[Block], labels: Ints) -> Iterator[tuple[int, Ints, Points]]:
    """Yield chunks of images of one class: the label, their rows in the source, the images."""
    for block in blocks:
        images, block_labels = block.load(), labels[block.start : block.start + block.rows]
        for label in np.unique(block_labels).tolist():
            members = np.flatnonzero(block_labels == label)
            for part, chunk in points(images[members]).chunks():
                yield label, block.start + members[part], chunk
