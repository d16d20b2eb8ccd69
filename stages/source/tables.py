"""Files that each have all images, or all labels: ``.npy``, IDX and CSV."""

from __future__ import annotations

import csv
import io
import math
import re
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.errors import StageError
from stages.common.sums import of_files, sha256
from stages.source.data_folder import gunzip, read_bytes
from stages.source.facts import Images, to_images, to_labels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    from stages.check.model import Own

# The code of unsigned bytes in IDX: the format has others, which images and labels do not need.
BYTES = 8
# A number in ASCII, also as `numpy.savetxt` writes it.
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


def read_npy(entry: Own, folder: Path) -> Images:
    """Read a folder with ``images.npy`` and ``labels.npy``."""
    return _read_pair(entry, folder / "images.npy", folder / "labels.npy", parse_npy)


def read_idx(entry: Own, folder: Path) -> Images:
    """Read a folder with two IDX files, named as those of MNIST are."""
    images, labels = (_find_idx(folder, kinds) for kinds in ("34", "1"))
    return _read_pair(entry, images, labels, parse_idx)


def read_csv(entry: Own, path: Path) -> Images:
    """Read a CSV, also one that is compressed by gzip."""
    data = read_bytes(path)
    pixels, column = _parsed(parse_csv, path, data)
    images = to_images(pixels, entry.image_shape, path)
    return Images(images, *to_labels(column, len(images), entry.classes, path), sha256(data))


def _read_pair(
    entry: Own, images: Path, labels: Path, parse: Callable[[bytes], npt.NDArray[Any]]
) -> Images:
    """Read each file once, for what it has and for its sum."""
    contents = {path: read_bytes(path) for path in (images, labels)}
    sums = {path.name: sha256(data) for path, data in contents.items()}
    values, column = (_parsed(parse, path, data) for path, data in contents.items())
    pixels = to_images(values, entry.image_shape, images)
    return Images(pixels, *to_labels(column, len(pixels), entry.classes, labels), of_files(sums))


def _parsed(parse: Callable[[bytes], Any], path: Path, data: bytes) -> Any:
    try:
        return parse(gunzip(data) if path.name.endswith(".gz") else data)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise StageError(f"{path.as_posix()}: not {WHAT[parse]}: {error}") from None


def _find_idx(folder: Path, dimensions: str) -> Path:
    """Find the one file whose name says that it has so many dimensions, as idx3-ubyte does."""
    pattern = re.compile(f"idx[{dimensions}]-ubyte")
    paths = [path for path in sorted(folder.glob("[!.]*")) if pattern.search(path.name)]
    if len(paths) != 1:
        names = ", ".join(path.name for path in paths) or "none"
        what = " or ".join(f"idx{dimension}-ubyte" for dimension in dimensions)
        raise StageError(
            f"{folder.as_posix()}: expected one file with {what} in its name, found {names}"
        )
    return paths[0]


def parse_npy(data: bytes) -> npt.NDArray[Any]:
    """Parse a ``.npy`` file, and never a pickle; a ValueError says what is wrong."""
    try:
        array: npt.NDArray[Any] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    # A damaged header makes NumPy raise any exception.
    except Exception as error:
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from None
    return array


def parse_idx(data: bytes) -> npt.NDArray[np.uint8]:
    r"""Parse an IDX file: two zeros, 8 for bytes, the number of dimensions, each length, the bytes.

    A ValueError says what is wrong.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section "File
    formats".

    Examples
    --------
    >>> parse_idx(b"\0\0\x08\x02" + b"\0\0\0\x01" + b"\0\0\0\x02" + b"ab")
    array([[97, 98]], dtype=uint8)
    """
    if data[:2] != b"\0\0" or len(data) < 4:
        raise ValueError("it does not begin with two zeros")
    if data[2] != BYTES:
        raise ValueError(f"its values are of type {data[2]:#04x}, expected {BYTES:#04x}")
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise ValueError("it is cut short")
    shape = struct.unpack(f">{data[3]}I", data[4:start])
    if len(data) - start != math.prod(shape):
        raise ValueError(f"its shape is {shape}, but it has {len(data) - start} bytes")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def parse_csv(data: bytes) -> tuple[npt.NDArray[np.float64], npt.NDArray[Any]]:
    r"""Parse a CSV without a header: pixels, and in the last column the label or the class.

    The file is UTF-8, with or without a byte order mark, and lines end with LF or CR LF. The last
    column is int64 if all are whole numbers, such as 3 or 3.0; else str. A ValueError names the
    line that is wrong.

    Examples
    --------
    >>> parse_csv(b'0,7,oak\n9,0,"elm, wych"\n')
    (array([[0., 7.],
           [9., 0.]]), array(['oak', 'elm, wych'], dtype='<U9'))
    """
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    pixels: list[npt.NDArray[np.float64]] = []
    column: list[str] = []
    try:
        for cells in reader:
            if not any(map(str.strip, cells)):
                continue
            values, last = _parse_line(cells, len(pixels[0]) if pixels else len(cells) - 1)
            pixels.append(values)
            column.append(last)
    except (csv.Error, ValueError) as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
    if not pixels:
        raise ValueError("no line")
    return np.stack(pixels), _labels(column)


def _parse_line(cells: list[str], expected: int) -> tuple[npt.NDArray[np.float64], str]:
    *pixels, last = map(str.strip, cells)
    if not pixels:
        raise ValueError("one column alone; put a comma between one and the next")
    if len(pixels) != expected:
        raise ValueError(f"{len(pixels)} pixels, but the first line has {expected}")
    if not last:
        raise ValueError("no label or class in the last column")
    try:
        return np.array(pixels, np.float64), last
    except ValueError as error:
        raise ValueError(f"expected pixels, and no header: {error}") from None


def _labels(column: list[str]) -> npt.NDArray[Any]:
    """Return labels if all are whole numbers, else names."""
    if all(map(NUMBER.fullmatch, column)):
        numbers = np.array(column, np.float64)
        if (numbers == np.floor(numbers)).all() and (abs(numbers) < 2**53).all():
            return numbers.astype(np.int64)
    return np.array(column)


WHAT: dict[Callable[[bytes], Any], str] = {
    parse_npy: "a .npy file of numbers",
    parse_idx: "an IDX file of bytes",
    parse_csv: "a CSV of images",
}
