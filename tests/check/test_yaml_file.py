"""params.yaml means to us what it means to DVC, and a slip in it is named where it stands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from dvc.utils.serialize import load_yaml

from stages.check.read import read_params
from stages.check.yaml_file import line_of, read_yaml
from stages.common.errors import StageError
from tests.check.example import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
    "an open bracket": (
        "seed: 42",
        "seed: [42",
        "line 26, column 20",
        "expected ',' or ']', but got ':'",
    ),
    "the same name twice": (
        "  tinydigits-150:",
        "  tinydigits:",
        "line 30, column 3",
        "the key 'tinydigits' stands twice",
    ),
}

SCALARS = (
    "1 0 -1 +1 -0 010 01 0o10 0x10 1_000 1:30 1e3 1e-3 1.0E2 1E5 +.5 .5 5. 1.5 -2.5 00.5 1_0.5 "
    "1.e3 12e03 0.0 -0.0 . 1e .inf -.inf +.inf .nan true True TRUE tRUE yes no on off y n null "
    "Null ~ 2001-01-01 '1' \"1\" abc"
)


@pytest.mark.parametrize("scalar", [*SCALARS.split(), ""])
def test_a_number_is_the_one_that_dvc_reads_or_none(scalar: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(f"value: {scalar}\n")
    ours: Any = read_yaml(path)["value"]
    theirs: Any = load_yaml(str(path))["value"]
    if isinstance(ours, str):
        assert ours == scalar.strip("'\"")
    else:
        assert type(ours) is type(theirs)
        assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


def test_anchors_and_merge_keys_are_read(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: *a}\n")
    assert read_yaml(path) == load_yaml(str(path))
    assert read_yaml(path)["b"] == {"x": 1, "y": 3}


@pytest.mark.parametrize(("old", "new", "place", "words"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_named_where_it_is(
    said: Callable[[str, str], str], old: str, new: str, place: str, words: str
) -> None:
    message = said(old, new)
    assert message.startswith(f", {place}: ")
    assert words in message


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


def test_a_file_that_is_not_utf_8_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes("sources: {}\n# Übung\n".encode("latin-1"))
    with pytest.raises(StageError) as caught:
        read_yaml(path)
    assert str(caught.value) == f"{path}, line 2: not UTF-8; save the file as UTF-8"
