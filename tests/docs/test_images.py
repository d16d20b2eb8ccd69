"""The page on one's own images: its commands, its entries, its pictures, and its messages."""

from __future__ import annotations

import gzip
import json
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml
from PIL import Image

from stages.lib.command import StageError
from stages.lib.params.read import read_params
from stages.lib.sources.own import Own
from tests.conftest import ROOT, Repository, link_environment
from tools import leaves, new

if TYPE_CHECKING:
    import numpy.typing as npt

PAGE = (ROOT / "docs/images.md").read_text(encoding="utf-8")
TUTORIAL, REFERENCE = PAGE.split("\n## What make new does\n")
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
CHAIN = ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate")
RERUN = {"params", "source@leaves", *(f"{stage}@leaves" for stage in CHAIN)}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


# --- The tutorial -------------------------------------------------------------------------------


def ran(printed: str) -> set[str]:
    return set(re.findall(r"^Running stage '(.*)'", printed, re.M))


def test_the_tutorial_prints_what_it_shows(built: Repository) -> None:
    link_environment(built.folder)
    printed = {}
    for block in blocks(TUTORIAL, "console"):
        for found in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M):
            command, shown = found.groups()
            result = built.run("bash", "-c", command)
            if shown:
                assert [line.rstrip() for line in result.splitlines()] == shown.splitlines()
            printed[command] = result
    assert {"make check", "make repro"} < {*printed}
    assert ran(printed["make repro"]) == RERUN
    assert built.changes() == ""

    params = built.read("params.yaml")
    for entry in blocks(TUTORIAL, "yaml"):
        assert f"\n{entry.partition(chr(10))[2]}" in params

    (code,) = blocks(TUTORIAL, "python")
    comments = re.findall(r"^print\(.*\)  # (.*)$", code, re.M)
    assert built.run("python", "-c", code).splitlines() == comments

    check_figures(built)
    check_pictures(built)
    check_changes(built)


def check_figures(built: Repository) -> None:
    details = json.loads(built.read("build/leaves/details.json"))
    of_test = {recipe: details[recipe]["test"] for recipe in ("classroom", "tuned")}
    assert (
        f"Of the {of_test['tuned']['rows']} test images, `classroom` gets "
        f"{of_test['classroom']['correct']}\nright and `tuned` {of_test['tuned']['correct']}."
    ) in TUTORIAL
    wrong = [
        line
        for line in built.read("build/leaves/predictions/classroom.csv").splitlines()[1:]
        if len(set(line.split(",")[2:])) == 2
    ]
    assert [line.split(",")[2:] for line in wrong] == 5 * [["beech", "oak"]]
    assert "\nFive large leaves of beech are taken for oak. All other images are right.\n" in PAGE


def pixels(path: Path) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("RGB"))


def check_pictures(built: Repository) -> None:
    """Draw the pictures anew, and compare some of what they show with the images themselves."""
    built.run("python", "-m", "tools.pictures")
    for name in ("leaves.png", "leaves-predicted.png"):
        assert f"]({name})" in TUTORIAL
        assert np.array_equal(pixels(built.folder / "docs" / name), pixels(ROOT / "docs" / name))
    first = built.read("datasets/leaves/samples.csv").splitlines()[1:]
    row = next(int(line.split(",")[1]) for line in first if line.split(",")[2] == "1")
    original = Image.open(built.folder / f"data/leaves/oak/{row - 60 + 1:02}.png")
    resized = np.asarray(original.resize((24, 24), Image.Resampling.BOX))
    second_line = pixels(ROOT / "docs/leaves.png")[24 * 2 + 6 :]
    assert np.array_equal(second_line[3 : 3 + 48 : 2, 3 : 3 + 48 : 2], resized)
    # 7 of the 12 leaves of beech are right and 5 are taken for oak: 4 fill a line of a cell.
    cells = pixels(ROOT / "docs/leaves-predicted.png")[: 3 * 54].reshape(3, 54, -1, 3)
    dark = [
        [int((cells[line, 27, at + 27 :: 217] < 128).all(-1).sum()) for line in range(3)]
        for at in (0, 54, 108, 162)
    ]
    assert dark == [[2, 2, 0], [2, 1, 0], [2, 1, 0], [2, 0, 0]]


def check_changes(built: Repository) -> None:
    """Change images as the page says that one may."""
    released = built.contents("datasets", "metrics")
    (built.folder / "data/leaves/pine/60.png").unlink()
    printed = built.run("make", "repro", status=2)
    assert "class 2 of leaves has 59 rows available, but 60 are asked" in printed
    assert built.contents("datasets", "metrics") == released
    Image.new("RGB", (24, 24)).save(built.folder / "data/leaves/pine/60.png")
    assert built.repro() == RERUN
    now = built.contents("datasets", "metrics")
    changed = {path for path in now if now[path] != released[path]}
    assert "datasets/leaves/SHA256SUMS" in changed
    assert all("leaves" in path for path in changed)
