"""Two small parsers: of MNIST's files and of CIFAR-10's archive. Neither executes or unpacks."""

from __future__ import annotations

import gzip
import io
import math
import struct
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tinydatasets.fetch import FetchError
from tinydatasets.types import Dataset, Split

_FOLDER: Final = "cifar-10-batches-bin"
_ROW: Final = 1 + 3 * 32 * 32
# No more is decompressed of an archive, which has 184 MB in it, and read of a batch of 31 MB.
_LARGEST_ARCHIVE: Final = 256 * 2**20
_LARGEST_MEMBER: Final = 32 * 2**20


def read_mnist(paths: Sequence[Path], train: int, test: int) -> Dataset:
    """Read four files in the IDX format, gzipped or not: images and labels of train, then of test.

    Images are uint8 of shape (n, 28, 28), labels int64. Raises a FetchError that names the file
    if it holds anything but `train` or `test` rows of that.
    """
    splits: list[Split] = []
    for (images, labels), rows in ((paths[:2], train), (paths[2:], test)):
        digits = _read_idx(labels, (rows,))
        splits.append(_split(labels, _read_idx(images, (rows, 28, 28)), digits))
    return Dataset(splits[0], splits[1])


def _read_idx(path: Path, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Read bytes of a known shape, and no more than that, whatever the file holds."""
    # Two zeros, 8 for bytes, the number of dimensions, each length; then the bytes.
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


def read_cifar10(paths: Sequence[Path], train: int, test: int) -> Dataset:
    """Read the archive that the authors made for C programs, in memory.

    Images are uint8 of shape (n, 32, 32, 3), red, green and blue last; labels int64. `train` rows
    are five batches of equal length. Raises a FetchError that names the member if the archive
    holds a link, a device or a name outside its folder, or lacks a batch of the published layout.
    """
    (path,) = paths
    rows = {f"data_batch_{number}.bin": train // 5 for number in range(1, 6)}
    rows["test_batch.bin"] = test
    try:
        with gzip.open(path) as stream:
            data = stream.read(_LARGEST_ARCHIVE)
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            splits = {
                name: _read_batch(name, content, rows[name])
                for name, content in _members(archive)
                if name in rows
            }
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, ValueError, zlib.error) as error:
        raise FetchError(f"{path}: not readable as tar.gz: {error}") from None
    except FetchError as error:
        raise FetchError(f"{path}: refused {error}") from None
    if missing := [f"{_FOLDER}/{name}" for name in rows if name not in splits]:
        raise FetchError(f"{path}: expected {', '.join(missing)} in it")
    *training, testing = (splits[name] for name in rows)
    return Dataset(Split(*map(np.concatenate, zip(*training))), testing)


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each file; stop at a member that has no place in the archive."""
    seen = set()
    for member in archive:
        path = PurePosixPath(member.name)
        if path.parts[:1] != (_FOLDER,) or ".." in path.parts:
            raise FetchError(f"{member.name!r}: not in {_FOLDER}/")
        if path in seen:
            raise FetchError(f"{member.name!r}: there twice")
        seen.add(path)
        if not (member.isreg() or member.isdir()):
            raise FetchError(f"{member.name!r}: a link or a device")
        # A sparse member may pretend to any size.
        if member.size > _LARGEST_MEMBER:
            raise FetchError(f"{member.name!r}: more than {_LARGEST_MEMBER:,} bytes")
        if content := archive.extractfile(member):
            yield str(path.relative_to(_FOLDER)), content.read()


def _read_batch(name: str, data: bytes, rows: int) -> Split:
    """Read images one after another: a byte of label, 1024 of red, 1024 of green, 1024 of blue."""
    if len(data) != rows * _ROW:
        raise FetchError(f"{name}: expected {rows * _ROW:,} bytes, found {len(data):,}")
    table = np.frombuffer(data, np.uint8).reshape(rows, _ROW)
    planes = table[:, 1:].reshape(rows, 3, 32, 32)
    return _split(name, np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), table[:, 0])


def _split(file: Path | str, images: npt.NDArray[Any], labels: npt.NDArray[Any]) -> Split:
    if labels.max() > 9:
        raise FetchError(f"{file}: expected labels of 0 to 9, found {labels.max()}")
    return Split(images, labels.astype(np.int64))
