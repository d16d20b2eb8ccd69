"""Slips in params.yaml: each is named with the line where it stands, and with what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from stages.lib.command import StageError
from stages.lib.params.read import read_params
from stages.lib.params.yaml_file import line_of
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
# The first dataset, whose lines are 23 to 27.
DATASET = TEXT[TEXT.index("  tinydigits:") : TEXT.index("\n  # The 150-sample")]
SEED = "    seed: 42"
# What to replace in params.yaml, by what, where the slip is, and what the message says.
SLIPS = {
    "a tab": (SEED, "\tseed: 42", "line 25, column 1", "a tab; write spaces"),
    "a tab after spaces": (SEED, "   \tseed: 42", "line 25, column 4", "a tab; write spaces"),
    "a tab after the colon": (SEED, "    seed:\t42", "line 25, column 10", "a tab; write spaces"),
    "one space too few": (
        SEED,
        "   seed: 42",
        "line 25, column 4",
        "indented by 3, but line 24 by 4; the keys of one entry start in the same column",
    ),
    "two spaces too few": (SEED, "  seed: 42", "line 25, column 3", "indented by 2, but line 26"),
    "no indentation": (SEED, "seed: 42", "line 25, column 1", "indented by 0, but line 26 by 4"),
    "too much indentation": (
        SEED,
        "      seed: 42",
        "line 25, column 7",
        "indented by 6, but line 24 by 4",
    ),
    "an entry that is not indented": (
        DATASET,
        DATASET.replace("    ", "  "),
        "line 24",
        "datasets.source: source is a key of an entry of datasets, but stands where its name",
    ),
    "a key that is not indented": (
        "    seed: 42\n\n# Questions",
        "seed: 42\n\n# Questions",
        "line 62",
        "seed: a key of an entry of datasets, recipes, texts; indent it as the other keys",
    ),
    "no space after the colon": (
        SEED,
        "    seed:42",
        "line 25, column 5",
        "put a space after the colon of `seed:`",
    ),
    "no space after the colon of the last key": (
        "    test_per_class: 20\n\n",
        "    test_per_class:20\n\n",
        "line 27, column 5",
        "put a space after the colon of `test_per_class:`",
    ),
    "no space after the colon of a label": (
        "train_per_class: 100",
        "train_per_class: {0: 40, 1:40}",
        "line 26",
        "datasets.tinydigits.train_per_class: '1:40': put a space after the colon: '1: 40'",
    ),
    "no space after the colon in one line": (
        "datasets:\n",
        "datasets:\n  mine: {source:digits, seed: 7}\n",
        "line 22",
        "datasets.mine: 'source:digits': put a space after the colon: 'source: digits'",
    ),
    "no colon": (
        "  tinydigits:",
        "  tinydigits",
        "line 23, column 3",
        "put a colon after `tinydigits`",
    ),
    "a no-break space after the colon": (
        SEED,
        "    seed:\u00a042",
        "line 25, column 10",
        "no-break space (U+00A0); write an ordinary space",
    ),
    "a no-break space after the value": (
        SEED,
        "    seed: 42\u00a0",
        "line 25, column 13",
        "no-break space (U+00A0); write an ordinary space",
    ),
    "an em space as indentation": (
        SEED,
        "    \u2003seed: 42",
        "line 25, column 5",
        "em space (U+2003); write an ordinary space",
    ),
    "what parses and is wrong": (
        SEED,
        "    seed: -1",
        "line 25",
        "datasets.tinydigits.seed: -1: expected greater than or equal to 0",
    ),
    "what is missing": (f"{SEED}\n", "", "line 23", "datasets.tinydigits.seed: missing"),
    "what another part forbids": (
        "test_per_class: 20",
        "test_per_class: 90",
        "line 26",
        "datasets.tinydigits.train_per_class: class 0 of digits has 178 rows available",
    ),
}
WINDOWS = "Windows allows no file or folder of this name"
# A part of params.yaml, the first of its names, and names that it can't have.
TAKEN = [
    ("dataset", "  tinydigits:", "mnist", "`tinydatasets.load('mnist')` loads the benchmark"),
    ("dataset", "  tinydigits:", "cifar10", "`tinydatasets.load('cifar10')` loads the benchmark"),
    ("text", "  tinytalks:", "mnist", "`tinydatasets.load('mnist')` loads the benchmark"),
    ("dataset", "  tinydigits:", "con", WINDOWS),
    ("dataset", "  tinydigits:", "nul", WINDOWS),
    ("text", "  tinytalks:", "aux", WINDOWS),
    ("recipe", "  tuned:", "prn", WINDOWS),
    ("recipe", "  tuned:", "com1", WINDOWS),
    ("source", "  mnist-5k:", "lpt9", WINDOWS),
    ("dataset", "  tinydigits:", "sources", "build/sources holds the sources"),
]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(ROOT)  # where the files are that texts are made of
    return tmp_path / "params.yaml"


def said(path: Path, old: str, new: str) -> str:
    assert old in TEXT
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StageError) as caught:
        read_params(path)
    return str(caught.value)


@pytest.mark.parametrize(("old", "new", "place", "words"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_named_where_it_is(
    path: Path, old: str, new: str, place: str, words: str
) -> None:
    message = said(path, old, new)
    assert message.startswith(f"{path}, {place}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(("kind", "old", "name", "why"), TAKEN)
def test_a_name_that_is_taken_is_refused(
    path: Path, kind: str, old: str, name: str, why: str
) -> None:
    message = said(path, old, f"  {name}:")
    assert re.search(rf"line \d+: {kind}s\.{name}: {re.escape(why)}", message)
    assert message.endswith(f"; give the {kind} another name")


def test_a_source_may_be_named_as_the_benchmark_that_it_is(path: Path) -> None:
    source = (
        "sources:\n  mnist:\n    benchmark: mnist\n    image_shape: [28, 28]\n    maximum: 255\n"
        "    rows_per_class: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]\n"
    )
    path.write_text(TEXT.replace("sources:\n", source, 1), encoding="utf-8")
    assert "mnist" in read_params(path).sources


def test_unusual_spaces_in_comments_and_quotes_are_nobodys_business(path: Path) -> None:
    text = TEXT.replace("seed: 42", "seed: 42  # twice\u00a021,\tor so", 1)
    path.write_text(text.replace("source: digits", "source: 'digits'", 1), encoding="utf-8")
    assert read_params(path).datasets["tinydigits"].seed == 42


def test_a_line_is_found_by_its_keys(path: Path) -> None:
    path.write_text("a:\n  b: [1,\n    {c: 2}]\n1:\n  x: 0\n")
    assert line_of(path, []) == 1
    assert line_of(path, ["a", "b"]) == 2
    assert line_of(path, ["a", "b", 1, "c"]) == 3
    assert line_of(path, [1, "x"]) == 5
    assert line_of(path, ["a", "nowhere"]) == 1
