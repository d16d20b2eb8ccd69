"""The papers of a dataset with every oddity."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from stages.common.errors import StageError
from stages.common.files import format_sums, sha256, write_csv, write_json
from stages.papers import describe
from stages.papers.render import PAPERS

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
SCORES = {
    split: {"accuracy": right / rows, "rows": rows, "interval_95": interval, "by_class": by_class}
    for split, right, rows, interval, by_class in (
        ("test", 1, 2, [0.094531, 0.905469], {"oak|elm": {"rows": 1}, "ash": {"rows": 1}}),
        ("unused", 48, 50, [0.865379, 0.988960], {"oak|elm": {"rows": 43}, "ash": {"rows": 7}}),
    )
}
SOURCE = {"image_shape": [24, 20, 3], "maximum": 255, "rows_per_class": [9, 8, 7]}


@pytest.fixture(autouse=True)
def leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where a dataset is built of which two of three classes have samples."""
    monkeypatch.chdir(tmp_path)
    params = {"sources": {}, "datasets": {"leaves": DATASET}, "recipes": {"quick": RECIPE}}
    write_json(Path("params.yaml"), params)
    classes = ["oak|elm", "ash", "none"]
    write_json(Path("build/sources/trees/facts.json"), {**SOURCE, "classes": classes})
    write_json(Path("build/leaves/details.json"), {"quick": SCORES})
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
    (FOLDER / "SHA256SUMS").write_text(format_sums(sums))


def papers(about: str) -> dict[str, str]:
    """Return the papers that the dataset gets if its author says this of it."""
    (FOLDER / "about.yaml").write_text(about, encoding="utf-8")
    describe.main("leaves")
    return {name: (FOLDER / name).read_text(encoding="utf-8") for name in PAPERS}


def test_figures_are_those_of_the_dataset() -> None:
    card = papers("title:\n")["README.md"]
    # A class with no sample is left out; no name breaks a table.
    assert "\n| oak\\|elm | 1 | 1 |\n| ash | 1 | 1 |\n| all | 2 | 2 |\n" in card
    assert "4 images of 24 \u00d7 20 pixels, in colour, of 2 classes:" in card
    assert "| `quick` | 50.0 (9.5 to 90.5), maybe a guess | 96.0 (86.5 to 98.9) |\n" in card
    assert "`quick`: 8 hidden units, Adam with learning rate 0.003, batches of 4, 5 epochs" in card
    facts = json.loads(OUT.read_text(encoding="utf-8"))
    assert facts["wrong"]["quick"] == [{"index": 1, "actual": "ash", "predicted": "oak|elm"}]
    assert facts["confusion"]["quick"]["test"] == [[1, 0], [1, 0]]
    assert facts["source_samples"] == 9 + 8
    assert "\nDRAFT. The author" in (FOLDER / "LICENSE").read_text(encoding="utf-8")


def test_a_licence_that_the_hub_does_not_know_is_linked() -> None:
    values = yaml.safe_load(papers("licence: EUPL-1.2\n")["README.md"].split("---\n")[1])
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
