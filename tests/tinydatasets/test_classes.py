"""The names of classes: written as a reader of JSON takes them, read with all that is wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tinydatasets import FormatError, classes

NAMES = ["Eiche", "sapin blanc", "ثلاثة", "三", "🌲", 'a "b" \\', "\u200c"]


def test_names_of_any_script_are_written_as_they_are_and_read_again(tmp_path: Path) -> None:
    data = classes.dumps(NAMES, 7)
    assert json.loads(data) == NAMES
    assert "ثلاثة" in data.decode()
    assert (data[-2:], data.count(b"\n")) == (b"]\n", 1)
    assert classes.loads(data, 7) == tuple(NAMES)
    # As anybody may write it.
    path = tmp_path / "classes.json"
    path.write_text('\n[\r\n  "\\u4e09",\n\t"oak"]')
    assert classes.read_classes(path, 1) == ("三", "oak")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["oak", ""], "expected names that are not empty, found ''"),
        (["oak", 3], "expected names that are not empty, found 3"),
        (["oak", "ash", "oak"], "expected each name once, found 'oak' twice"),
        (["oak", "\ud800"], "expected names in Unicode, found '\\ud800'"),
        (["oak"], "expected at least 2 names, one for each label, found 1"),
        (["a" * 2**20, "b"], "names of classes have at most 1,048,576 bytes; shorten them"),
    ],
)
def test_names_that_are_none_are_neither_written_nor_read(names: Any, message: str) -> None:
    with pytest.raises(FormatError, match=f"^{re.escape(message)}$"):
        classes.dumps(names, 2)
    with pytest.raises(FormatError, match=f"^not names of classes: {re.escape(message)}$"):
        classes.loads(json.dumps(names).encode(), 2)


def test_a_mapping_of_names_is_refused() -> None:
    with pytest.raises(FormatError, match="expected a list, found"):
        classes.loads(b'{"oak": 0, "ash": 1}', 2)
