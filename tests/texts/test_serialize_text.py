"""Stage `serialize_text`: both formats of each split, none too large to be read again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from stages.common.errors import StageError
from stages.common.files import write_json
from stages.texts import serialize_text


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def serialize(**rows: Any) -> dict[str, str]:
    """Run the stage on the rows of each split, and return what it writes by name."""
    write_json(Path("build/mine/split.json"), rows)
    serialize_text.main("mine")
    return {path.name: path.read_bytes().decode() for path in Path("datasets/mine").iterdir()}


def test_both_formats_of_each_split_are_written() -> None:
    rows = {"train": [("1-01", 1, "Où ?", "Là.")], "val": [], "test": [("1-02", 1, "Q?", "A.")]}
    files = serialize(**rows)
    sums = files.pop("SHA256SUMS").splitlines()
    assert files == {
        "train.txt": "Q: Où ?\nA: Là.\n\n",
        "val.txt": "",
        "test.txt": "Q: Q?\nA: A.\n\n",
        "train.jsonl": '{"id": "1-01", "level": 1, "question": "Où ?", "answer": "Là."}\n',
        "val.jsonl": "",
        "test.jsonl": '{"id": "1-02", "level": 1, "question": "Q?", "answer": "A."}\n',
    }
    names = sorted(files)
    assert sums == [f"{hashlib.sha256(files[n].encode()).hexdigest()}  {n}" for n in names]


def test_more_than_a_reader_takes_is_not_written() -> None:
    rows = [(f"1-{n:04}", 1, "Q" * 60, "A" * 80) for n in range(6000)]
    with pytest.raises(StageError, match=r"train\.jsonl: 6000 pairs are 1194000 bytes, but a "):
        serialize(train=rows, val=[], test=rows[:1])
    assert not Path("datasets/mine").exists()
