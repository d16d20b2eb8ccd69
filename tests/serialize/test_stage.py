"""Stage `serialize`: the pickles that are released, the table of their rows, and their sums."""

import hashlib
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from stages.common.arrays import write_array, write_arrays
from stages.common.errors import StageError
from stages.serialize.__main__ import main

TABLE = "split,row,label\ntrain,3,0\ntrain,1,1\ntest,0,0\nunused,2,1\n"
FILES = ["SHA256SUMS", "samples.csv", "test.pkl", "train.pkl"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    arrays = tmp_path / "build/out/arrays"
    for name, labels in (("train", [0, 1]), ("test", [0])):
        images = np.full((len(labels), 2, 2), 0.5, np.float32)
        write_arrays(arrays / name, images, np.array(labels))
    (arrays / "split.csv").write_text(TABLE)
    add_names(arrays, "0", "1", "2")
    return arrays


def add_val(folder: Path) -> None:
    shutil.copytree(folder / "train", folder / "val")
    write_array(folder / "val/labels.npy", np.array([1, 0]))
    # Val may stand anywhere in the table that stage `split` writes.
    (folder / "split.csv").write_text(f"{TABLE}val,5,1\nval,4,0\n")


def add_names(folder: Path, *names: str) -> None:
    (folder / "facts.json").write_text(json.dumps({"classes": names}))


def run(folder: Path) -> Path:
    main("out")
    return folder.parents[2] / "datasets/out"


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_pickles_and_the_lines_of_their_rows_are_written(folder: Path) -> None:
    out = run(folder)
    assert [*contents(out)] == FILES
    # As anybody reads them who doesn't have this package.
    train = pickle.loads((out / "train.pkl").read_bytes())
    assert list(train) == ["images", "labels"]
    assert train["labels"].tolist() == [0, 1]
    np.testing.assert_array_equal(train["images"], np.full((2, 2, 2), 0.5, np.float32))
    lines = ["split,row,label,class", "train,3,0,0", "train,1,1,1", "test,0,0,0"]
    assert (out / "samples.csv").read_text().splitlines() == lines


def test_a_third_split_and_names_are_written_where_there_are_such(folder: Path) -> None:
    before = contents(run(folder))
    add_val(folder)
    add_names(folder, "oak", "érable")
    out = run(folder)
    files = contents(out)
    assert [*files] == sorted([*FILES, "classes.json", "val.pkl"])
    assert pickle.loads(files["val.pkl"])["labels"].tolist() == [1, 0]
    assert files["classes.json"] == '["oak", "érable"]\n'.encode()
    assert files["samples.csv"].endswith(
        "train,1,1,érable\nval,5,1,érable\nval,4,0,oak\ntest,0,0,oak\n".encode()
    )
    assert {name: files[name] for name in ("train.pkl", "test.pkl")}.items() <= before.items()
    sums = files.pop("SHA256SUMS").decode().splitlines()
    assert sums == [f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in files.items()]
    # What this run left goes with its lines.
    shutil.rmtree(folder / "val")
    (folder / "split.csv").write_text(TABLE)
    add_names(folder, "0", "1", "2")
    (out / "README.md").touch()
    assert contents(run(folder)) == {**before, "README.md": b""}


@pytest.mark.parametrize("names", [["1", "0"], ["0", "01"], ["0", "one"]])
def test_names_are_written_unless_they_are_the_labels(folder: Path, names: list[str]) -> None:
    add_names(folder, *names)
    assert json.loads((run(folder) / "classes.json").read_bytes()) == names


def test_the_sums_are_written_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(
        "stages.serialize.__main__.write_bytes", lambda path, _: order.append(path.name)
    )
    run(folder)
    assert sorted(order) == FILES
    assert order[-1] == "SHA256SUMS"


@pytest.mark.parametrize("name", ["train", "val", "test"])
def test_what_no_pickle_may_hold_is_said_and_nothing_is_written(folder: Path, name: str) -> None:
    add_val(folder)
    rows = len(np.load(folder / f"{name}/labels.npy"))
    write_array(folder / f"{name}/images.npy", np.full((rows, 2, 2), 1.5, np.float32))
    with pytest.raises(StageError, match=rf"out/{name}\.pkl: .*pixels in \[0, 1\]"):
        run(folder)
    assert not Path("datasets").exists()
