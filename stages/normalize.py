"""Stage `normalize`: bring the pixels of every split into [0, 1], if the dataset wants that."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.lib import command
from stages.lib.arrays import read_array, write_array
from stages.lib.files import read_csv, read_json
from stages.lib.pixels import scale


def main(*, params: Path, source: Path, split: Path, out: Path) -> None:
    """Write images and labels of every split in the table `split` to a folder each in `out`.

    Images are float32 in [0, 1], or as the source has them where `normalize` is false.
    """
    dataset = read_json(params)
    images = read_array(source / "images.npy")
    labels = read_array(source / "labels.npy")
    if dataset["normalize"]:
        images = scale(images, dataset["maximum"])
    # Every dataset has these three; one with a val has that too.
    rows: dict[str, list[int]] = {"train": [], "test": [], "unused": []}
    for line in read_csv(split):
        rows.setdefault(line["split"], []).append(int(line["row"]))
    for name, chosen in rows.items():
        of_split = np.array(chosen, np.int64)
        write_array(out / name / "images.npy", images[of_split])
        write_array(out / name / "labels.npy", labels[of_split])


if __name__ == "__main__":
    command.run(main)
