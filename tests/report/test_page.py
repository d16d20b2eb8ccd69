"""The page shows every dataset, whatever its size and its names."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.common.files import write_json
from stages.report.__main__ import main
from stages.report.sheets import sheet
from tinydatasets.pickles import dumps, read_split
from tinydatasets.texts import to_json_lines
from tinydatasets.types import Pair, Split

ODD = '<b class="x">oak</b> & |"elm"|'
BY_CLASS = {"oak": {"rows": 1}, "elm": {"rows": 1}}
SCORE = {"rows": 2, "accuracy": 0.5, "interval_95": [0.1, 0.9], "by_class": BY_CLASS}


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def facts(name: str, shape: tuple[int, ...], classes: list[str], per_class: int) -> dict[str, Any]:
    """Write a dataset of whole numbers, and return what stage `describe` says of it."""
    labels = np.arange(len(classes) * per_class, dtype=np.int64) % len(classes)
    images = np.random.RandomState(0).randint(0, 256, (len(labels), *shape)).astype(np.uint8)
    folder = Path("datasets", name)
    folder.mkdir(parents=True, exist_ok=True)
    for split, step in (("train", 1), ("val", -1), ("test", 1)):
        (folder / f"{split}.pkl").write_bytes(dumps(Split(images[::step], labels)))
    samples = {"samples": len(labels), "by_class": dict.fromkeys(classes, per_class)}
    wrong = [{"index": 1, "actual": classes[1], "predicted": classes[0]}]
    about: dict[str, Any] = dict.fromkeys(
        ("title", "summary", "citation", "curation", "limits", "uses")
    )
    return {
        "name": name,
        "kind": "images",
        "about": {**about, "origin": []},
        "missing": ["title"],
        "files": [],
        "licence": {"id": ""},
        "dataset": {"source": "trees", "seed": 1, "strategy": "random", "draw": "shuffle"},
        "source_samples": 30,
        "classes": classes,
        "splits": dict.fromkeys(("train", "val", "test"), samples),
        "source": {
            "image_shape": shape,
            "maximum": 255,
            "classes": classes,
            "rows_per_class": [9] * len(classes),
        },
        "recipes": {"quick": {}},
        "wrong": {"quick": wrong},
        "tiers": {},
        "scores": {"quick": dict.fromkeys(("val", "test"), SCORE)},
        "confusion": {"quick": {"test": [[1] * len(classes)] * len(classes)}},
        "equal": {
            "sentences": [f"Few of {ODD}."],
            "counts": [{"equal": 0, "nearly": 1}],
            "nearest": [
                {
                    "images": [("val", 0), ("train", 1)],
                    "origins": [f"{number}.png", ODD],
                    "classes": classes[:2],
                    "percent": "1",
                    "is_near": True,
                }
                for number in range(14)
            ],
        },
        "hardest": [{"index": 0, "class": classes[0], "difficulty": "2"}],
    }


def page(*datasets: dict[str, Any]) -> str:
    """Return the report on some datasets."""
    for dataset in datasets:
        write_json(Path("facts", f"{dataset['name']}.json"), dataset)
    names: dict[str, Any] = {dataset["name"]: {} for dataset in datasets}
    write_json(Path("params.yaml"), {"datasets": names, "texts": {}})
    for path in ("metrics/milestones.json", "times.json"):
        write_json(Path(path), {})
    authors = [{"name": "Ada"}, {"name": "Bo"}]
    write_json(Path("CITATION.cff"), {"title": "Trees", "version": "1.0", "authors": authors})
    folders = {"facts": Path("facts"), "curves": Path(), "milestones": Path()}
    main(**folders, times=Path("times.json"), out=Path("page.html"))
    return Path("page.html").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_its_first_picture_shows_every_dataset_and_is_bounded() -> None:
    two, many = ["oak", "elm"], [f"c{number}" for number in range(120)]
    shapes = [(8, 8), (28, 28), (64, 64, 3), (300, 200, 3), (9, 400)]
    given = [facts(f"d{at}", shape, two, 10) for at, shape in enumerate(shapes)]
    given += [facts(f"e{at}", (32, 32, 3), many, 4) for at in range(5)]
    text = page(*given)
    assert len(text.encode()) < 2_000_000
    top = text.partition('<ul class="hero">')[2].partition("</ul>")[0]
    elements = Elements(top).found
    assert [each["href"] for tag, each in elements if tag == "a"] == [
        f"#dataset-{dataset['name']}" for dataset in given
    ]
    images = [each for tag, each in elements if tag == "img"]
    assert len(images) == len(given)
    assert all(int(each["height"] or 0) <= 50 for each in images)
    assert all(0 < int(each["width"] or 0) <= 800 for each in images)
    # Each section has images too, and so has each of a few classes.
    for dataset in given:
        section = text.partition(f'<section aria-labelledby="dataset-{dataset["name"]}"')[2]
        rows = section.partition('<ul class="rows">')[2].partition("</ul>")[0].count("<img")
        assert rows == 2 if dataset["classes"] == two else rows > 2


def test_names_and_what_an_author_wrote_are_text() -> None:
    odd = facts("odd", (8, 8), [ODD, "oak"], 3)
    odd["about"] = dict.fromkeys(odd["about"], ODD) | {"limits": [ODD], "uses": [ODD], "origin": []}
    found = Elements(page(odd))
    assert "b" not in {tag for tag, _ in found.found}
    # As title and class, in links, tables and the words on images.
    assert found.text.count(ODD) > 10
    alternatives = [each["alt"] for tag, each in found.found if tag == "img"]
    assert f"The first 6 training images of {ODD}" in alternatives
    assert f"3 training images of class {ODD}" in alternatives


def test_it_shows_a_split_for_validation() -> None:
    found = Elements(page(facts("three", (8, 8), ["oak", "elm"], 3)))
    text = found.text
    pairs = [each for _, each in found.found if each.get("alt") == "val image 0 and train image 1"]
    val, train = (
        read_split(Path(f"datasets/three/{split}.pkl")).images for split in ("val", "train")
    )
    assert {each["src"] for each in pairs} == {sheet(255 - np.stack([val[0], train[1]])).address}
    assert len(pairs) == 12
    assert f"Also equal or nearly equal: 12.png and {ODD}; 13.png and {ODD}." in text
    assert f"Few of {ODD}." in text
    assert text.count("oak and elm, 1%") == 12
    assert "classtrainvaltest" in "".join(text.split())
    assert "val (2)" in text
    assert "quick, val (2)" in text


def text_facts(learned: dict[str, Any], contexts: dict[str, Any] | None) -> dict[str, Any]:
    """Write a text of one pair, and return what stage `describe_text` says of it."""
    pair = Pair("1-01", 1, "Hi!", "Hello!")
    common = facts("tinytalks", (8, 8), ["oak", "elm"], 1)
    for split in ("train", "val", "test"):
        Path(f"datasets/tinytalks/{split}.jsonl").write_text(to_json_lines([pair]))
    rules = {"first sentence": 0.25, "nearest question": 0.5}
    return {
        **common,
        "kind": "text",
        "levels": [{"name": "", **pair._asdict()}],
        "splits": {"train": {"samples": 1, "by_level": {"1": 1}}},
        "metrics": {"characters": [{"model": "order 1", "test": 1.5}]},
        "transformers": {unit: {"trainings": 5, "wrong": []} for unit in learned},
        "results": [
            {"label": label, "pairs": pairs, "rules": rules, "transformers": learned}
            for label, pairs in (("all", 60), (ODD, 40))
        ],
        "contexts": contexts,
        "rules": "Trivial rules.",
    }


def test_a_text_has_its_rules_its_transformers_and_the_curve_of_contexts() -> None:
    text = Elements(page(text_facts({}, None))).text
    assert "50.0 of 60, nearest question" in text
    assert f"{ODD}4025.050.0" in text
    assert "contexts" not in text
    figures = {"exact": 0.4, "exact_sd": 0.03, "worst": 0.35}
    point = {"fillers": 4, "contexts": 20, "exact": 0.5, "exact_sd": 0.1}
    contexts = {"held_out": 20, "seeds": 3, "points": [point]}
    text = Elements(page(text_facts({"words": figures}, contexts))).text
    # Though a rule is better.
    assert "40.0 ± 3.0 of 60, transformer on words" in text
    assert f"{ODD}4040.0 ± 3.0 (35.0)25.050.0" in text
    assert "over 3 seeds, on 20 held-out contexts" in text
