"""Wrong questions and answers: one message, exit status 1, and nothing is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAIRS = (ROOT / "datasets/tinytalks/pairs.tsv").read_bytes()
FIRST = b"1-01\t1\tHello!\tHello! How can I help you today?\n"
# What to replace in the authored file, by what, and what the message says.
WRONG = {
    "no ASCII": ("Hello!\t", "Allô!\t", "line 2: expected ASCII, found the byte 0xc3"),
    "byte order mark": (
        "id\tlevel",
        "\ufeffid\tlevel",
        "line 1: expected ASCII, found the byte 0x",
    ),
    "CR LF": ("you.\n", "you.\r\n", "line 3: expected LF as the line end, found CR"),
    "no last line end": ("Zoe.\n", "Zoe.", "expected LF at the end of the last line, found none"),
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
        "line 2: expected a level of 1 to 5, found '6'",
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
            "line 2: expected an answer of printable ASCII with single spaces between words, "
            "found 'Hello! How  can"
        ),
    ),
    "a space at the edge": ("Hello!\t", "Hello! \t", "line 2: expected a question of printable"),
    "an escape": ("Hello!\t", "Hello!\x1b\t", "line 2: expected a question of printable ASCII"),
    "an empty answer": (
        "Hello! How can I help you today?",
        "",
        "line 2: expected an answer of printable",
    ),
    "no word": ("Hello!\t", "?!\t", "line 2: expected a word in the question, found '?!'"),
    "a rude word": (
        "How can I",
        "DAMN, how can I",
        "line 2: 'damn' is in stages/profanity.txt; write it without",
    ),
    "a level short of a pair": (
        FIRST.decode(),
        "",
        (
            "expected as many pairs of every level, found 59 of level 1, 60 of level 2, "
            "60 of level 3, 60 of level 4, 60 of level 5"
        ),
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


def run(folder: Path, pairs: bytes, params: str, status: int) -> str:
    """Run the stage on a file of pairs and some counts, and give what it printed."""
    (folder / "pairs.tsv").write_bytes(pairs)
    (folder / "params.yaml").write_text(f"texts: {{mine: {{seed: 42, {params}}}}}\n")
    command = "-m stages.split_text mine --source pairs.tsv --out split.json"
    result = subprocess.run(
        [sys.executable, *command.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert result.returncode == status, result.stdout
    assert (folder / "split.json").exists() == (status == 0)
    return result.stdout


COUNTS = "train_per_level: 42, val_per_level: 9, test_per_level: 9"


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_wrong_pairs_stop(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old.encode() in PAIRS
    head, _, tail = (
        PAIRS.rpartition(old.encode()) if "Zoe" in old else PAIRS.partition(old.encode())
    )
    printed = run(tmp_path, head + new.encode() + tail, COUNTS, 1)
    assert printed.startswith(f"pairs.tsv: {message}")
    assert printed.count("\n") == 1


@pytest.mark.parametrize("pairs", [b"", b"\n", PAIRS.splitlines(keepends=True)[0], b"\0" * 9])
def test_a_file_without_pairs_stops(tmp_path: Path, pairs: bytes) -> None:
    printed = run(tmp_path, pairs, COUNTS, 1)
    assert printed.startswith("pairs.tsv: ")
    assert printed.count("\n") == 1


def test_more_than_there_are_stops(tmp_path: Path) -> None:
    counts = "train_per_level: 42, val_per_level: {2: 9, 4: 10}, test_per_level: 9"
    assert run(tmp_path, PAIRS, counts, 1) == (
        "params.yaml: texts.mine: level 4 has 60 pairs available, but 61 are asked "
        "(42 for train, 10 for val, 9 for test)\n"
    )


def test_a_rude_word_within_another_word_is_none(tmp_path: Path) -> None:
    pairs = PAIRS.replace(b"Hello! How can I help you today?", b"Hello, classmate of the shell!")
    assert run(tmp_path, pairs, COUNTS, 0) == ""


def test_a_jaccard_index_of_four_fifths_is_too_near(tmp_path: Path) -> None:
    """As the file is, its nearest questions share three words of four."""
    pairs = PAIRS.replace(b"\tHi there!", b"\tHow old are they, you?")
    assert run(tmp_path, pairs, COUNTS, 1) == (
        "pairs.tsv: 1-02 (in train) and 1-18 (in train) ask nearly the same "
        "(Jaccard index 0.80, allowed is below 0.8): "
        "'How old are they, you?' and 'How old are you?'\n"
    )
