"""The draft of a description: what it takes over, and what it never does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stages.papers.about import About, add_drafts, read_about
from stages.params.model import Dataset, Params
from tests.conftest import ROOT


def drafts(sources: dict[str, str]) -> dict[str, About]:
    """Return the drafts that datasets of some sources get."""
    datasets = {
        name: Dataset(source=source, seed=1, train_per_class=1, test_per_class=1)
        for name, source in sources.items()
    }
    params = Params(sources={}, own={}, datasets=datasets, recipes={}, texts={})
    return {path.parent.name: read_about(path) for path in add_drafts(params)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where TinyDigits and TinyTalks are described, and nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in ("tinydigits", "tinytalks"):
        Path("datasets", name).mkdir(parents=True)
        shutil.copy(ROOT / "datasets" / name / "about.yaml", Path("datasets", name))


def test_what_is_true_of_the_source_is_taken_over() -> None:
    before = Path("datasets/tinydigits/about.yaml").read_bytes()
    sources = {"tinydigits": "digits", "zeros": "digits", "leaves": "trees"}
    found = drafts(sources)
    known, about = read_about(Path("datasets/tinydigits/about.yaml")), found["zeros"]
    for key in ("licence", "collection", "labels", "people", "synthetic"):
        assert getattr(about, key) == getattr(known, key)
    # Not who selected those samples, nor anything about the dataset itself.
    assert about.origin == [work for work in known.origin if work.gives != "selection"]
    assert {"title", "purpose", "uses", "citation"} <= set(about.missing())
    # Nobody has said anything of another source.
    assert found["leaves"] == About()
    # Once: neither a description nor a draft is replaced.
    assert set(found) == {"zeros", "leaves"}
    assert drafts(sources) == {}
    assert Path("datasets/tinydigits/about.yaml").read_bytes() == before


def test_what_its_authors_made_is_named_as_the_origin() -> None:
    source = "datasets/tinytalks/templates.yaml"
    (work,) = drafts({"tinytalks": source, "easy": source})["easy"].origin
    assert (work.gives, work.title, work.licence) == ("data", "TinyTalks", "CC-BY-4.0")
