"""Stage `source`: read the data that a pinned package carries, once its sum is known to be right.

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

from stages import shell
from stages.shell import StageError

if TYPE_CHECKING:
    import numpy.typing as npt


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
            f"{found_in} is not the data that params.yaml pins.\n"
            f"  expected sha256 {expected}\n"
            f"  found    sha256 {found}\n"
            "The installed package is another version or damaged. Install it anew: `rm -r .venv` "
            "and `make repro`, or `pip install --force-reinstall` with the version in "
            "requirements.txt. If you mean to use this data, put its sum in params.yaml."
        )


def parse(
    data: bytes, image_shape: list[int], maximum: int, rows_per_class: list[int]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    r"""Parse a gzipped CSV of one image per line: its pixels row by row, then its label.

    Parameters
    ----------
    data : bytes
        All of the file.
    image_shape : list of int
        The height and width that ``params.yaml`` states.
    maximum : int
        The largest pixel that it allows; none need have it.
    rows_per_class : list of int
        The number of rows of each class that it states, in label order.

    Returns
    -------
    images : ndarray of shape (n, height, width), dtype uint8
        Pixels in 0..maximum.
    labels : ndarray of shape (n,), dtype int64
        The class of each image.

    Raises
    ------
    StageError
        If the data is not what ``params.yaml`` states; the message begins with the key.

    Examples
    --------
    >>> images, labels = parse(gzip.compress(b"0,7,0\n9,0,1\n"), [1, 2], 9, [1, 1])
    >>> images.tolist(), labels.tolist()
    ([[[0, 7]], [[9, 0]]], [0, 1])
    """
    try:
        lines = gzip.decompress(data).decode("ascii").splitlines()
        table = np.loadtxt(lines, delimiter=",", ndmin=2)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise StageError(f"file: not a gzipped CSV of numbers: {error}") from None
    pixels, labels = table[:, :-1], table[:, -1].astype(np.int64)
    height, width = image_shape
    if height * width != pixels.shape[1]:
        raise StageError(
            f"image_shape: {image_shape} is {height * width} pixels, the data has "
            f"{pixels.shape[1]} an image"
        )
    if not np.isin(pixels, np.arange(maximum + 1)).all():
        raise StageError(
            f"maximum: {maximum}, but the data has pixels of {pixels.min():g} to {pixels.max():g}, "
            "or some that are no whole numbers"
        )
    found = np.bincount(labels).tolist()
    if found != rows_per_class:
        raise StageError(f"rows_per_class: {rows_per_class}, but the data has {found}")
    return pixels.astype(np.uint8).reshape(-1, height, width), labels


def main(name: str, *, out: Path) -> None:
    """Read the source `name` of params.yaml and write its images and labels to `out`."""
    source = shell.read_yaml(shell.PARAMS)["sources"][name]
    key = f"{shell.PARAMS}: sources.{name}"
    package, file = source["package"], source["file"]
    try:
        distribution = metadata.distribution(package)
        data = Path(str(distribution.locate_file(file))).read_bytes()
    except metadata.PackageNotFoundError:
        raise StageError(
            f"{key}.package: {package!r} is not installed; if the name is right, install it: "
            "`make repro` does, if requirements.txt or requirements-data.txt lists it; in an "
            "environment of your own, `pip install --no-deps -r requirements-data.txt`"
        ) from None
    except OSError as error:
        raise StageError(f"{key}.file: {package} has no {file} ({error.strerror})") from None
    check_sum(data, source["sha256"], f"{file} of {package} {distribution.version}")
    try:
        images, labels = parse(
            data, source["image_shape"], source["maximum"], source["rows_per_class"]
        )
    except StageError as error:
        raise StageError(f"{key}.{error}") from None
    shell.write_array(out / "images.npy", images)
    shell.write_array(out / "labels.npy", labels)


if __name__ == "__main__":
    shell.run(main)
