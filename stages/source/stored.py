"""Read what stage `source` wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.check.model import Own
from stages.common.arrays import read_array
from stages.common.blocks import Data, npy_blocks
from stages.common.errors import StageError
from stages.common.files import read_json
from stages.source.data_folder import locate
from stages.source.facts import errors_of
from stages.source.large import open_blocks

if TYPE_CHECKING:
    from pathlib import Path


def read_source(folder: Path) -> Data:
    """Open a source, which stage `source` wrote to the folder ``build/sources/NAME``.

    Its images are those of the folder, or those of the user's own files where they may be larger
    than memory. A StageError says what is damaged, or no longer as it was.
    """
    labels = read_array(folder / "labels.npy")
    ids, nearest = (
        read_array(path) if path.exists() else None
        for path in (folder / "ids.npy", folder / "nearest.npy")
    )
    if not (folder / "entry.json").exists():
        return Data(npy_blocks(folder / "images.npy"), labels, ids, nearest)
    entry = Own(**read_json(folder / "entry.json"))
    with errors_of("own", folder.name):
        blocks = open_blocks(entry, locate(entry.path))
        rows = sum(block.rows for block in blocks)
        if rows != len(labels):
            raise StageError(
                f"{entry.path}: it has {rows} images now, and had {len(labels)} when stage "
                "`source` read it; run `make repro` again"
            )
    return Data(blocks, labels, ids, nearest, is_large=True)
