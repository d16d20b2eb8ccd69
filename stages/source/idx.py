"""A kind of source: a pair of IDX files, the format in which MNIST was published."""

from __future__ import annotations

import math
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.errors import StageError
from stages.source.own import Location, gunzip, locate, read_bytes
from stages.source.own_files import OwnFiles

if TYPE_CHECKING:
    import numpy.typing as npt

# The code of unsigned bytes: the format has others, which images and labels do not need.
BYTES = 8


class IdxFiles(OwnFiles):
    """A pair of IDX files of the user's own."""

    idx: Location
    """Images below `data/`: an IDX file of bytes, compressed by gzip if its name ends with .gz."""
    labels: Location
    """Labels below `data/`: an IDX file of bytes, compressed by gzip if its name ends with .gz."""

    def tables(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Parse both files."""
        return read_idx("idx", self.idx), read_idx("labels", self.labels)

    def locations(self) -> dict[str, str]:
        """Give both files by their keys."""
        return {"idx": self.idx, "labels": self.labels}


def read_idx(key: str, location: str) -> npt.NDArray[np.uint8]:
    """Read an IDX file.

    Raises
    ------
    StageError
        If it is anything else; the message begins with the key and names the file.
    """
    data = read_bytes(key, locate(key, location))
    try:
        return parse(gunzip(data) if location.endswith(".gz") else data)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise StageError(f"{key}: {location}: not an IDX file of bytes: {error}") from None


def parse(data: bytes) -> npt.NDArray[np.uint8]:
    r"""Parse two zeros, 8 for bytes, the number of dimensions, each length, and the bytes.

    Parameters
    ----------
    data : bytes
        All of a file.

    Returns
    -------
    ndarray of dtype uint8
        The bytes, in the shape that the file states.

    Raises
    ------
    ValueError
        If the file is not of this form.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section "File
    formats".

    Examples
    --------
    >>> parse(b"\0\0\x08\x02" + b"\0\0\0\x01" + b"\0\0\0\x02" + b"ab")
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
