"""A user's own images that may be larger than memory: read block after block, wherever work runs.

A kind is a function that opens the images in blocks, and one that yields `Columns` of each file.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.blocks import Data, check_images, npy_blocks, open_npy
from stages.common.errors import StageError
from stages.common.workers import each
from stages.source import parquet, zarr_store
from stages.source.facts import Facts, as_stated, to_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import numpy.typing as npt

    from stages.check.model import Own
    from stages.common.blocks import Block

    # Of one file: its path, the number of images, the labels, and the ids where it has them.
    Columns = tuple[Path, int, npt.NDArray[Any], npt.NDArray[Any] | None]


def open_parts(folder: Path) -> list[Block]:
    """Open ``images-*.npy``: uint8, shape (n, height, width) or (n, height, width, 3).

    A block is a few MB of one file. Nothing is unpickled.
    """
    files = _image_files(folder)
    shape = open_npy(files[0]).shape[1:]
    blocks: list[Block] = []
    start = 0
    for path in files:
        images = open_npy(path)
        check_images(images, path)
        if images.shape[1:] != shape:
            raise StageError(
                f"{path}: images of the shape {images.shape[1:]}, but those of {files[0].name} are "
                f"{shape}"
            )
        blocks += npy_blocks(path, start=start) if len(images) else []
        start += len(images)
    return blocks


def read_parts(folder: Path) -> Iterator[Columns]:
    """Yield what is in ``labels-*.npy`` and ``ids-*.npy`` beside each file of images."""
    for path in _image_files(folder):
        labels, ids = (
            path.with_name(path.name.replace("images", name, 1)) for name in ("labels", "ids")
        )
        if not labels.exists():
            raise StageError(f"{labels}: missing, beside {path.name}")
        identities = np.array(open_npy(ids)) if ids.exists() else None
        yield path, len(open_npy(path)), np.array(open_npy(labels)), identities


def _image_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("images-*.npy"), key=lambda path: path.name)
    if not files:
        raise StageError(f"{folder}: no files named images-*.npy")
    return files


READERS: dict[str, tuple[Callable[..., list[Block]], Callable[[Path], Iterator[Columns]]]] = {
    "parts": (open_parts, read_parts),
    "zarr": (zarr_store.open_blocks, zarr_store.read_columns),
    "parquet": (parquet.open_blocks, parquet.read_columns),
}


def open_blocks(entry: Own, path: Path) -> list[Block]:
    """Open the images of a source; a StageError names the file that is not as its kind needs it."""
    open_kind, _ = READERS[entry.kind]
    return open_kind(path, *[entry.image_shape] if entry.kind == "parquet" else [])


def read_large(entry: Own, path: Path) -> tuple[Data, Facts]:
    """Read every block once, and find what there is to find in a source.

    Its sum is the sha256 of sums one after another: of the pixels of each block, of the labels,
    and of the ids where it has them. A StageError says why the data can't be a source.
    """
    blocks = open_blocks(entry, path)
    _, read_columns = READERS[entry.kind]
    labels, ids = _join(read_columns(path), path)
    _, classes = to_labels(labels, len(labels), entry.classes, path)
    total, largest, shape = hashlib.sha256(), 1, [0, 0]
    for maximum, shape, digest in each(summarize, blocks):  # noqa: B007 - all have one shape
        largest = max(largest, maximum)
        total.update(digest)
    for column in (labels, ids):
        if column is not None:
            stored = column.astype(column.dtype.newbyteorder("<")).tobytes()
            total.update(hashlib.sha256(stored).digest())
    facts = Facts(classes, shape, largest, np.bincount(labels).tolist(), total.hexdigest())
    return Data(blocks, labels, ids, is_large=True), as_stated(facts, entry)


def summarize(block: Block) -> tuple[int, list[int], bytes]:
    """Return the largest pixel of a block, the shape of an image, and the sum of all pixels."""
    images = np.ascontiguousarray(block.load())
    return int(images.max()), [*images.shape[1:]], hashlib.sha256(images.data).digest()


def _join(
    files: Iterable[Columns], source: Path
) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any] | None]:
    """Join the labels, whole numbers, and the ids, whole numbers or text, of all files."""
    labels: list[npt.NDArray[np.int64]] = []
    ids: list[npt.NDArray[Any]] = []
    for number, (path, rows, of_rows, identities) in enumerate(files):
        for name, values in (("labels", of_rows), ("ids", identities)):
            if values is not None and values.shape != (rows,):
                raise StageError(
                    f"{path}: the {name} have the shape {values.shape}, but there are {rows} "
                    f"images: it must be ({rows},)"
                )
        if of_rows.dtype.kind not in "iu":
            raise StageError(
                f"{path}: labels must be whole numbers, 0 for the first class, but are "
                f"{of_rows.dtype}"
            )
        labels.append(of_rows.astype(np.int64))
        if identities is not None:
            ids.append(_numbers_or_text(path, identities))
        if len(ids) not in (0, number + 1):
            raise StageError(f"{path}: only some files have ids; all must have them, or none")
    if not sum(map(len, labels)):
        raise StageError(f"{source}: no images")
    # NumPy would join signed and unsigned numbers as floats, and numbers and text as text.
    if len({values.dtype.kind for values in ids}) > 1:
        kinds = ", ".join(sorted({str(values.dtype) for values in ids}))
        raise StageError(f"{source}: ids must be of one kind in all files, but are {kinds}")
    return np.concatenate(labels), np.concatenate(ids) if ids else None


def _numbers_or_text(path: Path, ids: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if ids.dtype.kind in "iu":
        return ids
    if ids.dtype.kind in "UT" or all(type(value) is str for value in ids):
        return np.array(ids.tolist(), str)
    raise StageError(f"{path}: ids must be whole numbers or text, but are {ids.dtype}")
