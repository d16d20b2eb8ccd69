"""A user's own images that may be larger than memory: read block after block, wherever work runs.

Stage `sample` opens every source here, as it was written.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.arrays import read_array
from stages.common.blocks import Data, npy_blocks
from stages.common.equal import digests, find_equal
from stages.common.errors import StageError
from stages.common.files import read_json
from stages.common.workers import each
from stages.params.model import Own
from stages.source.data_folder import file_error, locate
from stages.source.facts import Facts, as_stated, errors_of, to_labels
from stages.source.large_formats import open_blocks, read_columns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt

    from stages.common.blocks import Block
    from stages.common.equal import Equal
    from stages.source.large_formats import Columns


def open_source(folder: Path) -> Data:
    """Open a source, as its stage wrote it to the folder ``build/sources/NAME``.

    Its images are those of the folder, or those of the user's own files where they may be larger
    than memory. A StageError says what is damaged, or no longer as it was.
    """
    labels = read_array(folder / "labels.npy")
    ids, nearest = (
        read_array(path) if path.exists() else None
        for path in (folder / "ids.npy", folder / "nearest.npy")
    )
    repeats = read_array(folder / "repeats.npy")
    if not (folder / "entry.json").exists():
        return Data(npy_blocks(folder / "images.npy"), labels, ids, nearest, repeats=repeats)
    entry = Own(**read_json(folder / "entry.json"))
    with errors_of("own", folder.name):
        blocks = open_blocks(entry, locate(entry.path))
        rows = sum(block.rows for block in blocks)
        if rows != len(labels):
            message = f"it has {rows} images now, and had {len(labels)} when stage `own` read it"
            raise StageError(f"{entry.path}: {message}; run `make repro` again")
    return Data(blocks, labels, ids, nearest, is_large=True, repeats=repeats)


def read_large(entry: Own, path: Path) -> tuple[Data, Facts, Equal]:
    """Read every block once, and find what there is to find in a source.

    Its sum is the sha256 of sums one after another: of the pixels of each block, of the labels,
    and of the ids where it has them. A StageError says why the data can't be a source.
    """
    blocks = open_blocks(entry, path)
    labels, ids = _join(read_columns(entry, path), path)
    _, classes = to_labels(labels, len(labels), entry.classes, path)
    total, largest, shape = hashlib.sha256(), 1, [0, 0]
    of_images = np.empty((len(labels), 2), np.uint64)
    for block, found in zip(blocks, each(_summarize, blocks), strict=True):
        maximum, shape, digest, of_images[block.start : block.start + block.rows] = found
        largest = max(largest, maximum)
        total.update(digest)
    for column in (labels, ids):
        if column is not None:
            stored = column.astype(column.dtype.newbyteorder("<")).tobytes()
            total.update(hashlib.sha256(stored).digest())
    facts = Facts(classes, shape, largest, np.bincount(labels).tolist(), total.hexdigest())
    ties = () if ids is None else (ids,)
    equal = find_equal(of_images, labels, *ties)
    return Data(blocks, labels, ids, is_large=True), as_stated(facts, entry), equal


def _summarize(block: Block) -> tuple[int, list[int], bytes, npt.NDArray[np.uint64]]:
    """Return the largest pixel of a block, the shape, the sum of all pixels, and all `digests`."""
    images = np.ascontiguousarray(block.load())
    total = hashlib.sha256(images.data).digest()
    return int(images.max()), [*images.shape[1:]], total, digests(images)


def _join(
    files: Iterable[Columns], source: Path
) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any] | None]:
    """Join the labels, whole numbers, and the ids, whole numbers or text, of all files."""
    labels: list[npt.NDArray[np.int64]] = []
    ids: list[npt.NDArray[Any]] = []
    for number, (path, rows, file_labels, file_ids) in enumerate(files):
        for name, values in (("labels", file_labels), ("ids", file_ids)):
            if values is not None and values.shape != (rows,):
                message = f"the {name} have the shape {values.shape}, but there are {rows} images"
                raise file_error(path, f"{message}: it must be ({rows},)")
        if file_labels.dtype.kind not in "iu":
            message = "labels must be whole numbers, 0 for the first class, but are"
            raise file_error(path, f"{message} {file_labels.dtype}")
        labels.append(file_labels.astype(np.int64))
        if file_ids is not None:
            ids.append(_numbers_or_text(path, file_ids))
        if len(ids) not in (0, number + 1):
            raise file_error(path, "only some files have ids; all must have them, or none")
    if not sum(map(len, labels)):
        raise file_error(source, "no images")
    # NumPy would join signed and unsigned numbers as floats, and numbers and text as text.
    if len({values.dtype.kind for values in ids}) > 1:
        kinds = ", ".join(sorted({str(values.dtype) for values in ids}))
        raise file_error(source, f"ids must be of one kind in all files, but are {kinds}")
    return np.concatenate(labels), np.concatenate(ids) if ids else None


def _numbers_or_text(path: Path, ids: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if ids.dtype.kind in "iu":
        return ids
    if ids.dtype.kind in "UT" or all(type(value) is str for value in ids):
        texts = ids.tolist()
        try:
            "".join(texts).encode()
        except UnicodeEncodeError as error:
            code = ascii(error.object[error.start])
            raise file_error(path, f"an id has {code}, which is no character") from None
        return np.array(texts, str)
    raise file_error(path, f"ids must be whole numbers or text, but are {ids.dtype}")
