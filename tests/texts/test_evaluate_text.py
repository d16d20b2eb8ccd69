"""Stage `evaluate_text`: bits per character of what was never seen, and which answer is first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from stages.texts import evaluate_text
from stages.texts.evaluate_text import bits_per_character, ranked_first
from tests.conftest import ROOT
from tinydatasets import FormatError, Pair

if TYPE_CHECKING:
    from pathlib import Path


def bits(train: str, text: str, order: int) -> float:
    figure: float = bits_per_character(train, {"test": text})[order - 1]["test"]
    return figure


def test_bits_are_those_of_the_formula_by_hand() -> None:
    # Each of the 96 characters that every model knows is counted once, those of "abab" once more.
    a = b = 3 / 100
    assert bits("abab", "ab", 1) == round(-math.log2(a * b) / 2, 6)
    # Witten-Bell: "a" stands before "b" twice and before nothing else.
    assert bits("abab", "ab", 2) == round(-math.log2(a * (2 + b) / (2 + 1)) / 2, 6)
    # Before "é", which train lacks, nothing is known of a longer context.
    assert bits("abab", "é", 6) == round(math.log2(101), 6)
    assert bits("abab", "z", 6) == round(math.log2(100), 6)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([("Is it red?", "It is red."), ("Is it blue?", "Red it is!")], 0.0),
        ([("Is it red?", "It is red."), ("Is that red?", "It is red.")], 1.0),
        ([("Is it red?", "It is red."), ("Do fish swim?", "Fish swim.")], 1.0),
        ([("Is it red?", "Fish swim."), ("Do fish swim?", "It is red.")], 0.0),
    ],
    ids=["a tie is not first", "the same answer is right", "each its own", "each the other's"],
)
def test_the_own_answer_is_ranked(texts: list[tuple[str, str]], expected: float) -> None:
    pairs = [Pair(f"1-0{n}", 1, *text) for n, text in enumerate(texts, 1)]
    assert ranked_first(pairs, pairs) == expected


def test_without_validation_pairs_test_has_its_figures_alone() -> None:
    train = [Pair("1-01", 1, "Is it red?", "It is red."), Pair("1-02", 1, "你好?", "Hello!")]
    figures = evaluate_text.evaluate_text(train, [], [Pair("1-03", 1, "Où ?", "Là.")])
    models = ["uniform", *(f"order {order}" for order in range(1, 11))]
    assert [row["model"] for row in figures["characters"]] == models
    assert [row.keys() for row in figures["characters"]] == [{"model", "test"}] * 11
    assert figures["bits"] == figures["characters"][4]["test"]
    assert figures["retrieval"] == [
        {"ranking": "chance", "test": 1.0},
        {"ranking": "tf-idf", "test": 1.0},
    ]
    assert figures["answered"] == 1.0


@pytest.mark.parametrize("emptied", ["train", "test"])
def test_an_emptied_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emptied: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "datasets/mine"
    folder.mkdir(parents=True)
    for split in ("train", "val", "test"):
        data = (ROOT / f"datasets/tinytalks/{split}.jsonl").read_bytes()
        (folder / f"{split}.jsonl").write_bytes(b"" if split == emptied else data)
    with pytest.raises(FormatError, match=f"{emptied}.jsonl: not questions and answers"):
        evaluate_text.main("mine")
    assert not (tmp_path / "metrics").exists()
