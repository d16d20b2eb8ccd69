"""Questions and answers as a student loads them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tinydatasets
from tinydatasets import FormatError, Pair
from tinydatasets.texts import from_json_lines

ROOT = Path(__file__).parent.parent.parent
LINE = '{"id": "3-01", "level": 3, "question": "What is 1 plus 2?", "answer": "1 plus 2 is 3."}\n'
DAMAGED = "not questions and answers: damaged, cut short, or not written by this package"


def test_all_three_splits_are_loaded() -> None:
    text = tinydatasets.load_text("tinytalks")
    assert text._fields == ("train", "val", "test")
    assert [len(split) for split in text] == [210, 45, 45]
    authored = [
        tuple(line.split("\t"))
        for line in (ROOT / "datasets/tinytalks/pairs.tsv").read_text("ascii").splitlines()[1:]
    ]
    loaded = [pair for split in text for pair in split]
    assert sorted((pair.id, str(pair.level), *pair[2:]) for pair in loaded) == authored


def test_a_line_is_a_pair() -> None:
    assert from_json_lines(LINE.encode()) == [
        Pair("3-01", 3, "What is 1 plus 2?", "1 plus 2 is 3.")
    ]


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(ValueError, match="no dataset 'tinytalk'; there are tinytalks") as caught:
        tinydatasets.load_text("tinytalk")
    assert "Did you mean 'tinytalks'?" in str(caught.value)
    assert not isinstance(caught.value, FormatError)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        LINE.encode()[:-1],
        LINE.encode()[:-9],
        LINE.encode().replace(b"\n", b"\r\n"),
        LINE.encode() + b"\n",
        LINE.encode("utf-16"),
        LINE.replace(" 2?", " é?").encode(),
        LINE.replace('"id": "3-01", ', "").encode(),
        LINE.replace("}", ', "more": 1}').encode(),
        LINE.replace('"level": 3', '"level":  3').encode(),
        b"[" * 100_000,
        b"null\n",
        LINE.encode() * 20_000,
    ],
    ids=range(14),
)
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {DAMAGED}')}$"):
        tinydatasets.read_pairs(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("3,", "true,", "expected a level of 1 or more, found True"),
        ("3,", "0,", "expected a level of 1 or more, found 0"),
        ("3,", "2,", "expected an id such as '2-01' for level 2, found '3-01'"),
        ('"3-01"', "7", "expected an id such as '3-01' for level 3, found 7"),
        ("What is", "What " * 12, "expected a question of at most 60 characters, found 70"),
        (
            "1 plus 2 is 3.",
            "1 " * 41 + "1",
            "expected an answer of at most 80 characters, found 83",
        ),
        ("plus 2?", "plus\\n2?", "expected a question of printable ASCII with single spaces"),
        ("plus 2?", "plus \\u00e9?", "expected a question of printable ASCII with single spaces"),
        ('"1 plus 2 is 3."', '""', "expected an answer of printable ASCII"),
        ('"1 plus 2 is 3."', "3", "expected an answer of printable ASCII"),
    ],
)
def test_what_is_no_pair_is_told_with_its_line(old: str, new: str, message: str) -> None:
    data = LINE + LINE.replace(old, new, 1)
    with pytest.raises(FormatError) as caught:
        from_json_lines(data.encode())
    assert str(caught.value).startswith(f"not questions and answers: line 2: {message}")
