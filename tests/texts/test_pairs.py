"""What a file of questions and answers may look like."""
# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import unicodedata

import pytest

from stages.texts.pairs import parse

HEADER = b"id\tlevel\tquestion\tanswer\n"
MIXED = (
    "id\tlevel\tquestion\tanswer\n"
    "1-01\t1\tComment ça va ?\tÇa va bien, merci ! 👍🏽\n"
    "1-02\t1\tनमस्ते, तुम कैसे हो?\tमैं ठीक हूँ।\n"
    "1-03\t1\tمی\u200cخواهی بازی کنیم؟\tبله، می\u200cخواهم.\n"
    "2-01\t2\t天空是什么颜色？\t天空是蓝色的。\n"
    "2-02\t2\tKuka on 👨\u200d👩\u200d👧?\tPerhe.\n"
)


@pytest.mark.parametrize(
    "data",
    [
        MIXED.encode("utf-8-sig"),
        MIXED.replace("\n", "\r\n").encode(),
        MIXED.replace("\n", "\r\n").encode("utf-8-sig") + b"\r\n",
        MIXED.encode() + b"\n",
        MIXED.encode() + b"\n\t\t\t\n",
        MIXED.encode().removesuffix(b"\n"),
        unicodedata.normalize("NFD", MIXED).encode(),
    ],
    ids=[
        "byte order mark",
        "CR LF",
        "as a spreadsheet saves it",
        "a blank last line",
        "rows emptied in a spreadsheet",
        "no last line end",
        "decomposed",
    ],
)
def test_however_it_was_saved_it_is_the_same(data: bytes) -> None:
    pairs = parse(data).pairs
    assert pairs == parse(MIXED.encode()).pairs
    assert ["\t".join(map(str, pair)) for pair in pairs] == MIXED.splitlines()[1:]


@pytest.mark.parametrize("levels", [[1], [1, 1, 2, 3], [*range(1, 13)]])
def test_levels_may_be_any_number_and_unequal(levels: list[int]) -> None:
    lines = [
        f"{level}-{number:02}\t{level}\tQuestion {number}?\tAnswer."
        for number, level in enumerate(levels, 1)
    ]
    pairs = parse(HEADER + "\n".join(lines).encode()).pairs
    assert [pair.level for pair in pairs] == levels
