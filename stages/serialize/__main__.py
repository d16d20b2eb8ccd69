"""Stage `serialize`: write what is released: the images, where each comes from, the sums."""

from __future__ import annotations

from pathlib import Path

from stages.check.model import SPLITS
from stages.common import command
from stages.common.arrays import read_split
from stages.common.errors import StageError
from stages.common.files import read_csv, read_json, write_bytes
from stages.serialize.release import released_files
from tinydatasets.types import FormatError, Split


def main(name: str) -> None:
    """Write the files of the dataset `name` to ``datasets/NAME``."""
    arrays, out = Path("build", name, "arrays"), Path("datasets", name)
    facts, table = read_json(arrays / "facts.json"), read_csv(arrays / "split.csv")
    splits = {
        split: Split(*read_split(arrays / split)) for split in SPLITS if (arrays / split).exists()
    }
    try:
        files = released_files(name, splits, table, facts["classes"], facts["maximum"])
    except FormatError as error:
        raise StageError(f"{out}/{error}") from None
    # Left by an earlier run, they would be loaded.
    for file in {"classes.json", "val.pkl", f"{name}-val.zip"} - files.keys():
        (out / file).unlink(missing_ok=True)
    # The sums come last: what they list is there then.
    for file, data in files.items():
        write_bytes(out / file, data)


if __name__ == "__main__":
    command.run(main)
