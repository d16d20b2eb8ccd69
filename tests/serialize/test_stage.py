"""Stage `serialize`: the pickles that are released, the table of their rows, and their sums."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from stages.common.arrays import write_array, write_split
from stages.common.errors import StageError
from stages.common.files import write_bytes
from stages.serialize.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "split,row,label\ntrain,3,0\ntrain,1,1\ntest,0,0\nunused,2,1\n"
# Val may stand anywhere in the table that stage `split` writes.
TABLE_WITH_VAL = "split,row,label\ntrain,3,0\ntrain,1,1\ntest,0,0\nval,5,1\nval,4,0\nunused,2,1\n"
FILES = [
    "SHA256SUMS",
    "out-test.zip",
    "out-train.zip",
    "samples.csv",
    "test.pkl",
    "train.pkl",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    arrays = tmp_path / "build/out/arrays"
    for name, labels in (("train", [0, 1]), ("test", [0])):
        images = np.full((len(labels), 2, 2), 0.5, np.float32)
        write_split(arrays / name, images, np.array(labels))
    (arrays / "split.csv").write_text(TABLE)
    add_names(arrays, "0", "1", "2")
    return arrays


def add_val(folder: Path) -> None:
    shutil.copytree(folder / "train", folder / "val")
    write_array(folder / "val/labels.npy", np.array([1, 0]))
    (folder / "split.csv").write_text(TABLE_WITH_VAL)


def add_names(folder: Path, *names: str) -> None:
    (folder / "facts.json").write_text(json.dumps({"classes": names, "maximum": 255}))


def run(folder: Path) -> Path:
    main("out")
    return folder.parents[2] / "datasets/out"


def written(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


def test_pickles_and_the_lines_of_their_rows_are_written(folder: Path) -> None:
    out = run(folder)
    assert written(out) == FILES
    # As anybody reads them who doesn't have this package.
    train = pickle.loads((out / "train.pkl").read_bytes())
    assert list(train) == ["images", "labels"]
    assert train["labels"].tolist() == [0, 1]
    np.testing.assert_array_equal(train["images"], np.full((2, 2, 2), 0.5, np.float32))
    assert (out / "samples.csv").read_text() == TABLE.replace("unused,2,1\n", "")


def test_a_third_split_and_names_are_written_where_there_are_such(folder: Path) -> None:
    before = {name: (run(folder) / name).read_bytes() for name in ("train.pkl", "test.pkl")}
    add_val(folder)
    add_names(folder, "oak", "érable")
    out = run(folder)
    assert written(out) == sorted([*FILES, "classes.json", "out-val.zip", "val.pkl"])
    val = pickle.loads((out / "val.pkl").read_bytes())
    assert val["labels"].tolist() == [1, 0]
    assert val["images"].shape == (2, 2, 2)
    assert (out / "classes.json").read_bytes() == '["oak", "érable"]\n'.encode()
    assert (out / "samples.csv").read_text() == (
        "split,row,label\ntrain,3,0\ntrain,1,1\nval,5,1\nval,4,0\ntest,0,0\n"
    )
    assert {name: (out / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    ("names", "are_names"),
    [
        (("0", "1", "2", "3"), False),
        (("1", "0"), True),
        (("0", "01"), True),
        (("0", "one"), True),
    ],
)
def test_names_are_written_unless_they_are_the_labels(
    folder: Path, names: tuple[str, ...], *, are_names: bool
) -> None:
    add_names(folder, *names)
    out = run(folder)
    assert (out / "classes.json").exists() == are_names
    if are_names:
        assert json.loads((out / "classes.json").read_bytes()) == [*names]


def test_what_an_earlier_run_left_goes_with_its_lines(folder: Path) -> None:
    expected = {path.name: path.read_bytes() for path in run(folder).iterdir()}
    add_val(folder)
    add_names(folder, "oak", "ash")
    run(folder)
    shutil.rmtree(folder / "val")
    (folder / "split.csv").write_text(TABLE)
    add_names(folder, "0", "1", "2")
    (run(folder) / "README.md").touch()
    found = {path.name: path.read_bytes() for path in run(folder).iterdir()}
    assert found == {**expected, "README.md": b""}


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="no sha256sum here")
@pytest.mark.parametrize("more", [False, True])
def test_the_sums_are_those_of_all_files_as_sha256sum_has_them(folder: Path, *, more: bool) -> None:
    if more:
        add_val(folder)
        add_names(folder, "oak", "érable")
    out = run(folder)
    files = [path for path in sorted(out.iterdir()) if path.name != "SHA256SUMS"]
    assert (out / "SHA256SUMS").read_text().splitlines() == [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files
    ]
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    printed = subprocess.run(command, cwd=out, check=True, capture_output=True, text=True)
    assert printed.stdout.splitlines() == [f"{path.name}: OK" for path in files]


def test_the_sums_are_written_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = run(folder)
    sums = (out / "SHA256SUMS").read_bytes()
    add_val(folder)
    add_names(folder, "oak", "ash")
    order: list[str] = []

    def note(path: Path, data: bytes) -> None:
        assert (out / "SHA256SUMS").read_bytes() == sums
        order.append(path.name)
        write_bytes(path, data)

    monkeypatch.setattr("stages.serialize.__main__.write_bytes", note)
    run(folder)
    assert order[-1] == "SHA256SUMS"
    assert sorted(order) == written(out)


@pytest.mark.parametrize("name", ["train", "val", "test"])
def test_what_no_pickle_may_hold_is_said_and_nothing_is_written(folder: Path, name: str) -> None:
    add_val(folder)
    rows = len(np.load(folder / f"{name}/labels.npy"))
    write_array(folder / f"{name}/images.npy", np.full((rows, 2, 2), 1.5, np.float32))
    with pytest.raises(StageError, match=rf"out/{name}\.pkl: .*pixels in \[0, 1\]"):
        run(folder)
    assert not (folder.parents[2] / "datasets").exists()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["oak"], "expected at least 2 names, one for each label, found 1"),
        (["oak", "oak"], "expected each name once, found 'oak' twice"),
    ],
)
def test_wrong_names_are_said_and_nothing_is_written(
    folder: Path, names: list[str], message: str
) -> None:
    add_names(folder, *names)
    with pytest.raises(StageError, match=rf"out/classes\.json: {message}$"):
        run(folder)
    assert not (folder.parents[2] / "datasets").exists()
