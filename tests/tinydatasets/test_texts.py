"""Questions and answers as a student loads them."""
# ruff: noqa: RUF001 - the letters of other scripts are meant

import re
import shutil
from pathlib import Path

import pytest

import tinydatasets
from tests.conftest import ROOT
from tinydatasets import FormatError, Pair, loading
from tinydatasets.texts import from_json_lines, to_json_lines, to_text

LINE = '{"id": "3-01", "level": 3, "question": "What is 1 plus 2?", "answer": "1 plus 2 is 3."}\n'
DAMAGED = "not questions and answers: damaged, cut short, or not written by this package"


def test_other_scripts_are_written_as_they_are_and_read_again() -> None:
    pairs = from_json_lines(LINE.encode())
    assert pairs == [Pair("3-01", 3, "What is 1 plus 2?", "1 plus 2 is 3.")]
    pairs = [
        Pair("1-01", 1, "Comment ça va ?", "Ça va bien, merci ! 👍🏽"),
        Pair("1-02", 1, "می\u200cخواهی بازی کنیم؟", "你好"),
        Pair("12-9999", 12, "नमस्ते?", "👨\u200d👩\u200d👧"),
    ]
    written = to_json_lines(pairs).encode()
    assert '"question": "Comment ça va ?"'.encode() in written
    assert b"\\" not in written
    assert from_json_lines(written) == pairs
    assert to_text(pairs[:1]) == "Q: Comment ça va ?\nA: Ça va bien, merci ! 👍🏽\n\n"


@pytest.mark.parametrize("empty", ["train", "val", "test"])
def test_only_validation_may_have_no_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: str
) -> None:
    monkeypatch.setattr(loading, "_folder", lambda: tmp_path)
    (tmp_path / "mine").mkdir()
    for split in ("train", "val", "test"):
        path = tmp_path / "mine" / f"{split}.jsonl"
        path.write_text("" if split == empty else LINE)
    if empty == "val":
        assert [len(split) for split in tinydatasets.load_text("mine")] == [1, 0, 1]
        return
    path = path.with_name(f"{empty}.jsonl")
    with pytest.raises(FormatError, match=f"^{re.escape(f'{path}: {DAMAGED}')}$"):
        tinydatasets.load_text("mine")


def test_a_file_that_is_another_or_gone_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_folder", lambda: tmp_path)
    folder = tmp_path / "mine"
    shutil.copytree(ROOT / "datasets/tinytalks", folder)
    path = folder / "val.jsonl"
    tinydatasets.load_text("mine")
    path.write_bytes(path.read_bytes().replace(b"I am Tiny.", b"I am tiny."))
    for load in (lambda: tinydatasets.load_text("mine"), lambda: tinydatasets.read_pairs(path)):
        with pytest.raises(FormatError, match=f"^{re.escape(str(path))}: another file, or damaged"):
            load()
    path.write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(FormatError, match=f"^{re.escape(str(path))}: a pointer of Git LFS"):
        tinydatasets.load_text("mine")
    (folder / "train.jsonl").unlink()
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(str(folder))}/train.jsonl is miss"):
        tinydatasets.load_text("mine")


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        LINE.encode().replace(b"\n", b"\r\n"),
        LINE.replace(" 2?", " é?").encode("latin-1"),
        LINE.replace("}", ', "more": 1}').encode(),
        LINE.encode() * 20_000,
    ],
    ids=range(5),
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
        ("What is", "What " * 12, "expected a question of at most 60 characters, found 70"),
        ("1 plus 2 is 3.", "1 " * 41, "expected an answer of at most 80 characters, found 82"),
        ("plus 2?", "\\n?", "expected a question of printable characters, found U+000A (without a"),
        ("plus 2?", "\u2028?", "expected a question of printable characters, found U+2028 (LINE"),
        ("plus 2?", "  2?", "expected a question of words with single spaces between them, found"),
        ("plus 2?", "cafe\u0301?", "expected a question in Unicode's normal form C (NFC), found"),
        ('"1 plus 2 is 3."', '""', "expected an answer of words with single spaces between them"),
        ('"1 plus 2 is 3."', "3", "expected an answer as a string, found 3"),
    ],
)
def test_what_is_no_pair_is_told_with_its_line(old: str, new: str, message: str) -> None:
    data = LINE + LINE.replace(old, new, 1)
    expected = re.escape(f"not questions and answers: line 2: {message}")
    with pytest.raises(FormatError, match=f"^{expected}"):
        from_json_lines(data.encode())
