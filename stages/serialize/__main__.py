"""Stage `serialize`: write what is released: the images, where each comes from, the sums."""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.arrays import read_array
from stages.common.errors import StageError
from stages.common.files import read_csv, read_json, write_bytes
from stages.common.splits import SPLITS
from stages.serialize.release import OPTIONAL, release
from tinydatasets.types import FormatError, Split


def main(*, params: Path, arrays: Path, split: Path, out: Path) -> None:
    """Write the dataset that the file `params` describes to `out`.

    Its pickles are those of `arrays`; its table is that part of the table `split` that is on them.
    """
    dataset = read_json(params)
    splits = {
        name: Split(
            read_array(arrays / name / "images.npy"), read_array(arrays / name / "labels.npy")
        )
        for name in SPLITS
        if name != "val" or (arrays / "val").exists()
    }
    try:
        files = release(out.name, splits, read_csv(split), dataset["classes"], dataset["maximum"])
    except FormatError as error:
        raise StageError(f"{out}/{error}") from None
    # Left by an earlier run, they would be loaded.
    for name in (name.format(name=out.name) for name in OPTIONAL):
        if name not in files:
            (out / name).unlink(missing_ok=True)
    # The sums come last: what they list is there then.
    for name, data in files.items():
        write_bytes(out / name, data)


if __name__ == "__main__":
    command.run(main)
