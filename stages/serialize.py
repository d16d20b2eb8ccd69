"""Stage `serialize`: write the pickles that are released, and where each image comes from."""

from __future__ import annotations

from pathlib import Path

from stages.lib import command
from stages.lib.arrays import read_array
from stages.lib.command import StageError
from stages.lib.files import read_csv, write_bytes, write_csv
from tinydatasets.pickles import dumps
from tinydatasets.types import FormatError, Split

SPLITS = ("train", "test")


def main(*, arrays: Path, split: Path, out: Path) -> None:
    """Write the pickles of `arrays`, and the part of the table `split` on them, to `out`."""
    for name in SPLITS:
        images = read_array(arrays / name / "images.npy")
        labels = read_array(arrays / name / "labels.npy")
        try:
            data = dumps(Split(images, labels))
        except FormatError as error:
            raise StageError(f"{out / name}.pkl: {error}") from None
        write_bytes(out / f"{name}.pkl", data)
    lines = read_csv(split)
    released = [line.values() for line in lines if line["split"] in SPLITS]
    write_csv(out / "samples.csv", [[*lines[0]], *map(list, released)])


if __name__ == "__main__":
    command.run(main)
