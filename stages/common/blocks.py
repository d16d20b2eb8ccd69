"""Images in blocks: parts of a source that are read one at a time, where they are worked on.

A source may be larger than memory. So the functions that go over all images take a list of blocks,
each of which knows how to load its images, and hold one or two of them at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    Images = npt.NDArray[np.uint8]
    Rows = npt.NDArray[np.int64]

# How large a block is where the file does not say: 4 MB are 5349 images of MNIST.
BLOCK_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Block:
    """Some consecutive rows of a source.

    A block can be pickled, so that another process or another machine can load it.
    """

    start: int
    """The number of its first row in the source."""
    rows: int
    """How many rows it has."""
    load: Callable[[], Images]
    """Reads its images: shape (rows, height, width) or (rows, height, width, 3), dtype uint8."""


class Data(NamedTuple):
    """The images of a source, and what is known of each row."""

    blocks: Sequence[Block]
    """The images, which are not in memory."""
    labels: Rows
    """The class of each row, shape (n,)."""
    ids: npt.NDArray[Any] | None = None
    """The identity of each row, where the source has one: whole numbers or text, shape (n,)."""
    neighbours: npt.NDArray[np.float64] | None = None
    """As `difficulty.nearest` gives them, where they were computed."""
    is_large: bool = False
    """Whether the images may be larger than memory, so that only rows that are drawn are listed."""


def spans(rows: int, bytes_per_row: int, *, step: int = 1) -> Iterator[tuple[int, int]]:
    """Divide rows into parts of a few MB.

    Parameters
    ----------
    rows : int
        How many rows there are.
    bytes_per_row : int
        The size of one.
    step : int
        Parts begin at multiples of it: the rows that a file stores together.

    Yields
    ------
    start, stop : int
        The first row of a part, and the one after its last.

    Examples
    --------
    >>> list(spans(5000, 1000)), list(spans(10, 28 * 28, step=4))
    ([(0, 4194), (4194, 5000)], [(0, 10)])
    """
    size = max(BLOCK_BYTES // bytes_per_row // step, 1) * step
    for start in range(0, rows, size):
        yield start, min(start + size, rows)


def open_npy(path: Path) -> npt.NDArray[np.generic]:
    """Open an array of a ``.npy`` file by memory map, which reads only what is used of it.

    Raises
    ------
    StageError
        If it is no array, or one of Python objects, which are never unpickled.
    """
    try:
        array: npt.NDArray[np.generic] = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    # A damaged header makes NumPy raise any exception.
    except Exception as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise StageError(f"{path}: not a .npy file of numbers: {words}") from None
    return array


def check_images(images: npt.NDArray[np.generic], found_in: Path) -> None:
    """Stop unless an array is one of images.

    Parameters
    ----------
    images : ndarray
        Anything that has `shape` and `dtype`.
    found_in : Path
        The file, for the message.

    Raises
    ------
    StageError
        If the shape is neither (n, height, width) nor (n, height, width, 3), or the dtype is not
        uint8.
    """
    if images.dtype != np.uint8:
        raise StageError(
            f"{found_in}: pixels are {images.dtype}, but must be uint8 (0 to 255); convert them"
        )
    shape = tuple(images.shape)
    if not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)) or 0 in shape[1:]:
        raise StageError(
            f"{found_in}: the shape {shape} is not that of images, (n, height, width) or "
            "(n, height, width, 3)"
        )


def npy_blocks(path: Path, *, start: int = 0) -> list[Block]:
    """Give the images of a ``.npy`` file in blocks of a few MB.

    Parameters
    ----------
    path : Path
        A file of uint8, shape (n, height, width) or (n, height, width, 3).
    start : int
        The number of its first row in the source.

    Returns
    -------
    list of Block
        In the order of the rows. Each opens the file by memory map when it is loaded.

    Raises
    ------
    StageError
        If the file has anything else.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "images.npy"
    ...     np.save(path, np.zeros((6000, 28, 28), np.uint8))
    ...     blocks = npy_blocks(path)
    ...     blocks[1].load().shape
    (651, 28, 28)
    >>> [(block.start, block.rows) for block in blocks]
    [(0, 5349), (5349, 651)]
    """
    path = path.absolute()  # it may be opened in another process
    images = open_npy(path)
    check_images(images, path)
    return [
        Block(start + first, last - first, partial(_rows_of_npy, path, first, last))
        for first, last in spans(len(images), images[:1].nbytes)
    ]


def _rows_of_npy(path: Path, start: int, stop: int) -> Images:
    return np.array(open_npy(path)[start:stop], np.uint8)


def copy_blocks(blocks: Sequence[Block], path: Path) -> list[Block]:
    """Copy images to a ``.npy`` file, block by block, and give them in blocks of that file."""
    n = sum(block.rows for block in blocks)
    with path.open("wb") as file:
        for block in blocks:
            images = block.load()
            if block.start == 0:
                header = {"descr": "|u1", "fortran_order": False, "shape": (n, *images.shape[1:])}
                np.lib.format.write_array_header_1_0(file, header)
            file.write(images.tobytes())
    return npy_blocks(path) if blocks else []


def select(blocks: Sequence[Block], rows: Rows) -> list[Block]:
    """Give some rows of a source as if they were a source of their own.

    Parameters
    ----------
    blocks : sequence of Block
        The source.
    rows : ndarray of shape (n,), dtype int64
        Row numbers in it, ascending.

    Returns
    -------
    list of Block
        Blocks of these rows alone, numbered from 0; none of a block that has none of them.
    """
    chosen = []
    for block in blocks:
        first, last = np.searchsorted(rows, [block.start, block.start + block.rows]).tolist()
        if first < last:
            load = partial(_rows_of_block, block, rows[first:last] - block.start)
            chosen.append(Block(first, last - first, load))
    return chosen


def _rows_of_block(block: Block, rows: Rows) -> Images:
    return block.load()[rows]


def take(blocks: Sequence[Block], rows: Rows) -> Images:
    """Gather the images of some rows.

    Parameters
    ----------
    blocks : sequence of Block
        The source; one block at least.
    rows : ndarray of shape (n,), dtype int64
        Row numbers in it, in any order.

    Returns
    -------
    ndarray of shape (n, height, width) or (n, height, width, 3), dtype uint8
        The images in the order of `rows`. Only blocks that are needed are loaded, one at a time.

    Raises
    ------
    IndexError
        If the source has no such row.

    Examples
    --------
    >>> images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1)
    >>> blocks = [Block(0, 2, lambda: images[:2]), Block(2, 2, lambda: images[2:])]
    >>> take(blocks, np.array([3, 0, 3])).ravel()
    array([3, 0, 3], dtype=uint8)
    """
    order = np.argsort(rows, kind="stable")
    ascending = rows[order]
    total = blocks[-1].start + blocks[-1].rows
    if len(rows) and not 0 <= ascending[0] <= ascending[-1] < total:
        raise IndexError(f"rows {ascending[0]} to {ascending[-1]} of a source of {total}")
    taken = None
    for block in select(blocks, ascending):
        images = block.load()
        if taken is None:
            taken = np.empty((len(rows), *images.shape[1:]), np.uint8)
        taken[order[block.start : block.start + block.rows]] = images
    return blocks[0].load()[:0] if taken is None else taken
