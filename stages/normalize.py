"""Stage `normalize`: bring the pixels of every split into [0, 1]."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages import shell

if TYPE_CHECKING:
    import numpy.typing as npt


def normalize(images: npt.NDArray[np.uint8], maximum: int) -> npt.NDArray[np.float32]:
    """Divide pixels by the largest value that the source can have.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), dtype uint8
        Pixels in 0..maximum.
    maximum : int
        The source's own maximum, 16 for the digits: not the largest value found in a subset,
        which would scale each subset differently.

    Returns
    -------
    ndarray of shape (n, height, width), dtype float32
        Pixels in [0, 1].

    Examples
    --------
    >>> normalize(np.array([[[0, 4, 8]]], np.uint8), 16)
    array([[[0.  , 0.25, 0.5 ]]], dtype=float32)
    """
    normalized: npt.NDArray[np.float32] = images.astype(np.float32) / np.float32(maximum)
    return normalized


def main(source_name: str, *, source: Path, split: Path, out: Path) -> None:
    """Write the normalized images and the labels of every split to a folder of its own in `out`."""
    maximum = shell.read_yaml(shell.PARAMS)["sources"][source_name]["maximum"]
    images = shell.read_array(source / "images.npy")
    labels = shell.read_array(source / "labels.npy")
    for name, rows in shell.read_json(split).items():
        chosen = np.array(rows, np.int64)
        shell.write_array(out / name / "images.npy", normalize(images[chosen], maximum))
        shell.write_array(out / name / "labels.npy", labels[chosen])


if __name__ == "__main__":
    shell.run(main)
