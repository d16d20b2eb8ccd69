"""Stage `serialize`: write what is released: the images, where each comes from, the sums."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from stages.common import command
from stages.common.arrays import read_arrays
from stages.common.errors import StageError
from stages.common.files import read_csv, read_json, to_csv, with_sums, write_bytes
from stages.params.model import SPLITS
from tinydatasets import classes, pickles
from tinydatasets.types import FormatError, Split, count_classes


def released_files(
    name: str,
    splits: Mapping[str, Split],
    table: Sequence[Mapping[str, str]],
    names: Sequence[str],
) -> dict[str, bytes]:
    """Return the files of a dataset by name, in the order in which they are to be written.

    There is a ``classes.json`` where the names are not just the label numbers.
    """
    file, n_classes = "classes.json", count_classes(*splits.values())
    files: dict[str, bytes] = {}
    lines: list[Mapping[str, str]] = []
    try:
        classes.check(names, n_classes)
        for split, samples in splits.items():
            file = f"{split}.pkl"
            files[file] = pickles.dumps(samples)
            lines += (line for line in table if line["split"] == split)
    except FormatError as error:
        raise StageError(f"datasets/{name}/{file}: {error}") from None
    cells = [[*table[0]], *([*line.values()] for line in lines)]
    named = ["class", *(names[int(line["label"])] for line in lines)]
    files["samples.csv"] = to_csv([[*row[:3], c, *row[3:]] for row, c in zip(cells, named)])
    if [*names] != [str(label) for label in range(len(names))]:
        files["classes.json"] = classes.dumps(names, n_classes)
    return with_sums(files)


def main(name: str) -> None:
    """Write the files of the dataset `name` to ``datasets/NAME``."""
    arrays, out = Path("build", name, "arrays"), Path("datasets", name)
    names, table = read_json(arrays / "facts.json")["classes"], read_csv(arrays / "split.csv")
    splits = {
        split: Split(*read_arrays(arrays / split)) for split in SPLITS if (arrays / split).exists()
    }
    files = released_files(name, splits, table, names)
    # Left by an earlier run, they would be loaded.
    for file in {"classes.json", "val.pkl"} - files.keys():
        (out / file).unlink(missing_ok=True)
    for file, data in files.items():
        write_bytes(out / file, data)


if __name__ == "__main__":
    command.run(main)
