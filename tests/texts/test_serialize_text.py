"""Stage `serialize_text`: what is too large to be read again is not written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stages import serialize_text
from stages.common.errors import StageError

if TYPE_CHECKING:
    from pathlib import Path


def test_more_than_a_reader_takes_is_not_written(tmp_path: Path) -> None:
    rows = [(f"1-{n:04}", 1, "Q" * 60, "A" * 80) for n in range(6000)]
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"train": rows, "val": [], "test": rows[:1]}), "ascii")
    with pytest.raises(StageError, match=r"train\.jsonl: 6000 pairs are 1194000 bytes, but a "):
        serialize_text.main(split=split, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_both_formats_of_each_split_are_written(tmp_path: Path) -> None:
    split = tmp_path / "split.json"
    rows = {"train": [("1-01", 1, "Où ?", "Là.")], "val": [], "test": [("1-02", 1, "Q?", "A.")]}
    split.write_text(json.dumps(rows))
    serialize_text.main(split=split, out=tmp_path / "out")
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}
    assert written == {
        "train.txt": "Q: Où ?\nA: Là.\n\n",
        "val.txt": "",
        "test.txt": "Q: Q?\nA: A.\n\n",
        "train.jsonl": '{"id": "1-01", "level": 1, "question": "Où ?", "answer": "Là."}\n',
        "val.jsonl": "",
        "test.jsonl": '{"id": "1-02", "level": 1, "question": "Q?", "answer": "A."}\n',
    }
