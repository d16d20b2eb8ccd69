"""Stage `serialize`: write what is released: the images, where each comes from, the sums."""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.arrays import read_split
from stages.common.errors import StageError
from stages.common.files import read_csv, read_json, write_bytes
from stages.common.splits import SPLITS
from stages.serialize.release import released_files
from tinydatasets.types import FormatError


def main(*, arrays: Path, split: Path, out: Path) -> None:
    """Write the splits in the folder `arrays`, in the order of the table `split`, to `out`."""
    facts = read_json(arrays / "facts.json")
    splits = {name: read_split(arrays / name) for name in SPLITS if (arrays / name).exists()}
    table = read_csv(split)
    try:
        files = released_files(out.name, splits, table, facts["classes"], facts["maximum"])
    except FormatError as error:
        raise StageError(f"{out}/{error}") from None
    # Left by an earlier run, they would be loaded.
    for name in {"classes.json", "val.pkl", f"{out.name}-val.zip"} - files.keys():
        (out / name).unlink(missing_ok=True)
    # The sums come last: what they list is there then.
    for name, data in files.items():
        write_bytes(out / name, data)


if __name__ == "__main__":
    command.run(main)
