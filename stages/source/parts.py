"""Images in blocks from ``.npy`` files of some rows each, such as a cluster writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stages.common.blocks import check_images, npy_blocks, open_npy
from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stages.common.blocks import Block
    from stages.source.large import Columns


def open_blocks(folder: Path) -> list[Block]:
    """Open ``images-*.npy``: uint8, shape (n, height, width) or (n, height, width, 3).

    A block is a few MB of one file. A StageError names the file that has anything else; nothing is
    unpickled.
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


def read_columns(folder: Path) -> Iterator[Columns]:
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
