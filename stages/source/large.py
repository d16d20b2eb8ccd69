"""A user's own images that may be larger than memory: read block after block, wherever work runs.

Stage `sample` opens every source here, as it was written.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from stages.common.arrays import read_array
from stages.common.blocks import Data, Groups, npy_blocks
from stages.common.equal import digests, find_equal
from stages.common.errors import StageError
from stages.common.files import read_json
from stages.common.workers import each
from stages.params.model import Own
from stages.source.data_folder import file_error, locate
from stages.source.facts import (
    Facts,
    as_stated,
    count_groups,
    errors_of,
    numbers_or_text,
    to_groups,
    to_labels,
)
from stages.source.large_formats import open_blocks, read_columns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from stages.common.arrays import Array
    from stages.common.blocks import Block
    from stages.common.equal import Equal
    from stages.source.large_formats import Columns


def open_source(folder: Path) -> Data:
    """Open a source, as its stage wrote it to the folder ``build/sources/NAME``."""
    labels = read_array(folder / "labels.npy")
    ids, nearest = (
        read_array(path) if path.exists() else None
        for path in (folder / "ids.npy", folder / "nearest.npy")
    )
    groups = None
    if (folder / "groups.json").exists():
        groups = Groups(read_json(folder / "groups.json"), read_array(folder / "groups.npy"))
    repeats = read_array(folder / "repeats.npy")
    known = Data([], labels, ids, nearest, groups=groups, repeats=repeats)
    if not (folder / "entry.json").exists():
        return known._replace(blocks=npy_blocks(folder / "images.npy"))
    entry = Own(**read_json(folder / "entry.json"))
    with errors_of("own", folder.name):
        blocks = open_blocks(entry, locate(entry.path))
        rows = sum(block.rows for block in blocks)
        if rows != len(labels):
            message = f"it has {rows} images now, and had {len(labels)} when stage `own` read it"
            raise StageError(f"{entry.path}: {message}; run `make repro` again")
    return known._replace(blocks=blocks, is_large=True)


def read_large(entry: Own, path: Path) -> tuple[Data, Facts, Equal]:
    """Read every block once, and find what there is to find in a source.

    Its sum is the sha256 of sums one after another: of the pixels of each block, of the labels,
    and of the ids and the groups where it has them.
    """
    blocks = open_blocks(entry, path)
    columns = _join(read_columns(entry, path), path)
    labels, ids = columns["labels"], columns.get("ids")
    groups = to_groups(columns["groups"], len(labels), path) if entry.groups else None
    _, classes = to_labels(labels, len(labels), entry.classes, path)
    total, largest, shape = hashlib.sha256(), 1, [0, 0]
    of_images = np.empty((len(labels), 2), np.uint64)
    for block, found in zip(blocks, each(_summarize, blocks), strict=True):
        maximum, shape, digest, of_images[block.start : block.start + block.rows] = found
        largest = max(largest, maximum)
        total.update(digest)
    for column in columns.values():
        stored = column.astype(column.dtype.newbyteorder("<")).tobytes()
        total.update(hashlib.sha256(stored).digest())
    rows, counted = np.bincount(labels).tolist(), count_groups(labels, groups)
    facts = Facts(classes, shape, largest, rows, total.hexdigest(), counted)
    ties = [*([groups.of_row] if groups else []), *([] if ids is None else [ids])]
    equal = find_equal(of_images, labels, *ties)
    data = Data(blocks, labels, ids, is_large=True, groups=groups)
    return data, as_stated(facts, entry), equal


def _summarize(block: Block) -> tuple[int, list[int], bytes, Array]:
    """Return the largest pixel of a block, the shape, the sum of all pixels, and all `digests`."""
    images = np.ascontiguousarray(block.load())
    total = hashlib.sha256(images.data).digest()
    return int(images.max()), [*images.shape[1:]], total, digests(images)


def _join(files: Iterable[Columns], source: Path) -> dict[str, Array]:
    """Join the labels, whole numbers, and the ids and groups, numbers or text, of all files."""
    joined: dict[str, list[Array]] = {"labels": [], "ids": [], "groups": []}
    for number, (path, rows, columns) in enumerate(files):
        for name, values in zip(joined, columns):
            if values is not None and values.shape != (rows,):
                message = f"the {name} have the shape {values.shape}, but there are {rows} images"
                raise file_error(path, f"{message}: it must be ({rows},)")
            if values is not None and name == "labels":
                if values.dtype.kind not in "iu":
                    message = "labels must be whole numbers, 0 for the first class, but are"
                    raise file_error(path, f"{message} {values.dtype}")
                joined[name].append(values.astype(np.int64))
            elif values is not None:
                joined[name].append(numbers_or_text(path, values, name))
            if len(joined[name]) not in (0, number + 1):
                message = f"only some files have {name}; all must have them, or none"
                raise file_error(path, message)
    if not sum(map(len, joined["labels"])):
        raise file_error(source, "no images")
    for name, parts in joined.items():
        # NumPy would join signed and unsigned numbers as floats, and numbers and text as text.
        if len({values.dtype.kind for values in parts}) > 1:
            kinds = ", ".join(sorted({str(values.dtype) for values in parts}))
            raise file_error(source, f"{name} must be of one kind in all files, but are {kinds}")
    return {name: np.concatenate(parts) for name, parts in joined.items() if parts}
