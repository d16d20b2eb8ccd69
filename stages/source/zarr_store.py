"""Images in blocks from a Zarr group, chunk after chunk."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.blocks import Block, check_images, spans
from stages.common.command import extra
from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from stages.source.large import Columns

# How chunks may be stored. Zarr knows more ways, one of which is to unpickle them.
CODECS = frozenset(
    "blosc bytes bz2 crc32c delta gzip lz4 lzma sharding_indexed shuffle transpose vlen-utf8 zlib "
    "zstd".split()
)


def open_blocks(folder: Path) -> list[Block]:
    """Open the array ``images``: uint8, shape (n, height, width) or (n, height, width, 3).

    A block is some chunks, a few MB together, or one larger chunk. Nothing is unpickled.
    """
    path = folder.absolute() / "images"  # it may be opened in another process
    images = _open(path)
    check_images(images, path)
    # What is stored together is read together: a shard, which holds chunks, or a chunk.
    step = (getattr(images, "shards", None) or images.chunks)[0]
    return [
        Block(start, stop - start, partial(_load, path, start, stop))
        for start, stop in spans(images.shape[0], int(np.prod(images.shape[1:])), step=step)
    ]


def read_columns(folder: Path) -> Iterator[Columns]:
    """Yield what is in the arrays ``labels`` and, where it is, ``ids``."""
    rows, ids = _open(folder / "images").shape[0], folder / "ids"
    yield folder, rows, _load(folder / "labels"), _load(ids) if ids.exists() else None


def _load(path: Path, start: int = 0, stop: int | None = None) -> npt.NDArray[Any]:
    array = _open(path)
    try:
        return np.asarray(array[start:stop])
    except Exception as error:  # each way to store a chunk has errors of its own
        rows = f"{start} and {stop or array.shape[0]}"
        raise StageError(f"{path}: damaged between rows {rows}: {error}") from None


def _open(path: Path) -> Any:
    """Open an array, unless its chunks are stored in a way that is not read here."""
    zarr = extra("zarr", "zarr>=2.18,<4", path)
    try:
        files = [file for file in (path / "zarr.json", path / ".zarray") if file.exists()]
        metadata = [json.loads(file.read_bytes()) for file in files]
        keys = ("codecs", "compressor", "filters")
        codecs = {*_codecs([values.get(key) for values in metadata for key in keys])}
        if codecs <= CODECS:
            return zarr.open_array(str(path), mode="r")
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise StageError(f"{path}: no array of Zarr: {error}") from None
    raise StageError(
        f"{path}: its chunks are stored with {', '.join(sorted(codecs - CODECS))}, which is not "
        "read here; store them with blosc, gzip or zstd, or uncompressed"
    )


def _codecs(node: Any) -> Iterator[str]:
    """Yield the names of all codecs in a part of the metadata, also of those within others."""
    if isinstance(node, str):
        yield node.removeprefix("numcodecs.")
    elif isinstance(node, dict):
        nested = [value for value in node.values() if isinstance(value, (dict, list))]
        yield from _codecs([node.get("name", node.get("id")), *nested])
    elif isinstance(node, list):
        for value in node:
            yield from _codecs(value)
