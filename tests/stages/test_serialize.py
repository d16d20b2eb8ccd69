"""Stage `serialize`: the pickles that are released, and the table of their rows."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest

from stages import serialize
from stages.lib.arrays import write_array
from stages.lib.command import StageError

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "split,row,label\ntrain,3,0\ntrain,1,1\ntest,0,0\nunused,2,1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, labels in (("train", [0, 1]), ("test", [0])):
        images = np.full((len(labels), 2, 2), 0.5, np.float32)
        write_array(tmp_path / "arrays" / name / "images.npy", images)
        write_array(tmp_path / "arrays" / name / "labels.npy", np.array(labels))
    (tmp_path / "split.csv").write_text(TABLE)
    return tmp_path


def run(folder: Path) -> Path:
    out = folder / "out"
    serialize.main(arrays=folder / "arrays", split=folder / "split.csv", out=out)
    return out


def test_pickles_and_the_lines_of_their_rows_are_written(folder: Path) -> None:
    out = run(folder)
    assert sorted(path.name for path in out.iterdir()) == ["samples.csv", "test.pkl", "train.pkl"]
    # As anybody reads them who doesn't have this package.
    train = pickle.loads((out / "train.pkl").read_bytes())
    assert list(train) == ["images", "labels"]
    assert train["labels"].tolist() == [0, 1]
    np.testing.assert_array_equal(train["images"], np.full((2, 2, 2), 0.5, np.float32))
    assert (out / "samples.csv").read_text() == TABLE.replace("unused,2,1\n", "")


def test_what_no_pickle_may_hold_is_said(folder: Path) -> None:
    write_array(folder / "arrays/test/images.npy", np.full((1, 2, 2), 1.5, np.float32))
    with pytest.raises(StageError, match=r"out/test\.pkl: .*pixels in \[0, 1\]"):
        run(folder)
    assert not (folder / "out/test.pkl").exists()
