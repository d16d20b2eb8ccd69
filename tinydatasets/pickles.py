"""The file format of a split of images: write it to the same bytes everywhere, read it safely.

A split is stored as a pickle of protocol 4 of exactly
``{"images": float32 or uint8 (n, height, width) or (n, height, width, 3), "labels": int64 (n,)}``,
so that plain `pickle.load` opens it with NumPy 1.26.1 or newer. What `pickle.dump` writes for an
array depends on the version of NumPy (it names ``numpy.core`` or ``numpy._core``), so the writer
here emits the opcodes itself. What `pickle.load` does depends on the file, which may name any
callable, so the reader here does not unpickle: it takes the arrays from where they stand, and
accepts a file only if writing them again gives the same file.
"""

from __future__ import annotations

import itertools
import pickletools
import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from tinydatasets.types import FormatError, Split, read_with

if TYPE_CHECKING:
    import os

    import numpy.typing as npt


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


# Bytes of this size and more stand outside a frame, and a frame that reaches it is closed
# (`_Framer` in CPython's Lib/pickle.py, the same since Python 3.4).
_FRAME_TARGET: Final = 64 * 1024
_FRAME_MINIMUM: Final = 4

# What NumPy 2 calls its core, and what NumPy 1 called it. Ours are written with the first.
_CORES: Final = ("numpy._core.multiarray", "numpy.core.multiarray")


class _Global(NamedTuple):
    module: str
    name: str


class _Reduced(NamedTuple):
    """What an object's ``__reduce__`` returns: a callable, its arguments, and a state."""

    callable: _Global
    arguments: tuple[Any, ...]
    state: tuple[Any, ...]


def _reduce(array: npt.NDArray[Any], core: str) -> _Reduced:
    """Reduce an array as NumPy does."""
    dtype = array.dtype.newbyteorder("<")
    order = "|" if dtype.itemsize == 1 else "<"
    state = (3, order, None, None, None, -1, -1, 0)
    reduced_dtype = _Reduced(_Global("numpy", "dtype"), (dtype.str[1:], False, True), state)
    data = memoryview(array.astype(dtype, copy=False).tobytes())
    arguments = (_Global("numpy", "ndarray"), (0,), b"b")
    state_of_array = (1, array.shape, reduced_dtype, False, data)
    return _Reduced(_Global(core, "_reconstruct"), arguments, state_of_array)


class _Writer:
    """Opcodes of protocol 4, memoized and framed as CPython does it."""

    def __init__(self) -> None:
        self._chunks: list[bytes | memoryview] = [b"\x80\x04"]  # PROTO 4
        self._frame = bytearray()
        self._memo: dict[object, int] = {}
        self._memoized = 0

    def save(self, value: object) -> None:
        """Write one value, or where it was written before, in a new frame if this one is full."""
        if len(self._frame) >= _FRAME_TARGET:
            self._close_frame()
        # Python memoizes by identity: equal strings, bytes and names here are one object, tuples
        # and the data of arrays (a memoryview) are not.
        shared = isinstance(value, (str, bytes, _Global))
        if shared and value in self._memo:
            self._frame += b"h" + bytes([self._memo[value]])  # BINGET
        elif isinstance(value, _Reduced):
            self._save_reduced(value)
        elif isinstance(value, _Global):
            self.save(value.module)
            self.save(value.name)
            self._memoize(b"\x93", key=value)  # STACK_GLOBAL
        elif isinstance(value, str):
            text = value.encode()
            self._memoize(b"\x8c" + bytes([len(text)]) + text, key=value)  # SHORT_BINUNICODE
        elif isinstance(value, (bytes, memoryview)):
            self._save_bytes(value)
        elif isinstance(value, tuple):
            self._save_tuple(value)
        elif value is None or isinstance(value, bool):
            self._frame += {None: b"N", True: b"\x88", False: b"\x89"}[value]
        elif isinstance(value, int):
            self._frame += _integer(value)
        else:
            raise TypeError(f"no opcode for {type(value)}")

    def save_dict(self, items: dict[str, Any]) -> None:
        """Write a dict of two items or more."""
        self._memoize(b"}")  # EMPTY_DICT
        self._frame += b"("  # MARK
        for key, value in items.items():
            self.save(key)
            self.save(value)
        self._frame += b"u"  # SETITEMS

    def finish(self) -> bytes:
        """End the pickle and return it."""
        self._frame += b"."  # STOP
        self._close_frame()
        return b"".join(self._chunks)

    def _save_reduced(self, value: _Reduced) -> None:
        self.save(value.callable)
        self.save(value.arguments)
        self._memoize(b"R")  # REDUCE
        self.save(value.state)
        self._frame += b"b"  # BUILD

    def _save_tuple(self, value: tuple[object, ...]) -> None:
        short = {1: b"\x85", 2: b"\x86", 3: b"\x87"}  # TUPLE1, TUPLE2, TUPLE3
        if len(value) not in short:
            self._frame += b"("  # MARK
        for item in value:
            self.save(item)
        self._memoize(short.get(len(value), b"t"))  # TUPLE

    def _save_bytes(self, value: bytes | memoryview) -> None:
        if len(value) < 256:
            key = value if isinstance(value, bytes) else None
            self._memoize(b"C" + bytes([len(value)]) + value, key=key)  # SHORT_BINBYTES
            return
        header = b"B" + struct.pack("<I", len(value))  # BINBYTES
        if len(value) < _FRAME_TARGET:
            self._memoize(header + value)
        else:
            self._close_frame()
            self._chunks += [header, value]
            self._memoize(b"")

    def _memoize(self, opcode: bytes, key: object = None) -> None:
        self._frame += opcode + b"\x94"  # MEMOIZE
        if key is not None:
            self._memo[key] = self._memoized
        self._memoized += 1

    def _close_frame(self) -> None:
        if len(self._frame) >= _FRAME_MINIMUM:
            self._chunks.append(b"\x95" + struct.pack("<Q", len(self._frame)))  # FRAME
        self._chunks.append(bytes(self._frame))
        self._frame.clear()


def _integer(value: int) -> bytes:
    if 0 <= value < 2**8:
        return b"K" + struct.pack("<B", value)  # BININT1
    if 0 <= value < 2**16:
        return b"M" + struct.pack("<H", value)  # BININT2
    return b"J" + struct.pack("<i", value)  # BININT


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
    writer = _Writer()
    writer.save_dict({name: _reduce(array, core) for name, array in split._asdict().items()})
    return writer.finish()


# Files of this package have at most 118. A file with many more is another one.
_MOST_OPCODES: Final = 256


def _arrays(data: bytes) -> Split:
    """Take shapes and bytes from where they stand in a file of ours, without unpickling it.

    The arrays are right only if they are written to the same file again.
    """
    opcodes: list[Any] = list(itertools.islice(pickletools.genops(data), _MOST_OPCODES))
    numbers = [argument for opcode, argument, _ in opcodes if opcode.name.startswith("BININT")]
    buffers = [argument for opcode, argument, _ in opcodes if opcode.name.endswith("BINBYTES")]
    pixel = "u1" if any(argument == "u1" for _, argument, _ in opcodes) else "<f4"
    # Numbers: 0 and 1, the shape of the images, 4 of their dtype, 7 of the labels. Buffers: b"b",
    # images, labels.
    shape = numbers[2:-11]
    _, images, labels = buffers
    return Split(
        np.frombuffer(images, pixel).astype(pixel.replace("<", "=")).reshape(shape),
        np.frombuffer(labels, "<i8").astype(np.int64),
    )


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
