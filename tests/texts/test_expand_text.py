"""Stage `expand_text` on pairs: wrong ones stop it, and right ones become one table."""
# ruff: noqa: RUF001 - the letters of other scripts are meant

import unicodedata
from pathlib import Path

import pytest

from stages.common.errors import StageError
from stages.texts import expand_text

HEADER = "id\tlevel\tquestion\tanswer\n"
PAIRS = f"""\
{HEADER}1-01\t1\tHello!\tHello! How can I help you today?
1-02\t1\tComment ça va ?\tÇa va bien, merci ! 👍🏽
1-03\t1\tनमस्ते, तुम कैसे हो?\tमैं ठीक हूँ।
2-01\t2\tمی\u200cخواهی بازی کنیم؟\tبله، می\u200cخواهم.
2-02\t2\t天空是什么颜色？\t天空是蓝色的。
3-01\t3\tKuka on 👨\u200d👩\u200d👧?\tPerhe.
"""
FULL_HEADER = HEADER.replace("\n", "\tfillers\ttemplate\tphrasing\tgroup\n")
# As the stage writes templates.
FULL = f"""\
{FULL_HEADER}1-01\t1\tWho are you?\tI am Tiny.\tme-1\tme-1\tme-1-1\t1-01
1-02\t1\tHello! Who are you?\tHello! I am Tiny.\tme-2\tme-1\tme-1-1\t1-02
"""


def expand(data: bytes) -> str:
    """Run the stage on a file of pairs, and return what it writes."""
    Path("pairs.tsv").write_bytes(data)
    expand_text.main(source=Path("pairs.tsv"), out=Path("out.tsv"))
    return Path("out.tsv").read_bytes().decode()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        PAIRS.encode(),
        PAIRS.encode("utf-8-sig"),
        PAIRS.replace("\n", "\r\n").encode(),
        PAIRS.replace("\n", "\r\n").encode("utf-8-sig") + b"\r\n",
        PAIRS.encode() + b"\n\t\t\t\n",
        PAIRS.encode().removesuffix(b"\n"),
        unicodedata.normalize("NFD", PAIRS).encode(),
    ],
    ids=["as is", "byte order mark", "CR LF", "spreadsheet", "emptied rows", "no end", "NFD"],
)
def test_however_it_was_saved_it_is_the_same(data: bytes) -> None:
    assert expand(data) == PAIRS


def test_what_pairs_are_made_of_is_kept() -> None:
    assert expand(FULL.encode()) == FULL


def test_levels_may_be_any_number_and_a_rude_word_within_another_is_none() -> None:
    lines = [f"{n}-01\t{n}\tQuestion {n}?\tHello, classmate!\n" for n in range(1, 13)]
    assert expand((HEADER + "".join(lines)).encode()) == HEADER + "".join(lines)


NO_HEADER = r"line 1: expected the header 'id\tlevel\tquestion\tanswer', found "
NO_PAIRS = "expected one or more pairs below the header, found none"
QUESTION = "line 2: expected a question of "


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (PAIRS, "", f"{NO_HEADER}''"),
        (PAIRS, HEADER, NO_PAIRS),
        (PAIRS, f"{HEADER}\n \t\n", NO_PAIRS),
        ("id\tlevel", "id\tgrade", f"{NO_HEADER}'id"),
        ("Hello!\tHello!", "Hello! Hello!", "line 2: expected 4 fields apart by tabs, found 3"),
        ("Hello!\t", "Hello!\t\t", "line 2: expected 4 fields apart by tabs, found 5"),
        ("1-02\t", "\n1-02\t", "line 3: expected 4 fields apart by tabs, found 1"),
        ("\t1\tHello!", "\t6\tHello!", "line 2: expected an id such as '6-01' for level 6, found"),
        ("\t1\tHello!", "\t0\tHello!", "line 2: expected a level of 1 to 9999, found '0'"),
        ("\t1\tHello!", "\t१\tHello!", "line 2: expected a level of 1 to 9999, found '१'"),
        ("3-01\t3", "7-01\t7", "expected pairs of every level from 1 to 7, found none of level 3"),
        ("1-02", "1-01", "line 3: the id 1-01 stands in line 2 too"),
        ("Hello!\t", "\t", f"{QUESTION}words with single spaces between them, found ''"),
        ("Hello!\t", "A\r\t", f"{QUESTION}printable characters, found U+000D (without a name) in"),
        ("Hello!\t", "?!\t", "line 2: expected a word in the question, found '?!'"),
        ("Hello!\t", "☀️?\t", "line 2: expected a word in the question, found '☀️?'"),
        ("How can", "DAMN, how can", "line 2: 'damn' is in stages/texts/profanity.txt; write it"),
        (PAIRS, FULL.replace(FULL_HEADER, HEADER), "line 2: expected 4 fields apart by tabs, fou"),
        (PAIRS, FULL.replace("group\n", "topic\n", 1), f"{NO_HEADER}'id\\tlev"),
    ],
)
def test_the_first_mistake_is_named_with_its_line(old: str, new: str, message: str) -> None:
    assert old in PAIRS
    with pytest.raises(StageError) as caught:
        expand(PAIRS.replace(old, new, 1).encode())
    assert str(caught.value).startswith(f"pairs.tsv: {message}")
    assert "\n" not in str(caught.value)
    assert not Path("out.tsv").exists()


@pytest.mark.parametrize(
    ("encoding", "line", "byte"), [("cp1252", 3, "0xe9"), ("utf-16", 1, "0xff")]
)
def test_another_encoding_is_named(encoding: str, line: int, byte: str) -> None:
    pairs = f"{HEADER}1-01\t1\tHow are you?\tFine.\n1-02\t1\tAllé?\tYes.\n"
    with pytest.raises(StageError) as caught:
        expand(pairs.encode(encoding))
    assert str(caught.value) == (
        f"pairs.tsv: line {line}: expected UTF-8, found the byte {byte}; save the file as UTF-8"
    )
