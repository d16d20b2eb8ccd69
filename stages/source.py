"""Stage `source`: read the images of a source and check what params.yaml states of them.

It also writes how near each image is to those of every class, from which `sample` computes
difficulties: that depends on the source alone, not on a dataset or a seed.
"""

from __future__ import annotations

from pathlib import Path

from stages.lib import command
from stages.lib.arrays import write_array
from stages.lib.blocks import npy_blocks
from stages.lib.command import StageError
from stages.lib.files import read_json
from stages.lib.sampling.difficulty import nearest
from stages.lib.sources import KINDS, kind_of
from stages.lib.sources.base import as_stated
from stages.lib.sources.own import Own, fill_in


def main(*, params: Path, out: Path) -> None:
    """Read the source that the file `params` describes; write images and labels to `out`."""
    entry = read_json(params)
    source = KINDS[kind_of(entry)].model_validate(entry)
    try:
        if isinstance(source, Own):
            fill_in(source)
        pixels, labels = source.read()
        images = as_stated(
            pixels, labels, source.image_shape, source.maximum, source.rows_per_class
        )
    except StageError as error:
        raise StageError(f"params.yaml: sources.{params.stem}.{error}") from None
    write_array(out / "images.npy", images)
    write_array(out / "labels.npy", labels)
    write_array(out / "nearest.npy", nearest(npy_blocks(out / "images.npy"), labels))


if __name__ == "__main__":
    command.run(main)
