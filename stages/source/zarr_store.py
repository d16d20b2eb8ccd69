"""Read a source in blocks from a Zarr group, chunk after chunk."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.blocks import Block, Data, check_images, spans
from stages.common.errors import StageError
from stages.common.extras import extra
from stages.source.columns import check_some, ids_of, labels_of
from stages.source.large import Large
from stages.source.own import Location

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

# How chunks may be stored. Zarr knows more ways, one of which is to unpickle them.
CODECS = frozenset(
    "blosc bytes bz2 crc32c delta gzip lz4 lzma sharding_indexed shuffle transpose vlen-utf8 zlib "
    "zstd".split()
)


class ZarrGroup(Large):
    """Images of a user's own in a Zarr group."""

    zarr: Location
    """A Zarr group below `data/` with the arrays `images` and `labels`, perhaps `ids`."""

    def location(self) -> tuple[str, str]:
        """Give the folder by its key."""
        return "zarr", self.zarr

    def open_at(self, path: Path) -> Data:
        """Open it."""
        return open_blocks(path)


def open_blocks(folder: Path) -> Data:
    """Open a Zarr group with the arrays ``images`` and ``labels``, and perhaps ``ids``.

    Parameters
    ----------
    folder : Path
        The group, of format 2 or 3. Images are uint8, shape (n, height, width) or
        (n, height, width, 3). Labels are whole numbers, shape (n,). Ids are whole numbers or text,
        shape (n,).

    Returns
    -------
    Data
        Blocks of some chunks each, a few MB together, or of one larger chunk; the labels and ids.

    Raises
    ------
    StageError
        If there is anything else, or zarr is not installed; the message begins with the file.
        Nothing is unpickled.
    """
    folder = folder.absolute()  # it may be opened in another process
    path = folder / "images"
    images = _open(path)
    check_images(images, path)
    n = images.shape[0]
    check_some(n, path)
    # What is stored together is read together: a shard, which holds chunks, or a chunk.
    step = (getattr(images, "shards", None) or images.chunks)[0]
    blocks = [
        Block(start, stop - start, partial(_rows, path, start, stop))
        for start, stop in spans(n, int(np.prod(images.shape[1:])), step=step)
    ]
    labels = labels_of(_read(folder / "labels", 0, None), n, folder / "labels")
    ids = folder / "ids"
    return Data(blocks, labels, ids_of(_read(ids, 0, None), n, ids) if ids.exists() else None)


def _rows(path: Path, start: int, stop: int) -> npt.NDArray[np.uint8]:
    return np.asarray(_read(path, start, stop), np.uint8)


def _read(path: Path, start: int, stop: int | None) -> npt.NDArray[Any]:
    array = _open(path)
    try:
        return np.asarray(array[start:stop])
    except Exception as error:  # each way to store a chunk has errors of its own
        raise StageError(
            f"{path}: damaged between rows {start} and {stop or array.shape[0]}: {error}"
        ) from None


def _open(path: Path) -> Any:
    """Open an array, unless its chunks are stored in a way that is not read here."""
    zarr = extra("zarr", "zarr>=2.18,<4", path)
    try:
        found = [file for file in (path / "zarr.json", path / ".zarray") if file.exists()]
        codecs = {codec for file in found for codec in _codecs(json.loads(file.read_bytes()))}
        if codecs <= CODECS:
            return zarr.open_array(str(path), mode="r")
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise StageError(f"{path}: no array of Zarr: {error}") from None
    raise StageError(
        f"{path}: its chunks are stored with {', '.join(sorted(codecs - CODECS))}, which is not "
        "read here; store them with blosc, gzip or zstd, or uncompressed"
    )


def _codecs(metadata: Any) -> Iterator[str]:
    """Give the names of all codecs in an array's metadata, also of those within others."""
    waiting = [metadata.get(key) for key in ("codecs", "compressor", "filters")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node.removeprefix("numcodecs.")
        elif isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += [node.get("name", node.get("id"))]
            waiting += [value for value in node.values() if isinstance(value, (dict, list))]
