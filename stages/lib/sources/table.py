"""A kind of source: a CSV of one image a line, its pixels row by row, then its label or class."""

from __future__ import annotations

import gzip
import warnings
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.lib.command import StageError
from stages.lib.sources.own import Location, locate, read_bytes
from stages.lib.sources.own_files import OwnFiles

if TYPE_CHECKING:
    import numpy.typing as npt


class Table(OwnFiles):
    """A CSV of the user's own."""

    csv: Location
    """A CSV below `data/`, an image a line: pixels, then label or name; or the same as .csv.gz."""

    def tables(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Parse the file."""
        data = read_bytes("csv", locate("csv", self.csv))
        try:
            return parse(gzip.decompress(data) if self.csv.endswith(".gz") else data)
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
        The last column: labels if all are whole numbers, else the names of classes.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> parse(b"0,7,oak\n9,0,elm\n")
    (array([[0., 7.],
           [9., 0.]]), array(['oak', 'elm'], dtype='<U3'))
    """
    lines = data.decode("utf-8-sig").splitlines()
    cells = [line.rpartition(",") for line in lines if line.strip()]
    with warnings.catch_warnings():
        # NumPy only warns of a file without a line.
        warnings.simplefilter("error")
        try:
            pixels = np.loadtxt([row for row, _, _ in cells], delimiter=",", ndmin=2)
        except UserWarning as error:
            raise ValueError(str(error)) from None
    if len(pixels) != len(cells):
        raise ValueError("a line has one column alone")
    column = [last.strip().strip('"') for _, _, last in cells]
    try:
        return pixels, np.array([int(last) for last in column], np.int64)
    except ValueError:
        return pixels, np.array(column)
