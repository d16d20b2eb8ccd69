"""Stage `expand_text`: wrong questions and answers stop it, and right ones are one table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stages import expand_text
from stages.common import command

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[bytes], str]

HEADER = b"id\tlevel\tquestion\tanswer\n"
# As an author writes it: five levels of four pairs each.
PAIRS = (
    HEADER
    + b"""\
1-01\t1\tHello!\tHello! How can I help you today?
1-02\t1\tHi there!\tHi there! It is nice to see you.
1-03\t1\tHey, Tiny!\tHey! What would you like to know?
1-04\t1\tHow old are you?\tI am as old as this file.
2-01\t2\tWhat colour is the sky?\tOn a clear day the sky is blue.
2-02\t2\tHow many legs does a spider have?\tA spider has eight legs.
2-03\t2\tWhere do fish live?\tFish live in water.
2-04\t2\tWhat does a cow say?\tA cow says moo.
3-01\t3\tWhat is 1 plus 2?\t1 plus 2 is 3.
3-02\t3\tWhat is 9 minus 5?\t9 minus 5 is 4.
3-03\t3\tWhat is 6 plus 4?\t6 plus 4 is 10.
3-04\t3\tHow much is half of 8?\tHalf of 8 is 4.
4-01\t4\tWhy do we sleep?\tSleep gives us new strength.
4-02\t4\tWhen do I need an umbrella?\tWhen it rains.
4-03\t4\tWhich is heavier, a feather or a stone?\tA stone is heavier.
4-04\t4\tWho repairs cars?\tA mechanic repairs cars.
5-01\t5\tAna likes tea. What does Ana drink?\tAna drinks tea.
5-02\t5\tIt is late. Is it night?\tYes, it is night.
5-03\t5\tBen is in Rome. Which city is that?\tBen is in Rome.
5-04\t5\tMy shoes are wet. Did I go outside?\tYes, in the rain.
"""
)
FULL_HEADER = HEADER[:-1] + b"\tfillers\ttemplate\n"
# As the stage writes templates.
FULL = (
    FULL_HEADER
    + b"""\
1-01\t1\tWho are you?\tI am Tiny.\tidentity-1\tidentity-1
1-02\t1\tHello! Who are you?\tHello! I am Tiny.\tidentity-2\tidentity-1
"""
)
# What to replace in the authored file, by what, and what the message says.
WRONG = {
    "CR alone": (
        "you.\n",
        "you.\r",
        "line 3: expected LF or CR LF as the line end, found CR alone",
    ),
    "another header": (
        "id\tlevel",
        "id\tgrade",
        r"line 1: expected the header 'id\tlevel\tquestion\tanswer', found 'id",
    ),
    "a field too few": (
        "Hello!\tHello!",
        "Hello! Hello!",
        "line 2: expected 4 fields apart by tabs, found 3",
    ),
    "a field too many": (
        "Hello!\t",
        "Hello!\t\t",
        "line 2: expected 4 fields apart by tabs, found 5",
    ),
    "an empty line": ("you.\n", "you.\n\n", "line 4: expected 4 fields apart by tabs, found 1"),
    "another level": (
        "\t1\tHello!",
        "\t6\tHello!",
        "line 2: expected an id such as '6-01' for level 6, found '1-01'",
    ),
    "level 0": ("\t1\tHello!", "\t0\tHello!", "line 2: expected a level of 1 to 9999, found '0'"),
    "a level in words": (
        "\t1\tHello!",
        "\tone\tHello!",
        "line 2: expected a level of 1 to 9999, found 'one'",
    ),
    "a level in another script": (
        "\t1\tHello!",
        "\t१\tHello!",
        "line 2: expected a level of 1 to 9999, found '१'",
    ),
    "a gap between levels": (
        "1-01\t1\t",
        "7-01\t7\t",
        "expected pairs of every level from 1 to 7, found none of level 6",
    ),
    "an id of another level": (
        "1-01",
        "2-01",
        "line 2: expected an id such as '1-01' for level 1, found '2-01'",
    ),
    "an id twice": ("1-02", "1-01", "line 3: the id 1-01 stands in line 2 too"),
    "a question too long": (
        "Hello!\t",
        f"{'Hello! ' * 8}Hello\t",
        "line 2: expected a question of at most 60 characters, found 61: 'Hello! ",
    ),
    "an answer too long": (
        "today?",
        "today" * 11 + "?",
        "line 2: expected an answer of at most 80 characters, found 82: 'Hello! ",
    ),
    "two spaces": (
        "How can",
        "How  can",
        (
            "line 2: expected an answer of words with single spaces between them, "
            "found 'Hello! How  can"
        ),
    ),
    "a space at the edge": (
        "Hello!\t",
        "Hello! \t",
        "line 2: expected a question of words with single spaces between them, found 'Hello! '",
    ),
    "an escape": (
        "Hello!\t",
        "Hello!\x1b\t",
        (
            "line 2: expected a question of printable characters, found U+001B (without a name) "
            "in 'Hello!\\x1b'"
        ),
    ),
    "a space that does not break": (
        "Hello!\t",
        "Hello\xa0!\t",
        (
            "line 2: expected a question of printable characters, found U+00A0 (NO-BREAK SPACE) "
            "in 'Hello\\xa0!'"
        ),
    ),
    "a line separator": (
        "Hello!\t",
        "Hello!\u2028Hi!\t",
        "line 2: expected a question of printable characters, found U+2028 (LINE SEPARATOR) in ",
    ),
    "a change of direction": (
        "Hello!\t",
        "Hello\u202e!\t",
        "line 2: expected a question of printable characters, found U+202E (RIGHT-TO-LEFT ",
    ),
    "an empty answer": (
        "Hello! How can I help you today?",
        "",
        "line 2: expected an answer of words with single spaces between them, found ''",
    ),
    "an answer that cannot be seen": (
        "Hello! How can I help you today?",
        "\u200d",
        "line 2: expected an answer of words with single spaces between them, found '\\u200d'",
    ),
    "no word": ("Hello!\t", "?!\t", "line 2: expected a word in the question, found '?!'"),
    "no word but an emoji": (
        "Hello!\t",
        "☀️?\t",
        "line 2: expected a word in the question, found '☀️?'",
    ),
    "a rude word": (
        "How can I",
        "DAMN, how can I",
        "line 2: 'damn' is in stages/texts/profanity.txt; write it without",
    ),
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give what runs the stage on a file of pairs, and says why it stopped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", "expand_text --source pairs.tsv --out out.tsv".split())

    def run_stage(pairs: bytes) -> str:
        Path("pairs.tsv").write_bytes(pairs)
        Path("out.tsv").unlink(missing_ok=True)
        stopped = ""
        try:
            command.run(expand_text.main)
        except SystemExit as error:
            # What is no number is printed, and the status is 1.
            stopped = str(error.code)
        assert Path("out.tsv").exists() == (not stopped)
        assert "\n" not in stopped
        return stopped

    return run_stage


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_wrong_pairs_stop(run: Run, old: str, new: str, message: str) -> None:
    assert old.encode() in PAIRS
    stopped = run(PAIRS.replace(old.encode(), new.encode(), 1))
    assert stopped.startswith(f"pairs.tsv: {message}")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (b"", r"line 1: expected the header 'id\tlevel\tquestion\tanswer', found ''"),
        (b"\n", r"line 1: expected the header 'id\tlevel\tquestion\tanswer', found ''"),
        (HEADER, "expected one or more pairs below the header, found none"),
        (HEADER + b"\n \t\n", "expected one or more pairs below the header, found none"),
        (b"\0" * 9, r"line 1: expected the header 'id\tlevel\tquestion\tanswer', found '\x00"),
    ],
)
def test_a_file_without_pairs_stops(run: Run, pairs: bytes, message: str) -> None:
    assert run(pairs).startswith(f"pairs.tsv: {message}")


@pytest.mark.parametrize(
    ("encoding", "line", "byte"), [("cp1252", 3, "0xe9"), ("utf-16", 1, "0xff")]
)
def test_another_encoding_stops(run: Run, encoding: str, line: int, byte: str) -> None:
    pairs = HEADER.decode() + "1-01\t1\tHow are you?\tFine.\n1-02\t1\tAllé?\tYes.\n"
    assert run(pairs.encode(encoding)) == (
        f"pairs.tsv: line {line}: expected UTF-8, found the byte {byte}; save the file as UTF-8"
    )


def test_a_rude_word_within_another_word_is_none(run: Run) -> None:
    pairs = PAIRS.replace(b"Hello! How can I help you today?", b"Hello, classmate of the shell!")
    assert run(pairs) == ""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"Tiny.\tidentity-1\t", b"Tiny.\t", "line 2: expected 6 fields apart by tabs, found 5"),
        (FULL_HEADER, HEADER, "line 2: expected 4 fields apart by tabs, found 6"),
        (
            b"\ttemplate\n",
            b"\ttopic\n",
            r"line 1: expected the header 'id\tlevel\tquestion\tanswer', found 'id\tlev",
        ),
    ],
)
def test_wrong_pairs_that_say_what_they_are_made_of_stop(
    run: Run, old: bytes, new: bytes, message: str
) -> None:
    assert old in FULL
    assert run(FULL.replace(old, new, 1)).startswith(f"pairs.tsv: {message}")


@pytest.mark.parametrize("pairs", [PAIRS, FULL], ids=["four columns", "six columns"])
def test_right_pairs_are_written_as_they_are(run: Run, pairs: bytes) -> None:
    for saved in (pairs, b"\xef\xbb\xbf" + pairs.replace(b"\n", b"\r\n") + b"\r\n"):
        assert run(saved) == ""
        assert Path("out.tsv").read_bytes() == pairs
