"""Stage `normalize`: bring the pixels of every split into [0, 1], if the dataset wants that."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.check.read import read_dataset
from stages.common import command
from stages.common.arrays import read_array, write_array
from stages.common.files import read_csv, read_json, write_json
from stages.common.pixels import scale


def main(*, name: str, sample: Path, split: Path, out: Path) -> None:
    """Write images and labels of every split in the table `split` to a folder each in `out`.

    Images are float32 in [0, 1], or as they are in the folder `sample` where the dataset `name` is
    not to be normalized.
    """
    normalize, facts = read_dataset(name).normalize, read_json(sample / "facts.json")
    images = read_array(sample / "images.npy")
    place = {line["row"]: i for i, line in enumerate(read_csv(sample / "rows.csv"))}
    # Every dataset has these three; one with a val has that too.
    splits: dict[str, list[tuple[int, int]]] = {"train": [], "test": [], "unused": []}
    for line in read_csv(split):
        splits.setdefault(line["split"], []).append((place[line["row"]], int(line["label"])))
    for of_split, rows in splits.items():
        places, labels = np.array(rows, np.int64).reshape(-1, 2).T
        pixels = images[places]
        scaled = scale(pixels, facts["maximum"]) if normalize else pixels
        write_array(out / of_split / "images.npy", scaled)
        write_array(out / of_split / "labels.npy", np.ascontiguousarray(labels))
    write_json(out / "facts.json", facts)


if __name__ == "__main__":
    command.run(main)
