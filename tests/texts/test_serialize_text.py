"""Stage `serialize_text`: no file is too large to be read again."""

from pathlib import Path

import pytest

from stages.common.errors import StageError
from stages.common.files import write_json
from stages.texts import serialize_text


def test_more_than_a_reader_takes_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [(f"1-{n:04}", 1, "Q" * 60, "A" * 80) for n in range(6000)]
    write_json(Path("build/mine/split.json"), {"train": rows, "val": [], "test": rows[:1]})
    with pytest.raises(StageError, match=r"train\.jsonl: 6000 pairs are 1194000 bytes, but a "):
        serialize_text.main("mine")
    assert not Path("datasets/mine").exists()
