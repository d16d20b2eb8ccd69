"""Stage `split_text`: wrong questions and answers stop it, and nothing is written."""
# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stages import split_text
from stages.lib import command
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[bytes, dict[str, Any]], str]

PAIRS = (ROOT / "datasets/tinytalks/pairs.tsv").read_bytes()
HEADER = b"id\tlevel\tquestion\tanswer\n"
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
        "line 2: 'damn' is in stages/lib/texts/profanity.txt; write it without",
    ),
    "the same question": (
        "\tHi there!\t",
        "\thello\t",
        "1-01 (in train) and 1-02 (in train) ask the same: 'Hello!' and 'hello'",
    ),
    "the same question in another split": (
        "\tHey, Tiny!\t",
        "\tHello.\t",
        "1-01 (in train) and 1-03 (in val) ask the same: 'Hello!' and 'Hello.'",
    ),
    "nearly the same question in another split": (
        "\tWhat is 6 plus 4?\t",
        "\tWhat is 2 plus 1?\t",
        (
            "3-01 (in train) and 3-07 (in test) ask nearly the same (Jaccard index 1.00, "
            "allowed is below 0.8): 'What is 1 plus 2?' and 'What is 2 plus 1?'"
        ),
    ),
}


COUNTS = {"train_per_level": 42, "val_per_level": 9, "test_per_level": 9}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give what runs the stage on a file of pairs and some counts, and says why it stopped."""
    monkeypatch.chdir(tmp_path)
    words = "split_text --params mine.json --source pairs.tsv --out split.json"
    monkeypatch.setattr(sys, "argv", words.split())

    def run_stage(pairs: bytes, counts: dict[str, Any]) -> str:
        Path("pairs.tsv").write_bytes(pairs)
        Path("mine.json").write_text(json.dumps({"seed": 42, **COUNTS, **counts}))
        stopped = ""
        try:
            command.run(split_text.main)
        except SystemExit as error:
            # What is no number is printed, and the status is 1.
            stopped = str(error.code)
        assert Path("split.json").exists() == (not stopped)
        assert "\n" not in stopped
        return stopped

    return run_stage


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_wrong_pairs_stop(run: Run, old: str, new: str, message: str) -> None:
    assert old.encode() in PAIRS
    stopped = run(PAIRS.replace(old.encode(), new.encode(), 1), {})
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
    assert run(pairs, {}).startswith(f"pairs.tsv: {message}")


@pytest.mark.parametrize(
    ("encoding", "line", "byte"), [("cp1252", 3, "0xe9"), ("utf-16", 1, "0xff")]
)
def test_another_encoding_stops(run: Run, encoding: str, line: int, byte: str) -> None:
    pairs = HEADER.decode() + "1-01\t1\tHow are you?\tFine.\n1-02\t1\tAllé?\tYes.\n"
    assert run(pairs.encode(encoding), {}) == (
        f"pairs.tsv: line {line}: expected UTF-8, found the byte {byte}; save the file as UTF-8"
    )


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (
            {"val_per_level": {2: 9, 4: 10}},
            (
                ": level 4 has 60 pairs available, but 61 are asked "
                "(42 for train, 10 for val, 9 for test)"
            ),
        ),
        (
            {"val_per_level": [9, 9]},
            ".val_per_level: a list of 2 numbers, but the source has 5 levels",
        ),
        (
            {"train_per_level": {1: 42, 6: 1}},
            ".train_per_level: unknown label 6; the source's are 1 to 5",
        ),
        (
            {"test_per_level": {0: 1}},
            ".test_per_level: unknown label 0; the source's are 1 to 5",
        ),
    ],
)
def test_counts_that_the_levels_do_not_have_stop(
    run: Run, counts: dict[str, Any], message: str
) -> None:
    assert run(PAIRS, counts) == f"params.yaml: texts.mine{message}"


def test_a_rude_word_within_another_word_is_none(run: Run) -> None:
    pairs = PAIRS.replace(b"Hello! How can I help you today?", b"Hello, classmate of the shell!")
    assert run(pairs, {}) == ""


def test_a_jaccard_index_of_four_fifths_is_too_near(run: Run) -> None:
    """As the file is, its nearest questions share three words of four."""
    pairs = PAIRS.replace(b"\tHi there!", b"\tHow old are they, you?")
    assert run(pairs, {}) == (
        "pairs.tsv: 1-02 (in train) and 1-18 (in train) ask nearly the same "
        "(Jaccard index 0.80, allowed is below 0.8): "
        "'How old are they, you?' and 'How old are you?'"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Comment ça va?", "COMMENT C\u0327A VA !"),  # decomposed
        ("Où est la forêt?", "Où est la Forêt ?"),
        ("Wie groß ist das?", "Wie GROSS ist das?"),
        ("What’s up?", "What's up?"),
        ("你叫什么名字？", "你叫什么名字!"),
        ("तुम्हारा नाम क्या है?", "तुम्हारा नाम क्या है।"),
        ("می\u200cخواهم", "میخواهم؟"),
        ("What is 2 + 3?", "What is 2 - 3?"),
    ],
)
def test_the_same_question_is_found_in_every_script(run: Run, first: str, second: str) -> None:
    text = f"1-01\t1\t{first}\tOne.\n1-02\t1\t{second}\tTwo.\n"
    stopped = run(
        HEADER + text.encode(), {"train_per_level": 1, "val_per_level": 0, "test_per_level": 1}
    )
    assert ") ask the same: " in stopped


def test_marks_and_letters_tell_questions_apart(run: Run) -> None:
    questions = ["की?", "का?", "Où?", "Ou?", "Кто?", "Что?", "你好吗？", "他好吗？"]
    lines = [f"1-{n:02}\t1\t{text}\tYes.\n" for n, text in enumerate(questions, 1)]
    pairs = HEADER + "".join(lines).encode()
    assert run(pairs, {"train_per_level": 7, "val_per_level": 0, "test_per_level": 1}) == ""
