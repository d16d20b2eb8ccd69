"""Squared distances between images, exact whatever processor computes them.

Pixels are whole numbers, so every product and every sum of products is one too. A float holds whole
numbers exactly up to a limit, 2^24 in float32 and 2^53 in float64, and below it no order of
summation changes a bit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from stages.common.blocks import Block

    Whole = npt.NDArray[np.int32] | npt.NDArray[np.float64]

# How many images are compared with how many at a time: their distances take 1 MB.
CHUNK = 512
# What is subtracted from each pixel: it leaves differences as they are, and products small.
CENTRE = 128


class Points(NamedTuple):
    """Images as points, whose coordinates are their pixels less 128."""

    x: npt.NDArray[np.float32] | npt.NDArray[np.float64]
    """The coordinates, shape (n, pixels)."""
    norms: Whole
    """The squared length of each point, shape (n,), of the dtype in which distances are exact."""

    def chunks(self) -> Iterator[tuple[slice, Points]]:
        """Yield the points in even parts of at most `CHUNK`, each with where it lies."""
        n = len(self.x)
        parts = math.ceil(n / CHUNK)
        for i in range(parts):
            part = slice(i * n // parts, (i + 1) * n // parts)
            yield part, Points(self.x[part], self.norms[part])


def points(images: npt.NDArray[np.uint8]) -> Points:
    """Return images of uint8, shape (n, height, width) or (n, height, width, 3), as points.

    In float32, which is twice as quick, where no sum of products can exceed 2^24: up to 1024 values
    an image. Their squared distances are then below 2^26, and so int32.
    """
    pixels = math.prod(images.shape[1:])
    small = pixels * CENTRE**2 <= 2**24
    x = images.reshape(len(images), pixels).astype(np.float32 if small else np.float64)
    x -= CENTRE
    return Points(x, (x * x).sum(axis=1).astype(np.int32 if small else np.float64))


def in_chunks(blocks: Sequence[Block]) -> Iterator[tuple[slice, Points]]:
    """Yield the images of all blocks as points in chunks, each with where it lies in the source."""
    for block in blocks:
        for part, chunk in points(block.load()).chunks():
            yield slice(block.start + part.start, block.start + part.stop), chunk


def squared_distances(a: Points, b: Points) -> Whole:
    """Return the squared distances of images of one size, shape (n_a, n_b): exact whole numbers.

    Examples
    --------
    >>> images = np.array([[[0, 3]], [[4, 0]], [[255, 0]]], np.uint8)
    >>> squared_distances(points(images[:1]), points(images))
    array([[    0,    25, 65034]], dtype=int32)
    """
    distances: Whole = (a.x @ b.x.T).astype(b.norms.dtype)
    distances *= -2
    distances += b.norms
    distances += a.norms[:, None]
    return distances
