r"""Read CIFAR-10's archive without unpacking it to disk and without unpickling.

A batch is a pickle of protocol 2, as Python 2 wrote it in 2009:
``{"batch_label": str, "labels": list of int, "data": uint8 (10000, 3072), "filenames": list of
str}``. Everything in it up to the pixels is the same in all six but the title, the labels and the
number of rows. So the reader takes the labels and the pixels from where they stand, writes all that
is before the pixels anew, and accepts the batch only if that gives the same bytes. No opcode is
run. The names of the files, which come last, are not looked at.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import tarfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import numpy as np

from tinydatasets.fetch.errors import FetchError
from tinydatasets.loading import Dataset
from tinydatasets.pickles import Split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_FOLDER: Final = "cifar-10-batches-py"
_TITLES: Final = {
    **{f"data_batch_{number}": f"training batch {number} of 5" for number in range(1, 6)},
    "test_batch": "testing batch 1 of 1",
}
# No more is decompressed, whatever the archive holds. The published one has 186 MB in it, a batch
# 31 MB.
_LARGEST_ARCHIVE: Final = 256 * 2**20
_LARGEST_MEMBER: Final = 32 * 2**20
# Python 2 wrote a list 1000 items at a time.
_APPENDED: Final = 1000


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
        (n,): airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck.

    Raises
    ------
    FetchError
        If the archive holds a link, a device or a name outside its folder, lacks a batch, or a
        batch is not as published; the message names the member.
    """
    (path,) = paths
    rows = dict.fromkeys(_TITLES, train // 5) | {"test_batch": test}
    splits = _splits(path, rows)
    missing = [f"{_FOLDER}/{name}" for name in _TITLES if name not in splits]
    if missing:
        raise FetchError(f"{path}: expected {', '.join(missing)} in it")
    training = [splits[name] for name in _TITLES if name != "test_batch"]
    return Dataset(Split(*map(np.concatenate, zip(*training))), splits["test_batch"])


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
    """Take labels and pixels from where they stand in a batch."""
    title = _TITLES[name].encode()
    head = b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U%c%bq\x03U\x06labelsq\x04]q\x05" % (
        len(title),
        title,
    )
    # An item is an opcode and the label; a run of items has an opcode before it and one after.
    run = 1 + 2 * _APPENDED + 1
    end = len(head) + 2 * rows + 2 * math.ceil(rows / _APPENDED)
    runs = [data[at : min(at + run, end)] for at in range(len(head), end, run)]
    labels = [items[2:-1:2] for items in runs]
    before_pixels = head + b"".join(map(_append, labels)) + _array(rows)
    pixels = data[len(before_pixels) : len(before_pixels) + rows * 3 * 32 * 32]
    if not data.startswith(before_pixels) or len(pixels) != rows * 3 * 32 * 32:
        raise FetchError(f"{name}: expected the pickle of {rows:,} images that was published")
    classes = np.frombuffer(b"".join(labels), np.uint8).astype(np.int64)
    if classes.max() > 9:
        raise FetchError(f"{name}: expected labels of 0 to 9, found {classes.max()}")
    planes = np.frombuffer(pixels, np.uint8).reshape(rows, 3, 32, 32)
    return Split(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), classes)


def _append(labels: bytes) -> bytes:
    """Write a run of labels as Python 2 did: MARK, a BININT1 for each, APPENDS."""
    return b"(" + b"".join(b"K%c" % label for label in labels) + b"e"


def _array(rows: int) -> bytes:
    """Write all of an array but its pixels as NumPy did."""
    return (
        b"U\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08"
        b"K\x00\x85U\x01b\x87Rq\t(K\x01M%bM\x00\x0c\x86cnumpy\ndtype\nq\nU\x02u1K\x00K\x01\x87"
        b"Rq\x0b(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T%b"
    ) % (struct.pack("<H", rows), struct.pack("<I", rows * 3 * 32 * 32))
