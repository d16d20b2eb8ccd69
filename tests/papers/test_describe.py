"""The papers of a dataset with every oddity."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from markdown_it import MarkdownIt

from stages.common.errors import StageError
from stages.common.files import format_sums, sha256, write_csv, write_json
from stages.papers import describe, overlaps
from stages.papers.render import PAPERS
from tinydatasets.pickles import dumps
from tinydatasets.types import Split

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
HEADER = ["split", "row", "label", "tier", "difficulty"]
ORIGIN = """
origin:
  - gives: {}
    title: Other leaves
    authors: [A. Botanist]
    year: 2020
    licence: MIT
    url: https://example.org/leaves
    citation: "@misc{{other, title={{Other leaves}}}}"
"""
SCORES = {
    split: {"accuracy": right / rows, "rows": rows, "interval_95": interval, "by_class": by_class}
    for split, right, rows, interval, by_class in (
        ("test", 1, 2, [0.094531, 0.905469], {"oak|elm": {"rows": 1}, "ash": {"rows": 1}}),
        ("unused", 48, 50, [0.865379, 0.988960], {"oak|elm": {"rows": 43}, "ash": {"rows": 7}}),
    )
}
SOURCE: dict[str, Any] = {
    "image_shape": [24, 20, 3],
    "maximum": 255,
    "rows_per_class": [9, 8, 7],
    "sha256": "0123",
    "equal": {"within": 2, "across": 0},
}


@pytest.fixture(autouse=True)
def leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where a dataset is built of which two of three classes have samples."""
    monkeypatch.chdir(tmp_path)
    params = {
        "datasets": {"leaves": DATASET},
        "recipes": {"quick": RECIPE},
        "sources": {},
        "own": {},
    }
    write_json(Path("params.yaml"), params)
    classes = ["oak|elm", "ash", "none"]
    write_json(Path("build/sources/trees/facts.json"), {**SOURCE, "classes": classes})
    write_json(Path("build/leaves/details.json"), {"quick": SCORES})
    guesses = [["test", "1", actual, "oak|elm"] for actual in classes[:2]]
    header = ["split", "row", "actual", "predicted"]
    write_csv(Path("build/leaves/predictions/quick.csv"), [header, *guesses])
    rows = [[split, "1", label, "", ""] for split in ("train", "test") for label in (0, 1)]
    write_csv(FOLDER / "samples.csv", [HEADER, *rows])
    for split in ("train", "test"):
        write_pickle(split, 0, 100)


def write_pickle(split: str, *values: int) -> None:
    """Write a split of images of one value each."""
    images = np.full((3, 20, 24, len(values)), values, np.uint8).T
    (FOLDER / f"{split}.pkl").write_bytes(dumps(Split(images, np.arange(len(values)) % 2)))
    sums = {path.name: sha256(path.read_bytes()) for path in FOLDER.glob("*.[cp]*")}
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


@pytest.mark.parametrize(
    ("test", "words", "most", "pairs"),
    [
        # 15 is below 6% of 255.
        ([100, 115, 116], "1 is equal to one of train, and 2 are equal or nearly equal to", 1e9, 9),
        ([100, 0, 116], "2 are equal to one of train, but there are too many to find those", 0, 2),
        (
            [116],
            "none is equal or nearly equal to one of train. Of the images of test, none",
            1e9,
            5,
        ),
    ],
)
def test_equal_images_of_two_splits_are_counted_and_the_nearest_pairs_found(
    test: list[int],
    words: str,
    most: float,
    pairs: int,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overlaps, "MOST", most)
    splits = {"train": (0, 100), "val": (215, 250, 255), "test": test}
    rows = [(split, 9 - i, 0, "", "") for split in splits for i in range(len(splits[split]))]
    write_csv(FOLDER / "samples.csv", [HEADER, *rows])
    write_json(Path("build/sources/trees/files.json"), [f"oak/{i}.jpg" for i in range(10)])
    for split, values in splits.items():
        write_pickle(split, *values)
    sheet = " ".join(papers("title:\n")["DATASHEET.md"].split())
    assert "In the source, 2 images have an equal one in their class. Of the images of val" in sheet
    assert f"Of the images of test, {words}" in sheet
    facts = json.loads(OUT.read_text(encoding="utf-8"))["equal"]
    found = facts["counts"][1]
    examples = [["oak/9.jpg", "oak/8.jpg"]]
    assert {**found, "examples": found["examples"][:1]} == {
        "split": "test",
        "other": "train",
        "equal": int(words[0]) if words[0] in "12" else 0,
        "nearly": {9: 2, 2: None, 5: 0}[pairs],
        "examples": examples if words[0] in "12" else [],
    }
    nearest = facts["nearest"]
    assert len(nearest) == pairs
    percent = f"{100 * (test[0] - 100) / 255:.2f}"
    assert nearest[0] == {
        "images": [["test", 0], ["train", 1]],
        "origins": ["oak/9.jpg", "oak/8.jpg"],
        "classes": ["oak|elm", "ash"],
        "percent": percent,
        "is_near": test[0] == 100,
    }


def test_names_are_shown_as_they_are_and_html_as_text() -> None:
    names = ["a|b", "*x*", "<b>"]
    write_json(Path("build/sources/trees/facts.json"), {**SOURCE, "classes": names})
    write_csv(FOLDER / "samples.csv", [HEADER, *(["train", "1", n, "", ""] for n in range(3))])
    author = "title: '*x* <b>'\nsummary: Of <script> &lt; *trees*.\nlimits: [<script>]\n"
    of = papers(author + ORIGIN.format("data"))
    for name in ("README.md", "DATASHEET.md"):
        text = of[name].removeprefix("---\n").partition("---\n")[2] or of[name]
        page = MarkdownIt("commonmark").enable("table").render(text)
        cells = [html.unescape(cell) for cell in re.findall("<td>(.*?)</td>", page)]
        assert [cell for cell in cells if cell in names] == names
        assert "*x* &lt;b&gt;</h1>" in page
        assert "<li>&lt;script&gt;</li>" in page
        assert not re.search("<(b|script)>", page)
        # What an author marks is marked.
        assert ("Of &lt;script&gt; &amp;lt; <em>trees</em>." in page) == (name == "README.md")


@pytest.mark.parametrize(
    ("source", "normalize", "words"),
    [
        ({}, False, "whole numbers from 0 to 255, not scaled."),
        ({"maximum": 16}, True, "from 0 to 16, divided by 16."),
        ({"resize": [24, 20], "channels": 1}, False, "resized to 24 \u00d7 20 pixels. Im"),
    ],
)
def test_it_is_said_what_was_done_to_pixels(
    source: dict[str, Any], normalize: bool, words: str
) -> None:
    found = {"maximum": source.get("maximum", 255), "classes": ["oak", "ash", "elm"]}
    write_json(Path("build/sources/trees/facts.json"), {**SOURCE, **found, **source})
    params = json.loads(Path("params.yaml").read_text())
    params["datasets"]["leaves"]["normalize"] = normalize
    write_json(Path("params.yaml"), params)
    of = papers(f"licence: MIT\n{ORIGIN.format('data')}")
    for name in ("DATASHEET.md", "LICENSE", "croissant.json"):
        assert words in " ".join(of[name].split())


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "test. The split does not know which images belong together."),
        (
            {"groups": {"count": 1400, "per_class": [900, 500, 0], "by": "^(a_\\d)"}},
            r"the source's 1,400 groups (`groups` in params.yaml: ^(a\_\\d)), and no group is",
        ),
    ],
)
def test_it_is_said_whether_images_belong_together(found: dict[str, Any], words: str) -> None:
    classes = ["oak", "ash", "elm"]
    write_json(Path("build/sources/trees/facts.json"), {**SOURCE, "classes": classes, **found})
    assert words in " ".join(papers("title:\n")["DATASHEET.md"].split())


def test_a_third_split_is_shown() -> None:
    splits = ("train", "train", "val", "test", "test")
    rows = [[split, "1", "0", "", ""] for split in splits]
    write_csv(FOLDER / "samples.csv", [HEADER, *rows])
    write_pickle("val", 100)
    of = papers("title:\n")
    assert "\nprint(dataset.val.images.shape)  # (1, 24, 20, 3)\n" in of["README.md"]


def test_what_gave_the_idea_is_named_and_no_source() -> None:
    of = papers(f"licence: MIT\nauthors: [Me]\nyear: 2026\n{ORIGIN.format('idea')}")
    assert "After the idea of: Other leaves, by A. Botanist, 2020, https" in of["DATASHEET.md"]
    assert "A. Botanist: Other leaves (2020), MIT, https" in of["README.md"]
    assert "@misc{other," in of["CITATION.bib"]
    assert "Copyright (c) 2026, Me" in of["LICENSE"]
    assert "Botanist" not in of["LICENSE"]
    assert "Botanist" not in of["croissant.json"]
    assert "Other leaves" not in of["croissant.json"]


def test_croissant_says_what_the_author_says_and_where_all_is_from() -> None:
    said = {
        "collection: On a walk.": ("rai:dataCollection", "On a walk."),
        "labels: By us.": ("rai:dataAnnotationProtocol", "By us."),
        "biases: [More oak.]": ("rai:dataBiases", ["More oak."]),
        "limits: [Few.]\nmisuses: [Botany.]": ("rai:dataLimitations", ["Few.", "Not for: Botany."]),
        "people: Nobody.": ("rai:personalSensitiveInformation", "Nobody."),
        "uses: [A lesson.]": ("rai:dataUseCases", ["A lesson."]),
        "impact: None.": ("rai:dataSocialImpact", "None."),
        "synthetic: false": ("rai:hasSyntheticData", False),
        "maintenance: We do.": ("rai:dataReleaseMaintenancePlan", "We do."),
    }
    author = "".join(f"{line}\n" for line in said)
    for about, expected in [("", {}), (author, dict(said.values()))]:
        document = json.loads(papers(about + ORIGIN.format("data"))["croissant.json"])
        assert {key: document[key] for key in document if key.startswith("rai:")} == expected
    trees, leaves = document["prov:wasDerivedFrom"]
    assert (trees["prov:label"], trees["sha256"]) == ("trees", "0123")
    assert (leaves["prov:label"], leaves["@id"]) == ("Other leaves", "https://example.org/leaves")
    assert "The seed is 7." in document["prov:wasGeneratedBy"]["description"]


def test_a_version_that_waits_for_its_release_has_no_date() -> None:
    released = "\n**When?**\n\nIn 2026, version 1.0.0.\n"
    about = "year: 2026\nversion: 1.0.0\n"
    assert released in papers(about)["DATASHEET.md"]
    waiting = "\n**When?**\n\nIt is not released yet. This is version 1.0.0-dev.\n"
    assert waiting in papers(about.replace("1.0.0", "1.0.0-dev"))["DATASHEET.md"]


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
