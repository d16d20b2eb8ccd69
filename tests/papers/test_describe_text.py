"""The papers of a text: what is held out, and trivial rules beside what transformers learned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stages.common.files import sha256, write_json
from stages.papers import describe_text
from stages.texts import evaluate_text, serialize_text

SPLITS = {
    "train": [
        ("1-01", 1, "Who are you?", "I am Tiny."),
        ("2-01", 2, "Is snow white?", "Yes, snow is white."),
        ("2-02", 2, "Mia runs. Tom sings. What does Mia do?", "Mia runs."),
    ],
    "val": [("2-03", 2, "Tom runs. Mia sings. What does Tom do?", "Tom runs.")],
    "test": [
        ("1-02", 1, "Who are you, Tiny?", "I am Tiny."),
        ("2-04", 2, "Is ice cold?", "Yes, ice is cold."),
    ],
}
ABOUT = "levels: [names, 'a|b']\nheld_out:\n  - Another *question*.\n  - Two sentences.\n"
HEADER = (
    "| level | pairs | first sentence | last sentence | most frequent answer | nearest question |"
)
ROWS = [
    "| all | 3 | 33.3 | 0.0 | 33.3 | 33.3 |",
    "| 1: names | 1 | 0.0 | 0.0 | 100.0 | 100.0 |",
    "| 2: a\\|b | 2 | 50.0 | 0.0 | 0.0 | 0.0 |",
    "| yes or no | 1 | 0.0 | 0.0 | 0.0 | 0.0 |",
]
CURVE = {
    "held_out": 20,
    "seeds": 3,
    "points": [
        {"fillers": fillers, "contexts": contexts, "exact": 0.5, "exact_sd": 0.1, "worst": 0.4}
        for fillers, contexts in ((4, 20), (6, 20), (6, 75))
    ],
}


def papers(name: str, splits: tuple[str, ...] = ()) -> tuple[str, str]:
    """Return card and datasheet of a text of which transformers have figures on some splits."""
    folder = Path("datasets", name)
    counts = {f"{split}_per_level": len(rows) for split, rows in SPLITS.items()}
    text = {"source": "pairs.tsv", "seed": 1, **counts}
    write_json(Path("params.yaml"), {"texts": {name: text}})
    Path("pairs.tsv").touch()
    write_json(Path("build", name, "split.json"), SPLITS)
    serialize_text.main(name)
    (folder / "about.yaml").write_text(ABOUT)
    evaluate_text.main(name)
    pairs = b"".join((folder / f"{split}.jsonl").read_bytes() for split in SPLITS)
    figures: dict[str, Any] = {"exact": 0.971, "exact_sd": 0.012, "bits": 0.1, "bits_sd": 0.0}
    levels = [
        {"split": split, "level": level, "pairs": 1, "worst": 0.95, **figures}
        for split in splits
        for level in ("all", "1", "2", "yes or no")
    ]
    learned = {"trainings": 5, "parameters": 106_000, "levels": levels, "time": []}
    if splits:
        measured = {"pairs_sha256": sha256(pairs), "words": learned}
        write_json(describe_text.TRANSFORMERS / f"{name}.json", measured)
    describe_text.main(name)
    card, sheet = ((folder / paper).read_text("utf-8") for paper in ("README.md", "DATASHEET.md"))
    return card, sheet


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_transformers_stand_beside_trivial_rules_if_they_have_the_same_rows() -> None:
    rule = "|---|---|---|---|---|---|"
    for splits in ((), ("train", "test")):
        card, sheet = papers("mine", splits)
        assert "\n".join([HEADER, rule, *ROWS]) + "\n" in card
        assert "of them exactly" not in sheet
    card, sheet = papers("mine", ("train", "test", "held out"))
    header = f"{HEADER} transformer on words | worst |"
    rows = [f"{row} 97.1 ± 1.2 | 95.0 |" for row in ROWS]
    assert "\n".join([header, f"{rule}---|---|", *rows]) + "\n" in card
    assert "- A transformer of 106,000 parameters on words answers 97.1 ± 1.2% of them" in sheet
    assert "trivial rules answer 33.3% (first sentence), 0.0% (last sentence), 33.3% (" in sheet


def test_what_is_held_out_is_said_by_level() -> None:
    said = "\n- Level 1: Another *question*.\n- Level 2: Two sentences.\n"
    card, sheet = papers("mine")
    assert f"\n## What is held out\n{said}" in card
    assert f"\n**What is held out?**\n{said}" in sheet


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_curve_of_contexts_is_of_texts_with_some(is_shown: bool, monkeypatch: Any) -> None:
    if not is_shown:
        for split, of_split in SPLITS.items():
            monkeypatch.setitem(SPLITS, split, [row for row in of_split if "Mia" not in row[2]])
    assert "contexts it takes" not in papers("mine")[0]
    write_json(describe_text.TRANSFORMERS / "_contexts.json", CURVE)
    card, _ = papers("mine")
    rows = (
        "| contexts | 4 names, 4 verbs | 6 names, 6 verbs |\n|---|---|---|\n"
        "| 20 | 50.0 ± 10.0 | 50.0 ± 10.0 |\n| 75 | | 50.0 ± 10.0 |\n"
    )
    assert (rows in card) == is_shown
    assert ("about 20 held-out contexts" in card) == is_shown
    facts = json.loads(Path("build/report/mine.json").read_text())
    assert facts["contexts"] == (CURVE if is_shown else None)
