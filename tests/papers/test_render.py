"""The papers of a dataset with every oddity, and of one that nobody has described."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from stages.common.errors import StageError
from stages.papers.about import About, read_about
from stages.papers.images import image_facts
from stages.papers.render import papers, write_papers
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCORE = {"rows": 2, "correct": 1, "accuracy": 0.5, "interval_95": [0.094531, 0.905469]}
RECIPE = {
    "hidden": 8,
    "optimizer": "adam",
    "learning_rate": 0.003,
    "momentum": 0.0,
    "batch_size": 4,
    "epochs": 5,
    "seed": 1,
}


def facts(about: About) -> dict[str, Any]:
    row = {"split": "test", "row": "a/1.png"}
    line = {"row": "a/1.png", "tier": "", "difficulty": ""}
    return image_facts(
        "leaves",
        about,
        dataset={
            "source": "leaves",
            "strategy": "random",
            "draw": "hash",
            "test_draw": "next",
            "seed": 7,
            "normalize": True,
            "maximum": 255,
            "classes": ["oak|elm", "ash", "none"],
        },
        source={"image_shape": [24, 20, 3], "rows_per_class": [9, 8, 7], "folder": "data/x"},
        recipes={"quick": RECIPE},
        details={"quick": {"test": SCORE}},
        predictions={
            "quick": [
                {**row, "actual": "oak|elm", "predicted": "oak|elm"},
                {**row, "actual": "ash", "predicted": "oak|elm"},
            ]
        },
        samples=[
            {"split": "train", "label": "0", **line},
            {"split": "train", "label": "1", **line},
            {"split": "test", "label": "0", **line},
            {"split": "test", "label": "1", **line},
        ],
        folders={"leaves-train": "12345678", "leaves-test": "90abcdef"},
        files={"train.pkl": (1234, "0" * 64), "leaves-test.zip": (5, "1" * 64)},
    )


def texts(about: About) -> dict[str, str]:
    return {name: data.decode() for name, data in papers(facts(about)).items()}


def test_a_draft_says_so_in_every_paper() -> None:
    found = texts(About())
    assert set(found) == {"README.md", "DATASHEET.md", "LICENSE", "CITATION.bib", "croissant.json"}
    for name in ("README.md", "DATASHEET.md"):
        assert (
            "**This is a draft.** Its author has yet to write, in `about.yaml`: title, "
            in (found[name])
        )
        assert "*Missing in this draft. The author knows:" in found[name]
    assert "\nDRAFT. The author" in found["LICENSE"]
    assert "\n% A draft: " in found["CITATION.bib"]
    head = yaml.safe_load(found["README.md"].split("---\n")[1])
    assert (head["license"], head["pretty_name"]) == ("unknown", "leaves")
    document = json.loads(found["croissant.json"])
    assert "license" not in document
    assert document["description"].startswith("A draft: ")


def test_what_the_author_wrote_stands_in_the_papers() -> None:
    about = read_about(ROOT / "datasets/tinydigits/about.yaml")
    found = texts(about)
    assert "draft" not in found["README.md"].lower()
    assert "draft" not in found["DATASHEET.md"].lower()
    sheet = " ".join(found["DATASHEET.md"].split())
    for key in ("purpose", "funding", "collection", "labels", "people", "maintenance"):
        assert str(getattr(about, key)) in sheet, key
    for number, section in enumerate(
        "Motivation,Composition,Collection,Preprocessing and labels,Uses,Distribution,Maintenance"
        "".split(","),
        1,
    ):
        assert f"\n## {number}. {section}\n" in found["DATASHEET.md"]
    assert str(about.origin[1].notice) in found["LICENSE"]
    assert str(about.origin[2].notice) in found["LICENSE"]
    assert found["CITATION.bib"].count("@misc{") == 2


def test_names_of_classes_break_no_table() -> None:
    card = texts(About())["README.md"]
    assert "\n| oak\\|elm | 1 | 1 |\n| ash | 1 | 1 |\n| all | 2 | 2 |\n" in card
    assert "none" not in card.partition("## Files")[0].partition("## What is in it")[2]
    assert "4 images of 24 \u00d7 20 pixels, in colour, of 2 classes:" in card
    assert "| `quick` | 50.0 (9.5 to 90.5) |" in card
    assert (
        "- `quick`: 8 hidden units, Adam with learning rate 0.003, batches of 4, 5 epochs" in card
    )


def test_what_the_report_needs_is_in_the_facts() -> None:
    found = facts(About())
    assert found["wrong"]["quick"] == [{"index": 1, "actual": "ash", "predicted": "oak|elm"}]
    assert found["confusion"]["quick"]["test"] == [[1, 0], [1, 0]]
    assert json.loads(json.dumps(found)) == found


def test_a_licence_that_the_hub_does_not_know_is_linked() -> None:
    head = yaml.safe_load(texts(About(licence="EUPL-1.2"))["README.md"].split("---\n")[1])
    assert (head["license"], head["license_name"], head["license_link"]) == (
        "other",
        "eupl-1.2",
        "LICENSE",
    )


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "DATASHEET.md", "CITATION.bib", "croissant.json"]
)
def test_a_paper_that_somebody_wrote_is_never_replaced(tmp_path: Path, name: str) -> None:
    write_papers(tmp_path, facts(About()))
    write_papers(tmp_path, facts(About(licence="MIT")))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / name).write_text("All rights reserved by me.")
    with pytest.raises(StageError, match=f"{name}: this file is not the pipeline's"):
        write_papers(tmp_path, facts(About()))
    (tmp_path / name).write_bytes(before[name])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
