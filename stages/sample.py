"""Stage `sample`: choose which rows of the source are the dataset's, class by class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.lib import command
from stages.lib.arrays import read_array
from stages.lib.blocks import npy_blocks
from stages.lib.command import StageError
from stages.lib.files import read_json, write_csv, write_json
from stages.lib.sampling.choose import choose, save_state
from stages.lib.sampling.curation import TooFewError
from stages.lib.sampling.draw import SPLITS


def main(*, params: Path, source: Path, out: Path) -> None:
    """Choose the rows of the dataset that the file `params` describes; write to the folder `out`.

    It gets the rows of each split with the generator's state, and a table of all rows of the
    dataset's classes with their difficulty.
    """
    dataset = read_json(params)
    counts = {split: dict(enumerate(dataset[f"{split}_per_class"])) for split in SPLITS}
    generator = np.random.RandomState(dataset["seed"])
    try:
        drawn, table = choose(
            npy_blocks(source / "images.npy"),
            read_array(source / "labels.npy"),
            read_array(source / "nearest.npy"),
            strategy=dataset["strategy"],
            counts=counts,
            test_draw=dataset["test_draw"],
            maximum=dataset["maximum"],
            generator=generator,
        )
    except TooFewError as error:
        raise StageError(
            f"params.yaml: datasets.{params.stem}.strategy: curated: {error}; ask for fewer, or "
            "take the strategy random"
        ) from None
    rows = {split: of_split.tolist() for split, of_split in drawn.items()}
    write_json(out / "drawn.json", {**rows, "generator": save_state(generator)})
    write_csv(out / "rows.csv", [("row", "label", "tier", "difficulty"), *table])


if __name__ == "__main__":
    command.run(main)
