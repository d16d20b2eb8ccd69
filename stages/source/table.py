"""A kind of source: a CSV of one image a line, its pixels row by row, then its label or class."""

from __future__ import annotations

import csv
import io
import re
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.errors import StageError
from stages.source.own import Location, gunzip, locate, read_bytes
from stages.source.own_files import OwnFiles

if TYPE_CHECKING:
    import numpy.typing as npt

# A number in ASCII, also as `numpy.savetxt` writes it.
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


class Table(OwnFiles):
    """A CSV of the user's own."""

    csv: Location
    """A CSV below `data/`, an image a line: pixels, then label or name; or the same as .csv.gz."""

    def tables(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Parse the file."""
        data = read_bytes("csv", locate("csv", self.csv))
        try:
            return parse(gunzip(data) if self.csv.endswith(".gz") else data)
        except (ValueError, OSError, EOFError, zlib.error) as error:
            raise StageError(f"csv: {self.csv}: not a CSV of images: {error}") from None

    def locations(self) -> dict[str, str]:
        """Give the file by its key."""
        return {"csv": self.csv}


def parse(data: bytes) -> tuple[npt.NDArray[np.float64], npt.NDArray[Any]]:
    r"""Parse a CSV without a header: pixels, and in the last column the label or the class.

    Parameters
    ----------
    data : bytes
        All of the file: UTF-8, with or without a byte order mark, lines that end with LF or CR LF.

    Returns
    -------
    pixels : ndarray of shape (n, pixels), dtype float64
        The pixels of each image, as they stand there.
    classes : ndarray of shape (n,), dtype int64 or str
        The last column: labels if all are whole numbers, such as 3 or 3.0; else names of classes.

    Raises
    ------
    ValueError
        If it is anything else; the message names the line, if it is one that is wrong.

    Examples
    --------
    >>> parse(b'0,7,oak\n9,0,"elm, wych"\n')
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
    """Give labels if all are whole numbers, else names."""
    if all(map(NUMBER.fullmatch, column)):
        numbers = np.array(column, np.float64)
        if (numbers == np.floor(numbers)).all() and (abs(numbers) < 2**53).all():
            return numbers.astype(np.int64)
    return np.array(column)
