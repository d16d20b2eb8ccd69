"""Read a source in blocks from ``.npy`` files of some rows each, such as a cluster writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.blocks import Data, check_images, npy_blocks, open_npy
from stages.common.errors import StageError
from stages.source.columns import check_some, ids_of, join_ids, labels_of
from stages.source.large import Large
from stages.source.own import Location

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from stages.common.blocks import Block


class Parts(Large):
    """Images of a user's own in `.npy` files of some rows each."""

    parts: Location
    """A folder below `data/` with `images-*.npy`, each with `labels-*.npy`, perhaps `ids-*.npy`."""

    def location(self) -> tuple[str, str]:
        """Give the folder by its key."""
        return "parts", self.parts

    def open_at(self, path: Path) -> Data:
        """Open them."""
        return open_blocks(path)


def open_blocks(folder: Path) -> Data:
    """Open a folder of ``images-*.npy``, each with ``labels-*.npy`` and perhaps ``ids-*.npy``.

    Parameters
    ----------
    folder : Path
        Where the files are. Their rows follow one another in the order of the files' names.
        Images are uint8, shape (n, height, width) or (n, height, width, 3). Labels are whole
        numbers, shape (n,). Ids are whole numbers or text, shape (n,); all parts have them or none.

    Returns
    -------
    Data
        Blocks of a few MB, each of one file, and the labels and ids of all.

    Raises
    ------
    StageError
        If a file is missing or has anything else, or the parts differ; the message begins with
        the file. Nothing is unpickled.
    """
    blocks: list[Block] = []
    labels: list[npt.NDArray[np.int64]] = []
    ids: list[npt.NDArray[Any]] = []
    parts = sorted(folder.glob("images-*.npy"), key=lambda path: path.name)
    if not parts:
        raise StageError(f"{folder}: no files named images-*.npy")
    shape = open_npy(parts[0]).shape[1:]
    with_ids = _beside(parts[0], "ids").exists()
    for path in parts:
        images = open_npy(path)
        check_images(images, path)
        if images.shape[1:] != shape:
            raise StageError(
                f"{path}: images of the shape {images.shape[1:]}, but those of {parts[0].name} "
                f"are {shape}"
            )
        start, rows = sum(map(len, labels)), len(images)
        blocks += npy_blocks(path, start=start) if rows else []
        labels.append(labels_of(_read(path, "labels"), rows, _beside(path, "labels")))
        if with_ids != _beside(path, "ids").exists():
            missing = path if with_ids else parts[0]
            raise StageError(f"{_beside(missing, 'ids')}: missing, but other parts have ids")
        if with_ids:
            ids.append(ids_of(_read(path, "ids"), rows, _beside(path, "ids")))
    check_some(len(blocks), folder)
    return Data(blocks, np.concatenate(labels), join_ids(ids, folder))


def _beside(path: Path, name: str) -> Path:
    return path.with_name(path.name.replace("images", name, 1))


def _read(path: Path, name: str) -> npt.NDArray[Any]:
    beside = _beside(path, name)
    if not beside.exists():
        raise StageError(f"{beside}: missing, beside {path.name}")
    return np.array(open_npy(beside))
