"""Stage `normalize`: bring the pixels of every split into [0, 1], if the dataset wants that."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.common import command
from stages.common.arrays import write_array
from stages.common.blocks import take
from stages.common.files import read_csv, read_json
from stages.common.pixels import scale
from stages.source.stored import read_source


def main(*, params: Path, source: Path, split: Path, out: Path) -> None:
    """Write images and labels of every split in the table `split` to a folder each in `out`.

    Images are float32 in [0, 1], or as the source has them where `normalize` is false.
    """
    dataset = read_json(params)
    data = read_source(source)
    # Every dataset has these three; one with a val has that too.
    rows: dict[str, list[int]] = {"train": [], "test": [], "unused": []}
    for line in read_csv(split):
        rows.setdefault(line["split"], []).append(int(line["row"]))
    for name, chosen in rows.items():
        of_split = np.array(chosen, np.int64)
        images = take(data.blocks, of_split)
        scaled = scale(images, dataset["maximum"]) if dataset["normalize"] else images
        write_array(out / name / "images.npy", scaled)
        write_array(out / name / "labels.npy", data.labels[of_split])


if __name__ == "__main__":
    command.run(main)
