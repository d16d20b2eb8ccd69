"""The papers of a dataset with every oddity, and of one that nobody has described."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.common.errors import StageError
from stages.common.files import write_csv, write_json
from stages.common.sums import sha256, to_text
from stages.papers import describe, describe_text
from stages.papers.about import read_about
from stages.papers.render import PAPERS
from tests.conftest import ROOT

FOLDER, OUT = Path("datasets/leaves"), Path("build/report/leaves.json")
DATASET = {"source": "trees", "draw": "hash", "seed": 7, "train_per_class": 1, "test_per_class": 1}
RECIPE = {
    "hidden": 8,
    "optimizer": "adam",
    "learning_rate": 0.003,
    "batch_size": 4,
    "epochs": 5,
    "seed": 1,
}
SCORE = {"rows": 2, "correct": 1, "accuracy": 0.5, "interval_95": [0.094531, 0.905469]}
SOURCE = {"image_shape": [24, 20, 3], "maximum": 255, "rows_per_class": [9, 8, 7]}
TEXT = {"source": "x", "seed": 1, "train_per_level": 3, "val_per_level": 1, "test_per_level": 1}


@pytest.fixture(autouse=True)
def leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where a dataset is built of which two of three classes have samples."""
    monkeypatch.chdir(tmp_path)
    params = {"sources": {}, "datasets": {"leaves": DATASET}, "recipes": {"quick": RECIPE}}
    write_json(Path("params.yaml"), {**params, "texts": {"tinytalks": TEXT}})
    classes = ["oak|elm", "ash", "none"]
    write_json(Path("build/sources/trees/facts.json"), {**SOURCE, "classes": classes})
    write_json(Path("build/leaves/details.json"), {"quick": {"test": SCORE}})
    guesses = [["test", "a/1.png", actual, "oak|elm"] for actual in classes[:2]]
    header = ["split", "row", "actual", "predicted"]
    write_csv(Path("build/leaves/predictions/quick.csv"), [header, *guesses])
    rows = [[split, "a/1.png", label, "", ""] for split in ("train", "test") for label in (0, 1)]
    header = ["split", "row", "label", "tier", "difficulty"]
    write_csv(FOLDER / "samples.csv", [header, *rows])
    for split in ("train", "test"):
        (FOLDER / f"{split}.pkl").write_bytes(b"pickle")
        with zipfile.ZipFile(FOLDER / f"leaves-{split}.zip", "w") as file:
            file.writestr("12345678/ash/0.png", b"")
    sums = {path.name: sha256(path.read_bytes()) for path in FOLDER.iterdir()}
    (FOLDER / "SHA256SUMS").write_text(to_text(sums))


def papers(about: str) -> dict[str, str]:
    """Return the papers that the dataset gets if its author says this of it."""
    (FOLDER / "about.yaml").write_text(about, encoding="utf-8")
    describe.main(name="leaves", source=Path("build/sources/trees"), out=OUT)
    return {name: (FOLDER / name).read_text(encoding="utf-8") for name in PAPERS}


def head(card: str) -> Any:
    return yaml.safe_load(card.split("---\n")[1])


def test_a_draft_says_so_in_every_paper() -> None:
    found = papers("title:\n")
    for name in ("README.md", "DATASHEET.md"):
        assert (
            "**This is a draft.** Its author has yet to write, in `about.yaml`: title, "
            in (found[name])
        )
        assert "*Missing in this draft. The author knows:" in found[name]
    assert "\nDRAFT. The author" in found["LICENSE"]
    assert "\n% A draft: " in found["CITATION.bib"]
    assert (head(found["README.md"])["license"], head(found["README.md"])["pretty_name"]) == (
        "unknown",
        "leaves",
    )
    document = json.loads(found["croissant.json"])
    assert "license" not in document
    assert document["description"].startswith("A draft: ")


def test_what_the_author_wrote_stands_in_the_papers() -> None:
    path = ROOT / "datasets/tinydigits/about.yaml"
    about = read_about(path)
    found = papers(path.read_text(encoding="utf-8"))
    assert "draft" not in "".join(found.values()).lower()
    sheet = " ".join(found["DATASHEET.md"].split())
    for key in ("purpose", "funding", "collection", "labels", "people", "maintenance"):
        assert str(getattr(about, key)) in sheet, key
    assert str(about.origin[1].notice) in found["LICENSE"]
    assert str(about.origin[2].notice) in found["LICENSE"]
    assert found["CITATION.bib"].count("@misc{") == 2


def test_figures_are_those_of_the_dataset() -> None:
    card = papers("title:\n")["README.md"]
    # A class with no sample is left out; no name breaks a table.
    assert "\n| oak\\|elm | 1 | 1 |\n| ash | 1 | 1 |\n| all | 2 | 2 |\n" in card
    assert "4 images of 24 \u00d7 20 pixels, in colour, of 2 classes:" in card
    assert "| `quick` | 50.0 (9.5 to 90.5) |" in card
    assert "`quick`: 8 hidden units, Adam with learning rate 0.003, batches of 4, 5 epochs" in card
    facts = json.loads(OUT.read_text(encoding="utf-8"))
    assert facts["wrong"]["quick"] == [{"index": 1, "actual": "ash", "predicted": "oak|elm"}]
    assert facts["confusion"]["quick"]["test"] == [[1, 0], [1, 0]]
    assert facts["source_samples"] == 9 + 8


def test_a_licence_that_the_hub_does_not_know_is_linked() -> None:
    values = head(papers("licence: EUPL-1.2\n")["README.md"])
    licence = (values["license"], values["license_name"], values["license_link"])
    assert licence == ("other", "eupl-1.2", "LICENSE")


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_that_somebody_wrote_is_never_replaced(name: str) -> None:
    papers("title:\n")
    before = papers("licence: MIT\n")
    (FOLDER / name).write_text("All rights reserved by me.")
    with pytest.raises(StageError, match=f"{name}: this file is not the pipeline's"):
        papers("title:\n")
    after = {paper: (FOLDER / paper).read_text(encoding="utf-8") for paper in PAPERS}
    assert after == {**before, name: "All rights reserved by me."}


@pytest.mark.parametrize(
    ("figures", "is_shown"),
    [
        ({"pairs_sha256": "as released"}, True),
        ({"pairs_sha256": "0" * 64}, False),
        ({}, False),
        (None, False),
    ],
)
def test_transformers_are_shown_if_they_learned_the_pairs_of_today(
    tmp_path: Path, figures: dict[str, str] | None, is_shown: bool
) -> None:
    folder, out = Path("datasets/tinytalks"), Path("build/report/tinytalks.json")
    folder.mkdir()
    for source in (*ROOT.glob("datasets/tinytalks/*.*"), ROOT / "metrics/tinytalks.json"):
        target = tmp_path / source.relative_to(ROOT)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(source.read_bytes())
    if figures is not None:
        path = ROOT / "experiments/transformers/results/tinytalks.json"
        measured = json.loads(path.read_text(encoding="utf-8"))
        released = measured.pop("pairs_sha256")
        if is_shown:
            figures = {"pairs_sha256": released}
        write_json(tmp_path / "tinytalks.json", {**figures, **measured})
    describe_text.main(name="tinytalks", transformers=tmp_path, out=out)
    assert ("### Transformers" in (folder / "README.md").read_text(encoding="utf-8")) == is_shown
    assert bool(json.loads(out.read_text(encoding="utf-8"))["transformers"]) == is_shown
