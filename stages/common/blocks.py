"""Images in blocks: parts of a source that are read one at a time, where they are worked on.

A source may be larger than memory: what goes over all images holds one or two blocks at a time.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stages.common.arrays import Array, Floats, Ints, Pixels
from stages.common.errors import StageError

# How large a block is where the file does not say: 4 MB are 5349 images of MNIST.
BLOCK_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Block:
    """Rows of a source from `start` on, which another process or another machine can load."""

    start: int
    rows: int
    load: Callable[[], Pixels]
    """Reads its images: shape (rows, height, width) or (rows, height, width, 3), dtype uint8."""
    load_rows: Callable[[Ints], Pixels] | None = None
    """Reads some of them by their number in the block, where not all need be read for that."""

    def load_some(self, rows: Ints) -> Pixels:
        """Read some of its images by their number in the block."""
        return self.load_rows(rows) if self.load_rows else self.load()[rows]


class Groups(NamedTuple):
    """What must not be torn apart: the rows of one tree, one writer or one film."""

    names: list[str]
    """The text of each group, ascending."""
    of_row: Ints
    """The place of each row's group in `names`, shape (n,)."""


class Data(NamedTuple):
    """The images of a source, and what is known of each row."""

    blocks: Sequence[Block]
    labels: Ints
    """The class of each row, shape (n,)."""
    ids: Array | None = None
    """The identity of each row, where the source has one: whole numbers or text, shape (n,)."""
    neighbours: Floats | None = None
    """As `distances.nearest` returns them, where they were computed."""
    is_large: bool = False
    """Whether the images may be larger than memory, so that only rows that are drawn are listed."""
    groups: Groups | None = None
    """The group of each row, where the source has groups."""
    repeats: Ints = np.empty(0, np.int64)
    """The rows of all images but one of each that are equal."""


def spans(rows: int, bytes_per_row: int, *, step: int = 1) -> Iterator[tuple[int, int]]:
    """Yield the first row of each part of a few MB, a multiple of `step`, and the one after it."""
    size = max(BLOCK_BYTES // bytes_per_row // step, 1) * step
    for start in range(0, rows, size):
        yield start, min(start + size, rows)


def open_npy(path: Path) -> Array:
    """Open an array by memory map; a StageError says that it is none, or of Python objects."""
    try:
        array: Array = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    # A damaged header makes NumPy raise any exception.
    except Exception as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise StageError(f"{path}: not a .npy file of numbers: {words}") from None
    return array


def check_images(images: Array, path: Path) -> None:
    """Raise StageError unless what a file has are images of uint8."""
    if images.dtype != np.uint8:
        message = f"pixels are {images.dtype}, but must be uint8 (0 to 255); convert them"
        raise StageError(f"{path}: {message}")
    shape = tuple(images.shape)
    if not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)) or 0 in shape[1:]:
        message = "is not that of images, (n, height, width) or (n, height, width, 3)"
        raise StageError(f"{path}: the shape {shape} {message}")


def npy_blocks(path: Path, *, start: int = 0) -> list[Block]:
    """Return the images of a ``.npy`` file from row `start` of the source, or raise StageError."""
    images = open_npy(path)
    check_images(images, path)
    path = path.absolute()  # it may be opened in another process
    blocks = []
    for first, last in spans(len(images), math.prod(images.shape[1:])):
        load = partial(_load_npy, path, first, last)
        blocks.append(Block(start + first, last - first, load, load_rows=load))
    return blocks


def _load_npy(path: Path, first: int, last: int, rows: Ints | slice = slice(None)) -> Pixels:
    return np.array(open_npy(path)[first:last][rows], np.uint8)


def copy_blocks(blocks: Sequence[Block], path: Path) -> list[Block]:
    """Copy images to a ``.npy`` file, block by block, and return them in blocks of that file."""
    n = sum(block.rows for block in blocks)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for block in blocks:
            images = block.load()
            if block.start == 0:
                shape = n, *images.shape[1:]
                header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
            file.write(images.tobytes())
    return npy_blocks(path) if blocks else []


def select(blocks: Sequence[Block], rows: Ints) -> list[Block]:
    """Return rows of a source, ascending, in blocks as if they were a source of their own."""
    chosen = []
    for block in blocks:
        first, last = np.searchsorted(rows, [block.start, block.start + block.rows]).tolist()
        if first < last:
            load = partial(block.load_some, rows[first:last] - block.start)
            chosen.append(Block(first, last - first, load))
    return chosen


def take(blocks: Sequence[Block], rows: Ints) -> Pixels:
    """Gather the images of rows, in any order and perhaps more than once, or raise IndexError."""
    order = np.argsort(rows, kind="stable")
    ascending = rows[order]
    images = [block.load() for block in select(blocks, ascending)] or [blocks[0].load()[:0]]
    return np.concatenate(images)[np.argsort(order)]
