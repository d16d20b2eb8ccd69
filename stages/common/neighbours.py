"""How far each image is from its nearest neighbours of every class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stages.common.distances import points, squared_distances
from stages.common.workers import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from stages.common.blocks import Block
    from stages.common.distances import Points

    Rows = npt.NDArray[np.int64]

# With how many neighbours of each class an image is compared.
NEIGHBOURS = 5


def nearest(blocks: Sequence[Block], labels: Rows) -> npt.NDArray[np.float64]:
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
    distances = np.empty((len(labels), int(labels.max()) + 1, NEIGHBOURS))
    of_blocks = each(_nearest_of_block, blocks, blocks, labels)
    for block, of_block in zip(blocks, of_blocks, strict=True):
        distances[block.start : block.start + block.rows] = of_block
    return distances


def _nearest_of_block(
    block: Block, blocks: Sequence[Block], labels: Rows
) -> npt.NDArray[np.float64]:
    images = points(block.load())
    far = np.inf if images.norms.dtype == np.float64 else 2**31 - 1
    smallest = np.full((block.rows, int(labels.max()) + 1, NEIGHBOURS), far, images.norms.dtype)
    own = np.arange(block.start, block.start + block.rows)
    for label, rows, of_class in _by_class(blocks, labels):
        for part, some in images.chunks():
            distances = squared_distances(some, of_class)
            # An image is no neighbour of its own.
            _, at, same = np.intersect1d(own[part], rows, assume_unique=True, return_indices=True)
            distances[at, same] = far
            k = min(NEIGHBOURS, len(rows))
            distances.partition(k - 1, axis=1)
            both = np.hstack([smallest[part, label], distances[:, :k]])
            smallest[part, label] = np.sort(both, axis=1)[:, :NEIGHBOURS]
    return np.where(smallest == far, np.inf, smallest)


def _by_class(blocks: Sequence[Block], labels: Rows) -> Iterator[tuple[int, Rows, Points]]:
    """Yield chunks of images of one class: the label, their rows in the source, the images."""
    for block in blocks:
        images, of_block = block.load(), labels[block.start : block.start + block.rows]
        for label in np.unique(of_block).tolist():
            members = np.flatnonzero(of_block == label)
            for part, chunk in points(images[members]).chunks():
                yield label, block.start + members[part], chunk
