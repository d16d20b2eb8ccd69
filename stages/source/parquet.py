"""Images in blocks from Parquet, row group after row group."""

from __future__ import annotations

import math
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.blocks import BLOCK_BYTES, Block
from stages.common.command import extra
from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from stages.source.large import Columns

REQUIREMENT = "pyarrow>=15"
# The types of a column that an image may have, as pyarrow names them.
IMAGE = re.compile(r"(large_|fixed_size_)?(binary|list<\w+: uint8( not null)?>)(\[[0-9]+\])?")


def open_blocks(path: Path, image_shape: list[int]) -> list[Block]:
    """Open the column ``image`` of a Parquet file, or of the files ``*.parquet`` of a folder.

    An image has its pixels row by row, channels last. A block is some row groups of a file, a few
    MB together, or one larger row group. An image of another length is found when it is loaded.
    """
    blocks: list[Block] = []
    start = 0
    for file in _files(path):
        opened = _open(file)
        kind = str(opened.schema_arrow.field("image").type)
        if not IMAGE.fullmatch(kind):
            raise StageError(
                f"{file}: the column image is {kind}, but must be binary or a list of uint8"
            )
        blocks += _blocks(file, start, tuple(image_shape))
        start += opened.metadata.num_rows
    return blocks


def read_columns(path: Path) -> Iterator[Columns]:
    """Yield what is in the columns ``label`` and, where it is, ``id`` of each file."""
    for file in _files(path):
        opened = _open(file)
        ids = _read(file, "id").to_numpy() if "id" in opened.schema_arrow.names else None
        yield file, opened.metadata.num_rows, _read(file, "label").to_numpy(), ids


def _files(path: Path) -> list[Path]:
    path = path.absolute()  # it may be opened in another process
    files = sorted(path.glob("*.parquet"), key=lambda file: file.name) if path.is_dir() else [path]
    if not files:
        raise StageError(f"{path}: no files named *.parquet")
    return files


def _open(file: Path) -> Any:
    parquet = extra("pyarrow.parquet", REQUIREMENT, file)
    try:
        opened = parquet.ParquetFile(file)
    except (OSError, ValueError) as error:
        raise StageError(f"{file}: not a Parquet file: {error}") from None
    names = opened.schema_arrow.names
    for name in ("image", "label"):
        if name not in names:
            raise StageError(f"{file}: no column {name}, but {', '.join(names)}")
    return opened


def _blocks(file: Path, start: int, shape: tuple[int, ...]) -> Iterator[Block]:
    """Yield blocks of row groups that follow one another, as many as a few MB hold."""
    metadata = _open(file).metadata
    groups: list[int] = []
    first = rows = 0
    for group in range(metadata.num_row_groups):
        groups.append(group)
        rows += metadata.row_group(group).num_rows
        is_last = group == metadata.num_row_groups - 1
        if rows and (is_last or rows * math.prod(shape) >= BLOCK_BYTES):
            yield Block(start + first, rows, partial(_load, file, groups, first, shape))
            groups, first, rows = [], first + rows, 0


def _load(
    file: Path, groups: list[int], first: int, shape: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    column = _read(file, "image", groups).combine_chunks()
    if "binary" in str(column.type):
        values = column.to_pylist()
        lengths = np.array([len(value) for value in values])
        pixels = np.frombuffer(b"".join(values), np.uint8)
    else:
        compute = extra("pyarrow.compute", REQUIREMENT, file)
        lengths = compute.list_value_length(column).to_numpy()
        pixels = column.flatten().to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero(lengths != math.prod(shape))
    if len(wrong):
        raise StageError(
            f"{file}: row {first + wrong[0]}: an image of {lengths[wrong[0]]} values, but "
            f"{' x '.join(map(str, shape))} is {math.prod(shape)}"
        )
    if pixels.dtype != np.uint8:
        raise StageError(f"{file}: pixels from row {first} on are missing")
    return pixels.reshape(-1, *shape)


def _read(file: Path, name: str, groups: list[int] | None = None) -> Any:
    """Read a column, of some row groups or of all, and stop if a value is missing."""
    opened = _open(file)
    groups = groups or [*range(opened.metadata.num_row_groups)]
    try:
        column = opened.read_row_groups(groups, columns=[name]).column(name)
    except (OSError, ValueError) as error:
        raise StageError(f"{file}: the column {name} is damaged: {error}") from None
    if column.null_count:
        raise StageError(f"{file}: {column.null_count} values of the column {name} are missing")
    return column
