"""Read and write arrays as ``.npy``, which has the same bytes whatever wrote it.

``.npz`` would not, for its zip headers.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.files import damaged, write_bytes
from tinydatasets.types import Split

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write an array as ``.npy``."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    write_bytes(path, buffer.getvalue())


def read_array(path: Path) -> npt.NDArray[Any]:
    """Read an array from ``.npy``."""
    try:
        array: npt.NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise damaged(path, error) from None
    return array


def write_split(folder: Path, split: Split) -> None:
    """Write the images and labels of a split to a folder."""
    write_array(folder / "images.npy", split.images)
    write_array(folder / "labels.npy", split.labels)


def read_split(folder: Path) -> Split:
    """Read what `write_split` wrote."""
    return Split(read_array(folder / "images.npy"), read_array(folder / "labels.npy"))
