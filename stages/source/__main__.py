"""Stage `source`: read the images of a source and check what params.yaml states of them.

It also writes how near each image is to those of every class, from which `sample` computes
difficulties: that depends on the source alone, not on a dataset or a seed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stages.common import command
from stages.common.arrays import write_array
from stages.common.blocks import Data, npy_blocks
from stages.common.errors import StageError
from stages.common.files import read_json, write_json
from stages.sample.difficulty import nearest
from stages.source import KINDS, kind_of
from stages.source.base import InMemory, as_stated
from stages.source.large import Large
from stages.source.own import Own, fill_in

if TYPE_CHECKING:
    from stages.source.base import Source


def main(*, params: Path, out: Path) -> None:
    """Read the source that the file `params` describes; write what later stages read to `out`.

    It gets the labels and the images; of a source that may be larger than memory, where they are.
    """
    entry = read_json(params)
    source: Source = KINDS[kind_of(entry)].model_validate(entry)
    try:
        if isinstance(source, Own):
            fill_in(source)
        if isinstance(source, Large):
            data = source.open()
            write_json(out / "source.json", entry, indent=2)
        elif isinstance(source, InMemory):
            pixels, labels = source.read()
            images = as_stated(
                pixels, labels, source.image_shape, source.maximum, source.rows_per_class
            )
            write_array(out / "images.npy", images)
            write_array(out / "labels.npy", labels)
            data = Data(npy_blocks(out / "images.npy"), labels)
    except StageError as error:
        raise StageError(f"params.yaml: sources.{params.stem}.{error}") from None
    if not isinstance(source, Large) or source.difficulty:
        write_array(out / "nearest.npy", nearest(data.blocks, data.labels))


if __name__ == "__main__":
    command.run(main)
