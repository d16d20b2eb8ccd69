"""Prune removes what the pipeline made for what params.yaml no longer has, and nothing else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from stages.papers.about import About
from stages.papers.draft import draft
from stages.papers.render import MARK
from tools.prune import leftovers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Repository

RELEASED = ("SHA256SUMS", "classes.json", "samples.csv", "test.pkl", "train.pkl", "val.pkl")
PAPERS = [
    f"datasets/NAME/{file}"
    for file in ("CITATION.bib", "DATASHEET.md", "LICENSE", "README.md", "croissant.json")
]
IMAGES = [
    "build/NAME/sample/rows.csv",
    *(f"datasets/NAME/{file}" for file in RELEASED),
    *(f"datasets/NAME/NAME-{split}.zip" for split in ("train", "val", "test")),
    "metrics/NAME.json",
]
TEXT = [
    "build/NAME/pairs.tsv",
    "build/NAME/split.json",
    *(f"datasets/NAME/{s}.{kind}" for s in ("train", "val", "test") for kind in ("txt", "jsonl")),
    "metrics/NAME.json",
    "experiments/transformers/NAME.json",
]


def make(root: Path, *names: str, text: str = "") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def found(root: Path, locked: set[tuple[str, str]], datasets: set[str]) -> set[str]:
    left = leftovers(root, locked, datasets, {"digits"})
    assert len(left) == len(set(left))
    return {path.relative_to(root).as_posix() for path in left}


@pytest.mark.parametrize(
    ("stage", "files"), [("sample", IMAGES), ("expand_text", TEXT)], ids=["images", "text"]
)
@pytest.mark.parametrize("locked", [True, False])
def test_what_was_made_is_found_with_and_without_the_lock(
    tmp_path: Path, stage: str, files: list[str], *, locked: bool
) -> None:
    for name in ("old", "kept"):
        make(tmp_path, *(file.replace("NAME", name) for file in files))
    expected = {file.replace("NAME", "old") for file in files if not file.startswith("build/")}
    lock = {(stage, "old"), (stage, "kept")} if locked else set()
    assert found(tmp_path, lock, {"kept"}) == {*expected, "build/old"}


@pytest.mark.parametrize("locked", [True, False])
def test_papers_are_found_where_the_pipeline_wrote_them(tmp_path: Path, *, locked: bool) -> None:
    for name in ("old", "own"):
        make(tmp_path, *(file.replace("NAME", name) for file in PAPERS), text=MARK)
    # What somebody wrote in place of one stays.
    make(tmp_path, "datasets/old/LICENSE", text="All rights reserved.")
    if not locked:
        make(tmp_path, "build/report/old.json")
    expected = {file.replace("NAME", "old") for file in PAPERS} - {"datasets/old/LICENSE"}
    if not locked:
        expected |= {"build/report/old.json"}
    assert found(tmp_path, {("describe", "old")} if locked else set(), set()) == expected


def test_a_draft_goes_unless_somebody_wrote_in_it(tmp_path: Path) -> None:
    make(tmp_path, "datasets/old/about.yaml", "datasets/begun/about.yaml")
    text = draft("old", About())
    (tmp_path / "datasets/old/about.yaml").write_text(text)
    (tmp_path / "datasets/begun/about.yaml").write_text(text.replace("title:", "title: Leaves"))
    locked = {("sample", "old"), ("sample", "begun")}
    assert found(tmp_path, locked, set()) == {"datasets/old/about.yaml"}


def test_what_only_the_lock_knows_is_found(tmp_path: Path) -> None:
    make(tmp_path, "datasets/old/train.pkl")
    assert found(tmp_path, {("sample", "old")}, set()) == {"datasets/old/train.pkl"}
    assert found(tmp_path, set(), set()) == set()


def test_what_an_author_wrote_is_none(tmp_path: Path) -> None:
    make(tmp_path, "build/old/sample/rows.csv", "datasets/old/LICENSE", "datasets/old/train.txt")
    make(
        tmp_path, "datasets/own/train.pkl", "metrics/own.json", "experiments/transformers/own.json"
    )
    # Transformers learn no images.
    make(tmp_path, "experiments/transformers/old.json")
    assert found(tmp_path, {("sample", "old")}, set()) == {"build/old"}


def test_what_all_have_in_common_stays(tmp_path: Path) -> None:
    make(tmp_path, *(f"build/{name}" for name in ("code/a.json", "params/recipes.json")))
    make(tmp_path, "build/sources/digits/labels.npy", "build/sources/old/labels.npy")
    assert found(tmp_path, set(), set()) == {"build/sources/old"}


def test_the_command_removes_them_and_forgets_their_stages(digits: Repository) -> None:
    before = digits.contents("datasets", "metrics", "build")
    params = digits.params()
    params["datasets"]["other"] = params["datasets"].pop("tinydigits-150")
    digits.write_params(params)
    printed = digits.run(sys.executable, "-m", "tools.prune")
    assert "removed datasets/tinydigits-150/train.pkl\n" in printed
    assert "kept datasets/tinydigits-150, which also has about.yaml\n" in printed
    for lock in ("dvc.lock", "report/dvc.lock"):
        assert "@tinydigits-150" not in digits.read(lock)
    gone = set(before) - set(digits.contents("datasets", "metrics", "build"))
    authored = {"datasets/tinydigits-150/about.yaml"}
    of_it = {name for name in before if "/tinydigits-150" in name and "build/params" not in name}
    assert gone == of_it - authored
    assert digits.run(sys.executable, "-m", "tools.prune") == ""


def test_nothing_is_removed_while_params_are_wrong(digits: Repository) -> None:
    before = digits.contents("datasets", "metrics", "build")
    params = digits.params()
    params["datasets"]["tiny"] = params["datasets"].pop("tinydigits")
    params["datasets"]["tiny"]["sede"] = 42
    digits.write_params(params)
    printed = digits.run(sys.executable, "-m", "tools.prune", status=1)
    assert "datasets.tiny.sede: unknown key" in printed
    assert digits.contents("datasets", "metrics", "build") == before
