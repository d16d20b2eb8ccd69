"""A user's own images that may be larger than memory: read block after block, wherever work runs.

A kind is a module with `open_blocks`, which opens the images, and `read_columns`, which yields
`Columns` of each file.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.blocks import Data
from stages.common.errors import StageError
from stages.common.workers import each
from stages.source import parquet, parts, zarr_store
from stages.source.facts import Facts, as_stated, to_labels

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt

    from stages.check.model import Own
    from stages.common.blocks import Block

    # Of one file: its path, the number of images, the labels, and the ids where it has them.
    Columns = tuple[Path, int, npt.NDArray[Any], npt.NDArray[Any] | None]

READERS: dict[str, Any] = {"parts": parts, "zarr": zarr_store, "parquet": parquet}


def open_blocks(entry: Own, path: Path) -> list[Block]:
    """Open the images of a source; a StageError names the file that is not as its kind needs it."""
    shape = [entry.image_shape] if entry.kind == "parquet" else []
    blocks: list[Block] = READERS[entry.kind].open_blocks(path, *shape)
    return blocks


def read_large(entry: Own, path: Path) -> tuple[Data, Facts]:
    """Read every block once, and find what there is to find in a source.

    Its sum is the sha256 of sums one after another: of the pixels of each block, of the labels,
    and of the ids where it has them. A StageError says why the data can't be a source.
    """
    blocks = open_blocks(entry, path)
    labels, ids = _join(READERS[entry.kind].read_columns(path), path)
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
