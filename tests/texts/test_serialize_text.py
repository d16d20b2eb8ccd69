"""Stage `serialize_text`: both formats of each split, none too large to be read again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from stages.common.errors import StageError
from stages.texts import serialize_text

if TYPE_CHECKING:
    from pathlib import Path


def serialize(folder: Path, **rows: Any) -> dict[str, str]:
    """Run the stage on the rows of each split, and return what it writes by name."""
    (folder / "split.json").write_text(json.dumps(rows), "ascii")
    serialize_text.main(split=folder / "split.json", out=folder / "out")
    return {path.name: path.read_bytes().decode() for path in (folder / "out").iterdir()}


def test_both_formats_of_each_split_are_written(tmp_path: Path) -> None:
    rows = {"train": [("1-01", 1, "Où ?", "Là.")], "val": [], "test": [("1-02", 1, "Q?", "A.")]}
    assert serialize(tmp_path, **rows) == {
        "train.txt": "Q: Où ?\nA: Là.\n\n",
        "val.txt": "",
        "test.txt": "Q: Q?\nA: A.\n\n",
        "train.jsonl": '{"id": "1-01", "level": 1, "question": "Où ?", "answer": "Là."}\n',
        "val.jsonl": "",
        "test.jsonl": '{"id": "1-02", "level": 1, "question": "Q?", "answer": "A."}\n',
    }


def test_more_than_a_reader_takes_is_not_written(tmp_path: Path) -> None:
    rows = [(f"1-{n:04}", 1, "Q" * 60, "A" * 80) for n in range(6000)]
    with pytest.raises(StageError, match=r"train\.jsonl: 6000 pairs are 1194000 bytes, but a "):
        serialize(tmp_path, train=rows, val=[], test=rows[:1])
    assert not (tmp_path / "out").exists()
