"""Read MNIST's four files, which are in the IDX format, compressed by gzip or not."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from tinydatasets.fetch.errors import FetchError
from tinydatasets.types import Dataset, Split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt


def read(paths: Sequence[Path], train: int, test: int) -> Dataset:
    """Read both splits.

    Parameters
    ----------
    paths : sequence of Path
        Images and labels of train, then those of test.
    train, test : int
        Rows that each must have.

    Returns
    -------
    Dataset
        Images are uint8 of shape (n, 28, 28), 0 for background; labels int64 of shape (n,).

    Raises
    ------
    FetchError
        If a file holds anything else; the message names it.
    """
    train_images, train_labels, test_images, test_labels = paths
    return Dataset(
        _split(train_images, train_labels, train), _split(test_images, test_labels, test)
    )


def _split(images: Path, labels: Path, rows: int) -> Split:
    digits = _idx(labels, (rows,)).astype(np.int64)
    if digits.max() > 9:
        raise FetchError(f"{labels}: expected labels of 0 to 9, found {digits.max()}")
    return Split(_idx(images, (rows, 28, 28)), digits)


def _idx(path: Path, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Read bytes of a known shape: two zeros, 8 for bytes, the dimensions, each length, the bytes.

    No more is read than `shape` needs, whatever the file holds.
    """
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
    size = len(header) + math.prod(shape)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            data = stream.read(size + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FetchError(f"{path}: not readable as gzip: {error}") from None
    if len(data) != size or not data.startswith(header):
        raise FetchError(f"{path}: expected an IDX file of bytes of shape {shape}")
    return np.frombuffer(data, np.uint8, offset=len(header)).reshape(shape)
