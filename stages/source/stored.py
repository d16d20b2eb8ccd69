"""Read what stage `source` wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from stages.common.arrays import read_array
from stages.common.blocks import Data, npy_blocks
from stages.common.files import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from stages.source.large import Large


def read_source(folder: Path) -> Data:
    """Open a source.

    Parameters
    ----------
    folder : Path
        Where stage `source` wrote it.

    Returns
    -------
    Data
        Its images in blocks: those of the folder, or those of the user's own files where they may
        be larger than memory.

    Raises
    ------
    StageError
        If a file is damaged, or the user's own files are no longer there.
    """
    nearest = folder / "nearest.npy"
    neighbours = read_array(nearest) if nearest.exists() else None
    if (folder / "source.json").exists():
        # Imported here: it takes longer than most stages run, and most sources do without.
        from stages.source import KINDS, kind_of  # noqa: PLC0415

        entry = read_json(folder / "source.json")
        source = cast("Large", KINDS[kind_of(entry)].model_validate(entry))
        return source.open()._replace(neighbours=neighbours)
    labels = read_array(folder / "labels.npy")
    return Data(npy_blocks(folder / "images.npy"), labels, neighbours=neighbours)
