"""Read a source in blocks from Parquet, row group after row group."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.blocks import BLOCK_BYTES, Block, Data
from stages.common.errors import StageError
from stages.common.extras import extra
from stages.source.base import Shape
from stages.source.columns import check_some, ids_of, join_ids, labels_of
from stages.source.large import Large
from stages.source.own import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

REQUIREMENT = "pyarrow>=15"


class Parquet(Large):
    """Images of a user's own in Parquet files."""

    parquet: Location
    """A Parquet file below `data/`, or a folder of them: columns `image`, `label`, perhaps `id`."""
    image_shape: Shape
    """Height and width in pixels, and 3 for images in colour, which Parquet does not say."""

    def location(self) -> tuple[str, str]:
        """Give the file or folder by its key."""
        return "parquet", self.parquet

    def open_at(self, path: Path) -> Data:
        """Open them."""
        return open_blocks(path, self.image_shape)


def open_blocks(path: Path, image_shape: Sequence[int]) -> Data:
    """Open a Parquet file, or a folder of them, with columns ``image``, ``label``, perhaps ``id``.

    Parameters
    ----------
    path : Path
        The file, or the folder, whose files ``*.parquet`` follow one another in the order of their
        names. An image is binary or a list of uint8, of any length type: its pixels row by row,
        channels last. Labels are whole numbers, ids whole numbers or text; no value is missing.
    image_shape : sequence of int
        Height and width, and 3 for colour, which Parquet does not say.

    Returns
    -------
    Data
        Blocks of some row groups of a file, a few MB together, or of one larger row group; the
        labels and ids.

    Raises
    ------
    StageError
        If there is anything else, or pyarrow is not installed; the message begins with the file.
        An image of another length is found when its block is loaded.
    """
    path = path.absolute()  # it may be opened in another process
    files = [path]
    if path.is_dir():
        files = sorted(path.glob("*.parquet"), key=lambda file: file.name)
    if not files:
        raise StageError(f"{path}: no files named *.parquet")
    blocks: list[Block] = []
    labels: list[npt.NDArray[np.int64]] = []
    ids: list[npt.NDArray[Any]] = []
    with_ids = "id" in _open(files[0]).schema_arrow.names
    for file in files:
        _check_columns(file, with_ids=with_ids)
        start = sum(map(len, labels))
        blocks += _blocks(file, start, tuple(image_shape))
        rows = _open(file).metadata.num_rows
        labels.append(labels_of(_column(file, "label"), rows, file))
        if with_ids:
            ids.append(ids_of(_column(file, "id"), rows, file))
    check_some(len(blocks), path)
    return Data(blocks, np.concatenate(labels), join_ids(ids, path))


def _open(file: Path) -> Any:
    parquet = extra("pyarrow.parquet", REQUIREMENT, file)
    try:
        return parquet.ParquetFile(file)
    except (OSError, ValueError) as error:
        raise StageError(f"{file}: not a Parquet file: {error}") from None


def _check_columns(file: Path, *, with_ids: bool) -> None:
    schema = _open(file).schema_arrow
    for name in ("image", "label", "id")[: 2 + with_ids]:
        if name not in schema.names:
            raise StageError(f"{file}: no column {name}, but {', '.join(schema.names)}")
    if not with_ids and "id" in schema.names:
        raise StageError(f"{file}: a column id, which other files do not have")
    kind = schema.field("image").type
    if not (_is_binary(kind) or _is_list(kind)):
        raise StageError(
            f"{file}: the column image is {kind}, but must be binary or a list of uint8"
        )


def _is_binary(kind: Any) -> bool:
    types = extra("pyarrow.types", REQUIREMENT, kind)
    return bool(
        types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind)
    )


def _is_list(kind: Any) -> bool:
    types = extra("pyarrow.types", REQUIREMENT, kind)
    lists = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return bool(lists and types.is_uint8(kind.value_type))


def _blocks(file: Path, start: int, shape: tuple[int, ...]) -> Iterator[Block]:
    """Give blocks of row groups that follow one another, as many as a few MB hold."""
    metadata = _open(file).metadata
    groups: list[int] = []
    first = rows = 0
    for group in range(metadata.num_row_groups):
        groups.append(group)
        rows += metadata.row_group(group).num_rows
        is_last = group == metadata.num_row_groups - 1
        if rows and (is_last or rows * math.prod(shape) >= BLOCK_BYTES):
            yield Block(start + first, rows, partial(_rows, file, groups, first, shape))
            groups, first, rows = [], first + rows, 0


def _rows(
    file: Path, groups: list[int], first: int, shape: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    column = _read(file, "image", groups).combine_chunks()
    if _is_binary(column.type):
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


def _column(file: Path, name: str) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = _read(file, name).to_numpy()
    return values


def _read(file: Path, name: str, groups: list[int] | None = None) -> Any:
    """Read a column, of some row groups or of all, and stop if a value is missing."""
    opened = _open(file)
    groups = [*range(opened.metadata.num_row_groups)] if groups is None else groups
    try:
        column = opened.read_row_groups(groups, columns=[name]).column(name)
    except (OSError, ValueError) as error:
        raise StageError(f"{file}: the column {name} is damaged: {error}") from None
    if column.null_count:
        raise StageError(f"{file}: {column.null_count} values of the column {name} are missing")
    return column
