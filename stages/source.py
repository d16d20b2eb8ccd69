"""Stage `source`: read the data that a pinned package carries, once its sum is known to be right.

The package is not imported, only its data file is read: a sum of the file's bytes says more than
a version number, and scikit-learn takes a second to import.
"""

from __future__ import annotations

import gzip
import hashlib
import math
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages import command, files
from stages.command import StageError

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
        The largest pixel that it states.
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
        If the data is not what ``params.yaml`` states.

    Examples
    --------
    >>> images, labels = parse(gzip.compress(b"0,7,0\n9,0,1\n"), [1, 2], 9, [1, 1])
    >>> images.tolist(), labels.tolist()
    ([[[0, 7]], [[9, 0]]], [0, 1])
    """
    lines = gzip.decompress(data).decode("ascii").splitlines()
    table = np.loadtxt(lines, delimiter=",", ndmin=2)
    pixels, labels = table[:, :-1], table[:, -1].astype(np.int64)
    _check_fact("pixels (image_shape)", math.prod(image_shape), pixels.shape[1])
    _check_fact("maximum", maximum, int(pixels.max()))
    _check_fact("rows_per_class", rows_per_class, np.bincount(labels).tolist())
    return pixels.astype(np.uint8).reshape(-1, *image_shape), labels


def _check_fact(name: str, stated: object, found: object) -> None:
    if stated != found:
        raise StageError(f"{name}: params.yaml states {stated}, the data has {found}")


def main(name: str, *, out: Path) -> None:
    """Read the source `name` of params.yaml and write its images and labels to `out`."""
    source = files.read_yaml(files.PARAMS)["sources"][name]
    package = source["package"]
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise StageError(
            f"params.yaml: sources.{name}.package: {package!r} is not installed; "
            f"`make repro` installs what requirements.txt lists"
        ) from None
    data = Path(str(distribution.locate_file(source["file"]))).read_bytes()
    check_sum(data, source["sha256"], f"{source['file']} of {package} {distribution.version}")
    images, labels = parse(data, source["image_shape"], source["maximum"], source["rows_per_class"])
    files.write_array(out / "images.npy", images)
    files.write_array(out / "labels.npy", labels)


if __name__ == "__main__":
    command.run(main)
