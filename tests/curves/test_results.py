"""Results that are stored at once, and what a kill leaves of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from experiments.curves.results import append, read_results

if TYPE_CHECKING:
    from pathlib import Path

from experiments.curves.training import Score

LINES = b'{"key": "a", "correct": 3, "rows": 4}\n{"key": "b", "correct": 0, "rows": 4}\n'
SCORES = {"a": (3, 4), "b": (0, 4)}


def test_a_result_is_in_the_file_before_the_next_is_known(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    assert read_results(path) == {}
    with path.open("ab") as file:
        append(file, "a", Score(3, 4))
        assert read_results(path) == {"a": (3, 4)}
        append(file, "b", Score(0, 4))
        assert path.read_bytes() == LINES
    assert read_results(path) == SCORES


@pytest.mark.parametrize("bytes_of_the_next", range(1, 38))
def test_a_torn_line_is_dropped_and_the_next_is_whole(
    tmp_path: Path, bytes_of_the_next: int
) -> None:
    path = tmp_path / "results.jsonl"
    torn = b'{"key": "c", "correct": 2, "rows": 4}'[:bytes_of_the_next]
    path.write_bytes(LINES + torn)
    assert read_results(path) == SCORES
    with path.open("ab") as file:
        append(file, "c", Score(1, 4))
    assert read_results(path) == {**SCORES, "c": (1, 4)}


def test_a_first_line_that_is_torn_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(LINES[:20])
    assert read_results(path) == {}
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "line",
    [b"\0\0\0\0", b"\xff", b"{}", b"[]", b"7", b'{"key": "c", "correct": null, "rows": 4}', b""],
)
def test_a_damaged_line_is_passed_over(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(line + b"\n" + LINES)
    assert read_results(path) == SCORES
