"""The draft of a description: what it takes over, and what it never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.check.read import read_params
from stages.papers.about import About, read_about
from stages.papers.draft import _from, add_drafts, draft, is_untouched
from tests.check.example import TEXT
from tests.conftest import ROOT

ABOUT = (ROOT / "datasets/tinydigits/about.yaml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where the example is params.yaml, with the description of TinyDigits alone."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(TEXT)
    for name in ("tinydigits", "tinytalks"):
        Path("datasets", name).mkdir(parents=True)
    Path("datasets/tinytalks/templates.yaml").touch()
    Path("datasets/tinydigits/about.yaml").write_text(ABOUT, encoding="utf-8")
    return tmp_path


def drafts() -> list[str]:
    return [path.parent.name for path in add_drafts(read_params())]


@pytest.mark.usefixtures("folder")
def test_each_dataset_without_a_description_gets_one_once() -> None:
    assert drafts() == ["tinydigits-150", "tinymnist", "tinytalks"]
    assert drafts() == []
    assert Path("datasets/tinydigits/about.yaml").read_text(encoding="utf-8") == ABOUT


@pytest.mark.usefixtures("folder")
def test_what_is_true_of_the_source_is_taken_over() -> None:
    drafts()
    known = read_about(Path("datasets/tinydigits/about.yaml"))
    about = read_about(Path("datasets/tinydigits-150/about.yaml"))
    assert (about.licence, about.people) == ("CC-BY-4.0", known.people)
    assert about.collection == known.collection
    # Not who selected those samples, nor anything about the dataset itself.
    assert [work.title for work in about.origin] == [
        "Optical Recognition of Handwritten Digits",
        "scikit-learn",
    ]
    assert about.origin[1].notice == known.origin[1].notice
    assert {"title", "purpose", "uses", "citation"} <= set(about.missing())
    # Nobody has said anything of another source.
    assert read_about(Path("datasets/tinymnist/about.yaml")) == About()


def test_what_its_authors_made_is_named_as_the_origin(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / f"datasets/{name}").mkdir()
    text = (ROOT / "datasets/tinytalks/about.yaml").read_text(encoding="utf-8")
    Path("datasets/tinytalks/about.yaml").write_text(text, encoding="utf-8")
    entry = TEXT[TEXT.index("  tinytalks:") :].replace("tinytalks:", "easy:", 1)
    Path("params.yaml").write_text(TEXT + entry)
    drafts()
    (work,) = read_about(Path("datasets/easy/about.yaml")).origin
    assert (work.gives, work.title, work.licence) == ("data", "TinyTalks", "CC-BY-4.0")


def test_a_draft_that_somebody_began_is_not_untouched(tmp_path: Path) -> None:
    for name in ("leaves", "other"):
        (tmp_path / name).mkdir()
    path = tmp_path / "leaves/about.yaml"
    # With nothing, and with what another dataset says of the same source.
    path.write_text(draft("leaves", About()), encoding="utf-8")
    assert is_untouched("leaves", path)
    (tmp_path / "other/about.yaml").write_text(ABOUT, encoding="utf-8")
    known = _from(read_about(tmp_path / "other/about.yaml"))
    path.write_text(draft("leaves", known), encoding="utf-8")
    assert is_untouched("leaves", path)
    for begun in (
        draft("leaves", known).replace("\ntitle:", "\ntitle: Leaves"),
        draft("leaves", About(licence="MIT")),
    ):
        path.write_text(begun, encoding="utf-8")
        assert not is_untouched("leaves", path)
