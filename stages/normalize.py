"""Stage `normalize`: bring the pixels of every split into [0, 1], if the dataset wants that."""

from pathlib import Path

import numpy as np

from stages.common import command
from stages.common.arrays import read_array, write_arrays
from stages.common.files import read_csv, read_json, write_bytes, write_json
from stages.common.images import scale


def main(name: str) -> None:
    """Write images and labels of every split of the dataset `name`, and the table of its rows.

    Images are float32 in [0, 1], or as they are where the dataset is not to be normalized.
    """
    sample, table = Path("build", name, "sample"), Path("build", name, "split.csv")
    out = Path("build", name, "arrays")
    images, facts = read_array(sample / "images.npy"), read_json(sample / "facts.json")
    place = {line["row"]: i for i, line in enumerate(read_csv(sample / "rows.csv"))}
    # Every dataset has these three; one with a val has that too.
    splits: dict[str, list[tuple[int, int]]] = {"train": [], "test": [], "unused": []}
    for line in read_csv(table):
        splits.setdefault(line["split"], []).append((place[line["row"]], int(line["label"])))
    for split, rows in splits.items():
        places, labels = np.array(rows, np.int64).reshape(-1, 2).T
        pixels = images[places]
        scaled = scale(pixels, facts["maximum"]) if facts["normalize"] else pixels
        write_arrays(out / split, scaled, np.ascontiguousarray(labels))
    write_bytes(out / "split.csv", table.read_bytes())
    write_json(out / "facts.json", facts)


if __name__ == "__main__":
    command.run(main)
