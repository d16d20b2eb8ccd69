"""Stage `sample`: which rows are the dataset's, and how hard each is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from stages import sample
from stages.common.blocks import Data
from stages.common.errors import StageError
from stages.common.files import read_csv
from stages.sample.choose import choose
from tests.in_blocks import in_blocks

if TYPE_CHECKING:
    from tests.stages_conftest import Small


def test_rows_their_difficulty_and_the_generator_are_written(small: Small) -> None:
    out = small.folder / "sample"
    params = small.params(val_per_class=[0, 0, 2])
    sample.main(params=params, source=small.folder / "source", out=out)
    neighbours = np.load(small.folder / "source/nearest.npy")
    drawn, table, state = choose(
        Data(in_blocks(small.images), small.labels, neighbours=neighbours),
        strategy="random",
        draw="shuffle",
        seed=7,
        counts={
            "train": {0: 9, 1: 0, 2: 8},
            "val": {0: 0, 1: 0, 2: 2},
            "test": {0: 3, 1: 0, 2: 4},
        },
        test_draw="next",
        maximum=50,
    )
    written = json.loads((out / "drawn.json").read_bytes())
    assert written.pop("generator") == state
    assert written == {split: rows.tolist() for split, rows in drawn.items()}
    assert [len(rows) for rows in written.values()] == [17, 2, 7]
    lines = [list(line.values()) for line in read_csv(out / "rows.csv")]
    assert lines == [[str(cell) for cell in line] for line in table]
    assert {line["label"] for line in read_csv(out / "rows.csv")} == {"0", "2"}


def test_too_few_rows_for_curated_stop(small: Small) -> None:
    params = small.params(strategy="curated", train_per_class=[31, 0, 9])
    with pytest.raises(StageError) as caught:
        sample.main(params=params, source=small.folder / "source", out=small.folder / "sample")
    assert str(caught.value).startswith(
        "params.yaml: datasets.mine.strategy: curated: class 0 has 25 easy rows for train, but 26 "
    )
    assert str(caught.value).endswith("; ask for fewer, or take the strategy random")
    assert not (small.folder / "sample").exists()


def test_a_damaged_file_is_named(small: Small) -> None:
    labels = small.folder / "source/labels.npy"
    labels.write_bytes(labels.read_bytes()[:200])
    with pytest.raises(StageError) as caught:
        sample.main(
            params=small.params(), source=small.folder / "source", out=small.folder / "sample"
        )
    assert str(caught.value).startswith(f"{labels} is damaged (")
    assert str(caught.value).endswith("Delete it and run `dvc repro` again.")
