"""A file is written whole or not at all, and a damaged one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.common.errors import StageError
from stages.common.files import (
    read_csv,
    read_json,
    write_bytes,
    write_csv,
    write_json,
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_json(tmp_path / "new/folder/a.json", {"é": [1, None, 0.5]})
    assert read_json(tmp_path / "new/folder/a.json") == {"é": [1, None, 0.5]}
    write_csv(tmp_path / "a.csv", [("a", "b"), (1, 'x,"y')])
    assert (tmp_path / "a.csv").read_bytes() == b'a,b\n1,"x,""y"\n'
    assert read_csv(tmp_path / "a.csv") == [{"a": "1", "b": 'x,"y'}]


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_bytes(path, b"old")
    write = Path.write_bytes

    def fill_the_disk(self: Path, data: bytes) -> int:
        write(self, data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("data", [b"", b"{", b"\xff"])
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(StageError) as caught:
        read_json(path)
    assert str(caught.value).startswith(f"{path} is damaged (")


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    write_bytes(path, b"old")
    link.hardlink_to(path)
    write_bytes(path, b"new")
    # Who has opened the old file, or DVC's link to it, keeps all of it.
    assert (path.read_bytes(), link.read_bytes()) == (b"new", b"old")


def test_json_has_no_number_for_infinity(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "a.json", float("inf"))
    assert not (tmp_path / "a.json").exists()
