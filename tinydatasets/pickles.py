"""The file format of a split of images: write it to the same bytes everywhere, read it safely.

A split is stored as a pickle of protocol 4 of exactly
``{"images": float32 or uint8 (n, height, width) or (n, height, width, 3), "labels": int64 (n,)}``,
so that plain `pickle.load` opens it with NumPy 1.26.1 or newer. What `pickle.dump` writes for an
array depends on the version of NumPy (it names ``numpy.core`` or ``numpy._core``), so the writer
here does not ask NumPy. What `pickle.load` does depends on the file, which may name any callable,
so the reader here does not unpickle: it takes the arrays from where they stand, and accepts a file
only if writing them again gives the same file.
"""

from __future__ import annotations

import math
import os
import pickle
import re
import struct
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from tinydatasets.types import FormatError, Split, read_with

# Larger than any split of a tiny dataset; reading takes about five times as much memory.
LARGEST_FILE: Final = 32 * 2**20
_TOO_LARGE: Final = (
    f"a split has at most {LARGEST_FILE:,} bytes; take fewer rows, or uint8 pixels, which take a "
    "quarter of float32's"
)


def check(split: Split) -> None:
    """Raise a FormatError unless types, shapes and ranges are those of a split.

    Images are float32 in [0, 1] or uint8, of shape (n, height, width) or (n, height, width, 3),
    labels int64 of shape (n,) and 0 or more, and there is at least one row.
    """
    images, labels = split
    actual = f"images {images.dtype} {images.shape}, labels {labels.dtype} {labels.shape}"
    if images.dtype not in (np.float32, np.uint8) or labels.dtype != np.int64:
        raise FormatError(f"expected float32 or uint8 images and int64 labels, found {actual}")
    is_grey, is_colour = images.ndim == 3, images.ndim == 4 and images.shape[3] == 3
    if not (is_grey or is_colour) or labels.ndim != 1 or len(images) != len(labels):
        shapes = "images (n, height, width) or (n, height, width, 3) and labels (n,)"
        raise FormatError(f"expected {shapes}, found {actual}")
    if images.size == 0:
        raise FormatError(f"expected at least one row, found {actual}")
    # Written so that a NaN, for which every comparison is false, does not pass.
    if images.dtype == np.float32 and not (images.min() >= 0 and images.max() <= 1):
        raise FormatError(f"expected pixels in [0, 1], found {images.min()} to {images.max()}")
    if labels.min() < 0:
        raise FormatError(f"expected labels of 0 or more, found {labels.min()}")


# What NumPy 2 calls its core, and what NumPy 1 called it. Ours are written with the first.
_CORES: Final = ("numpy._core.multiarray", "numpy.core.multiarray")


def _reconstruct() -> None:
    """Stand for the function of NumPy's core by which `pickle.load` makes an array."""


# In Python, since the one in C writes only names that can be imported here.
class _Pickler(pickle._Pickler):
    """Python's pickler, which reduces arrays as NumPy does that has this `core`."""

    def __init__(self, file: Any, core: str) -> None:
        super().__init__(file, protocol=4)
        self.core = core

    def reducer_override(self, value: Any) -> Any:
        """Return how arrays, their types and the names in them are written."""
        if callable(value):
            return value.__name__
        if isinstance(value, np.dtype):
            order = "|" if value.itemsize == 1 else "<"
            return np.dtype, (value.str[1:], False, True), (3, order, None, None, None, -1, -1, 0)
        if isinstance(value, np.ndarray):
            dtype = value.dtype.newbyteorder("<")
            data = value.astype(dtype, copy=False).tobytes()
            # A new tuple each time: a constant would be written once, and then referred to.
            zero = tuple(range(1))
            return _reconstruct, (np.ndarray, zero, b"b"), (1, value.shape, dtype, False, data)
        return NotImplemented

    def save_global(self, value: Any, name: str) -> None:
        """Write a name that `reducer_override` returned."""
        pickler: Any = self  # whose methods have no types
        pickler.save(self.core if value is _reconstruct else "numpy")
        pickler.save(name)
        pickler.write(pickle.STACK_GLOBAL)
        pickler.memoize(value)


def dumps(split: Split) -> bytes:
    """Return a split as a pickle: the bytes that NumPy 2 writes, whatever version is installed.

    Raises
    ------
    FormatError
        If `check` refuses the arrays, or the file would be larger than 32 MiB.

    Examples
    --------
    >>> import pickle
    >>> data = dumps(Split(np.zeros((2, 8, 8), np.float32), np.array([0, 1])))
    >>> pickle.loads(data)["labels"]
    array([0, 1])
    """
    check(split)
    data = _write(split, _CORES[0])
    if len(data) > LARGEST_FILE:
        raise FormatError(f"{len(data):,} bytes: {_TOO_LARGE}")
    return data


def _write(split: Split, core: str) -> bytes:
    chunks: list[bytes] = []
    _Pickler(SimpleNamespace(write=chunks.append), core).dump(split._asdict())
    return b"".join(chunks)


# In the state of the first array: 1, its shape as a tuple, and the name of its dtype.
_IMAGES: Final = re.compile(rb"\(K\x01\(?((?:K.|M..|J....)+?)[t\x87]\x94.*?(u1|f4)", re.DOTALL)
_NUMBER: Final = re.compile(rb"K(.)|M(..)|J(....)", re.DOTALL)


def _arrays(data: bytes) -> Split:
    """Take shapes and bytes from where they stand in a file of ours, without unpickling it.

    The arrays are right only if they are written to the same file again.
    """
    found: Any = _IMAGES.search(data, 0, 512)
    shape = [int.from_bytes(b"".join(n), "little") for n in _NUMBER.findall(found[1])]
    arrays, end = [], found.end()
    for dtype, count in ((f"<{found[2].decode()}", math.prod(shape)), ("<i8", shape[0])):
        size = count * np.dtype(dtype).itemsize
        # After False: these bytes are in C order.
        length = b"C" + bytes([size]) if size < 256 else b"B" + struct.pack("<I", size)
        at = data.find(b"\x89" + length, end)
        end = at + 1 + len(length) + size
        # A single pixel of b"b" is written by reference to the b"b" that every file has.
        raw = b"b" if at < 0 else data[end - size : end]
        arrays.append(np.frombuffer(raw, dtype).astype(dtype.replace("<", "=")))
    return Split(arrays[0].reshape(shape), arrays[1])


def loads(data: bytes) -> Split:
    """Read the bytes of a split without running anything that they ask for.

    They are a pickle as `dumps` writes it, or as `pickle.dumps` with protocol 4 does under any
    NumPy.

    Raises
    ------
    FormatError
        If `data` is anything else, or `check` refuses the arrays.

    Examples
    --------
    >>> import pickle
    >>> class Hostile:
    ...     def __reduce__(self):
    ...         return eval, ("harm()",)
    >>> loads(pickle.dumps(Hostile(), protocol=4))
    Traceback (most recent call last):
    tinydatasets.types.FormatError: not a split: damaged, cut short, or not written by ...
    """
    if len(data) > LARGEST_FILE:
        raise FormatError(f"not a split: {_TOO_LARGE}")
    try:
        split = _arrays(data)
        ours = any(_write(split, core) == data for core in _CORES)
    # A file that this package did not write can fail anywhere above, with any exception.
    except Exception:
        ours = False
    if not ours:
        raise FormatError(
            "not a split: damaged, cut short, or not written by this package or by NumPy with "
            "pickle protocol 4"
        )
    try:
        check(split)
    except FormatError as error:
        raise FormatError(f"not a split: {error}") from None
    return split


def read_split(path: str | os.PathLike[str]) -> Split:
    """Read a split from a file without running anything that the file asks for.

    Parameters
    ----------
    path : path-like
        A file such as ``datasets/tinydigits/train.pkl``.

    Returns
    -------
    Split
        The arrays, checked by `check`.

    Raises
    ------
    FormatError
        If the file holds anything but a split, or is another than ``SHA256SUMS`` beside it lists;
        the message names the file.
    OSError
        If the file cannot be read.
    """
    return read_with(loads, path, LARGEST_FILE)
