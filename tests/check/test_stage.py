"""Stage `params`: what it writes, and how it stops."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages import params
from stages.common import command
from tests.check.example import TEXT

ABOUT = "title: Tiny\nlicence: MIT\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where the example is params.yaml."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(TEXT)
    pairs = Path("datasets/tinytalks/templates.yaml")
    pairs.parent.mkdir(parents=True)
    pairs.touch()
    for name in ("tinydigits", "tinydigits-150", "tinymnist", "tinytalks"):
        about = Path("datasets", name, "about.yaml")
        about.parent.mkdir(exist_ok=True)
        about.write_text(ABOUT)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.usefixtures("folder")
def test_each_entry_has_a_file_until_it_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    out = Path("out")
    params.main(out=out)
    assert capsys.readouterr().out == (
        "params.yaml is right; datasets: tinydigits, tinydigits-150, tinymnist, tinytalks\n"
    )
    assert json.loads((out / "datasets/tinymnist.json").read_bytes())["strategy"] == "curated"
    before = files(out)
    text = TEXT.replace("  tinydigits-150:", "  other:").partition("texts:")[0] + "texts: {}\n"
    Path("params.yaml").write_text(text)
    params.main(out=out)
    gone = {"datasets/tinydigits-150.json", "texts/tinytalks.json"}
    assert set(files(out)) == set(before) - gone | {"datasets/other.json"}
    assert Path("datasets/tinydigits-150/about.yaml").read_text() == ABOUT


def test_without_a_folder_it_writes_nothing(folder: Path) -> None:
    before = files(folder)
    params.main()
    assert files(folder) == before


def test_what_is_wrong_is_all_that_it_says_and_nothing_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("params.yaml").write_text(TEXT.replace("seed: 42", "seed: -1", 1))
    before = files(folder)
    monkeypatch.setattr(sys, "argv", ["params", "--out", "out"])
    with pytest.raises(SystemExit) as stopped:
        command.run(params.main)
    # A string makes the interpreter print it and end with 1.
    assert isinstance(stopped.value.code, str)
    assert stopped.value.code.startswith("params.yaml, line 25: datasets.tinydigits.seed: -1: ")
    assert "\n" not in stopped.value.code
    assert files(folder) == before


# --- Images of a user's own ----------------------------------------------------------------------

LEAVES = """\
sources:
  leaves:
    folder: data/leaves
    # as the camera gives them
    image_shape: [4, 6]
"""


@pytest.fixture
def leaves(folder: Path) -> Path:
    """Make the source `leaves` of the example one of two folders of images."""
    for name, count in (("\u6a61 oak", 3), ("elm", 2)):
        (folder / "data/leaves" / name).mkdir(parents=True)
        for number in range(count):
            image = Image.fromarray(np.full((4, 6), 50 * number, np.uint8))
            image.save(folder / "data/leaves" / name / f"{number}.png")
    text = TEXT.replace("sources:\n", LEAVES)
    text = text.replace("datasets:\n", "datasets:\n  mine: {source: leaves, seed: 1, ", 1)
    text = text.replace("seed: 1, ", "seed: 1, train_per_class: 1, test_per_class: 1}\n", 1)
    Path("params.yaml").write_text(text, encoding="utf-8")
    return folder / "data/leaves"


def test_what_is_found_in_the_images_is_printed_and_written(
    leaves: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leaves.is_dir()
    params.main(out=Path("out"))
    written = json.loads(Path("out/sources/leaves.json").read_bytes())
    sums = written.pop("sha256")
    assert written == {
        "folder": "data/leaves",
        "image_shape": [4, 6],
        "maximum": 255,
        "rows_per_class": [2, 3],
        "classes": ["elm", "\u6a61 oak"],
        "size": None,
        "channels": None,
    }
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"leaves: 5 images of 4 x 6 pixels from 0 to 255: elm 2, \u6a61 oak 3; sha256 {sums}",
        "datasets/mine/about.yaml is a draft: write in it what only you know of the dataset",
    ]
    of_dataset = json.loads(Path("out/datasets/mine.json").read_bytes())
    assert of_dataset["train_per_class"] == [1, 1]
    assert of_dataset["classes"] == ["elm", "\u6a61 oak"]


def test_a_changed_image_changes_the_file_of_its_source_alone(leaves: Path) -> None:
    out = Path("out")
    params.main(out=out)
    before = files(out)
    image = leaves / "elm/0.png"
    Image.fromarray(np.full((4, 6), 9, np.uint8)).save(image)
    params.main(out=out)
    assert {name for name, data in files(out).items() if data != before[name]} == {
        "sources/leaves.json"
    }


def stopped(monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the message that the command ends with."""
    monkeypatch.setattr(sys, "argv", ["params", "--out", "out"])
    with pytest.raises(SystemExit) as caught:
        command.run(params.main)
    assert isinstance(caught.value.code, str)
    assert not Path("out").exists()
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("elm/notes.txt", "line 6: sources.leaves.folder: data/leaves/elm/notes.txt: not an image"),
        (
            "notes.txt",
            "line 6: sources.leaves.folder: data/leaves/notes.txt: not a folder; each im",
        ),
    ],
)
def test_what_is_wrong_in_the_folder_is_said_with_the_line_of_its_key(
    leaves: Path, name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (leaves / name).write_text("Found in May.")
    assert stopped(monkeypatch).startswith(f"params.yaml, {message}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[4, 6]", "[6, 4]", "line 8: sources.leaves.image_shape: [6, 4], but the data has [4, 6]"),
        ("data/leaves", "leaves", "line 6: sources.leaves.folder: leaves: expected a path below d"),
        ("[4, 6]", "[4]", "line 8: sources.leaves.image_shape: [4]: expected 2 values or more"),
        ("image_shape: [4, 6]", "size: [4, 6, 3]", "line 8: sources.leaves.size: [4, 6, 3]: expec"),
        ("image_shape: [4, 6]", "channels: 2", "line 8: sources.leaves.channels: unknown value 2;"),
        (
            "image_shape: [4, 6]",
            "classes: [e\u0301, \xe9]",
            "line 8: sources.leaves.classes: \xe9 st",
        ),
        ("image_shape: [4, 6]", "labels: x", "line 8: sources.leaves.labels: only a source with n"),
        ("folder: ", "npy: ", "line 5: sources.leaves.labels: missing. Labels below `data/`: a `."),
        (
            "train_per_class: 1,",
            "train_per_class: 2,",
            "line 26: datasets.mine.train_per_class: class 0 (elm) of leaves has 2 rows",
        ),
    ],
)
@pytest.mark.usefixtures("leaves")
def test_what_is_wrong_in_the_entry_is_said_with_its_line(
    old: str, new: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert stopped(monkeypatch).startswith(f"params.yaml, {message}")
