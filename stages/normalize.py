"""Stage `normalize`: bring the pixels of every split into [0, 1], if the dataset wants that."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages import shell
from stages.scaling import scale


def main(name: str, *, source: Path, split: Path, out: Path) -> None:
    """Write images and labels of every split of the dataset `name` to a folder each in `out`.

    Images are float32 in [0, 1], or as the source has them where `normalize` is false.
    """
    params = shell.read_yaml(shell.PARAMS)
    dataset = params["datasets"][name]
    images = shell.read_array(source / "images.npy")
    labels = shell.read_array(source / "labels.npy")
    if dataset.get("normalize", True):
        images = scale(images, params["sources"][dataset["source"]]["maximum"])
    for part, rows in shell.read_json(split).items():
        chosen = np.array(rows, np.int64)
        shell.write_array(out / part / "images.npy", images[chosen])
        shell.write_array(out / part / "labels.npy", labels[chosen])


if __name__ == "__main__":
    shell.run(main)
