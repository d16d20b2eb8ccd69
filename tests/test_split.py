"""Stage `split`: the rows of train and test in their order, then those that neither uses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from stages import sample, split
from stages.common.errors import StageError
from stages.common.files import read_csv
from stages.sample.choose import restore

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stages_conftest import Small


@pytest.fixture
def sampled(small: Small) -> Path:
    folder = small.folder / "sample"
    sample.main(params=small.params(), source=small.folder / "source", out=folder)
    return folder


def test_every_row_of_the_classes_is_in_one_split(sampled: Path) -> None:
    out = sampled.parent / "split.csv"
    split.main(sample=sampled, out=out)
    lines = read_csv(out)
    assert list(lines[0]) == ["split", "row", "label", "tier", "difficulty"]
    names = [line["split"] for line in lines]
    assert names == ["train"] * 17 + ["test"] * 7 + ["unused"] * 36
    # What is known of each row stays with it.
    rows = {line["row"]: line for line in read_csv(sampled / "rows.csv")}
    assert len(rows) == 60
    assert {line["row"]: line for line in lines}.keys() == rows.keys()
    for line in lines:
        assert {key: line[key] for key in rows[line["row"]]} == rows[line["row"]]

    drawn = json.loads((sampled / "drawn.json").read_bytes())
    generator = restore(drawn["generator"])
    for name in ("train", "test"):
        found = [int(line["row"]) for line in lines if line["split"] == name]
        assert found == generator.permutation(np.array(drawn[name])).tolist()
    unused = [int(line["row"]) for line in lines if line["split"] == "unused"]
    assert unused == sorted(unused)


def test_a_damaged_file_is_named(sampled: Path) -> None:
    (sampled / "drawn.json").write_text("{")
    with pytest.raises(StageError, match=r"drawn\.json is damaged .* run `dvc repro` again"):
        split.main(sample=sampled, out=sampled.parent / "split.csv")
    assert not (sampled.parent / "split.csv").exists()
