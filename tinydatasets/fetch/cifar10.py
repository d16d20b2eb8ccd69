"""Read CIFAR-10's archive without unpacking it to disk.

It is the version that the authors made for C programs. A batch in it is its images one after
another, and nothing else: a byte for the label, then 1024 bytes each of red, green and blue, row by
row of the image.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import numpy as np

from tinydatasets.fetch.errors import FetchError
from tinydatasets.types import Dataset, Split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_FOLDER: Final = "cifar-10-batches-bin"
_TRAIN: Final = [f"data_batch_{number}.bin" for number in range(1, 6)]
_TEST: Final = "test_batch.bin"
_PIXELS: Final = 3 * 32 * 32
# No more is decompressed, whatever the archive holds. The published one has 184 MB in it, a batch
# 31 MB.
_LARGEST_ARCHIVE: Final = 256 * 2**20
_LARGEST_MEMBER: Final = 32 * 2**20


def read(paths: Sequence[Path], train: int, test: int) -> Dataset:
    """Read both splits.

    Parameters
    ----------
    paths : sequence of Path
        The archive, alone.
    train, test : int
        Rows that each split must have; train is five batches of equal length.

    Returns
    -------
    Dataset
        Images are uint8 of shape (n, 32, 32, 3), red, green and blue last; labels int64 of shape
        (n,), 0 to 9.

    Raises
    ------
    FetchError
        If the archive holds a link, a device or a name outside its folder, lacks a batch, or a
        batch is not as published; the message names the member.
    """
    (path,) = paths
    rows = dict.fromkeys(_TRAIN, train // 5) | {_TEST: test}
    splits = _splits(path, rows)
    missing = [f"{_FOLDER}/{name}" for name in rows if name not in splits]
    if missing:
        raise FetchError(f"{path}: expected {', '.join(missing)} in it")
    training = [splits[name] for name in _TRAIN]
    return Dataset(Split(*map(np.concatenate, zip(*training))), splits[_TEST])


def _splits(path: Path, rows: dict[str, int]) -> dict[str, Split]:
    """Read the batches that an archive has, given the rows of each."""
    try:
        with gzip.open(path) as stream:
            data = stream.read(_LARGEST_ARCHIVE)
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            return {
                name: _batch(name, content, rows[name])
                for name, content in _members(archive)
                if name in rows
            }
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, ValueError, zlib.error) as error:
        raise FetchError(f"{path}: not readable as tar.gz: {error}") from None
    except FetchError as error:
        raise FetchError(f"{path}: refused {error}") from None


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Give each file of an archive, and stop at a member that has no place in it.

    Nothing is written to disk, and no link is followed.
    """
    seen = set()
    for member in archive:
        path = PurePosixPath(member.name)
        if path.parts[:1] != (_FOLDER,) or ".." in path.parts:
            raise FetchError(f"{member.name!r}: not in {_FOLDER}/")
        if path in seen:
            raise FetchError(f"{member.name!r}: there twice")
        seen.add(path)
        if member.isdir():
            continue
        content = archive.extractfile(member) if member.isreg() else None
        if content is None:
            raise FetchError(f"{member.name!r}: a link or a device")
        # A sparse member may pretend to any size.
        if member.size > _LARGEST_MEMBER:
            raise FetchError(f"{member.name!r}: more than {_LARGEST_MEMBER:,} bytes")
        yield str(path.relative_to(_FOLDER)), content.read()


def _batch(name: str, data: bytes, rows: int) -> Split:
    """Split a batch into labels and pixels."""
    size = rows * (1 + _PIXELS)
    if len(data) != size:
        raise FetchError(
            f"{name}: expected {size:,} bytes for {rows:,} images, found {len(data):,}"
        )
    table = np.frombuffer(data, np.uint8).reshape(rows, 1 + _PIXELS)
    labels = table[:, 0].astype(np.int64)
    if labels.max() > 9:
        raise FetchError(f"{name}: expected labels of 0 to 9, found {labels.max()}")
    planes = table[:, 1:].reshape(rows, 3, 32, 32)
    return Split(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels)
