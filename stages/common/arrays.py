"""Read and write arrays as ``.npy``: its bytes are always the same, unlike those of ``.npz``."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.common.files import damaged, write_bytes

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pixels = npt.NDArray[np.uint8]


def write_array(path: Path, array: Array) -> None:
    """Write an array as ``.npy``."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    write_bytes(path, buffer.getvalue())


def read_array(path: Path) -> Array:
    """Read an array from ``.npy``."""
    try:
        array: Array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise damaged(path, error) from None
    return array


def write_arrays(folder: Path, images: Array, labels: Ints) -> None:
    """Write the images and labels of a split to a folder."""
    write_array(folder / "images.npy", images)
    write_array(folder / "labels.npy", labels)


def read_arrays(folder: Path) -> tuple[Array, Ints]:
    """Read the images and labels that `write_arrays` wrote."""
    return read_array(folder / "images.npy"), read_array(folder / "labels.npy")
