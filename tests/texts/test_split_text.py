"""Stage `split_text`: questions that are alike and counts that do not fit stop it."""
# ruff: noqa: RUF001 - the letters of other scripts are meant

from __future__ import annotations

import json
import sys
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stages import split_text
from stages.common import command
from tests.texts.test_expand_text import FULL_HEADER, HEADER, PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[bytes, dict[str, Any]], str]

SOURCE = "datasets/mine/pairs.tsv"
# What to replace in the authored file, by what, and what the message says.
WRONG = {
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
            "3-01 (in train) and 3-03 (in test) ask nearly the same (Jaccard index 1.00, "
            "allowed is below 0.8): 'What is 1 plus 2?' and 'What is 2 plus 1?'"
        ),
    ),
}
COUNTS = {"train_per_level": 2, "val_per_level": 1, "test_per_level": 1}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give what runs the stage on a table and an entry of params, and says why it stopped."""
    monkeypatch.chdir(tmp_path)
    words = "split_text --params mine.json --pairs table.tsv --out split.json"
    monkeypatch.setattr(sys, "argv", words.split())

    def run_stage(pairs: bytes, entry: dict[str, Any]) -> str:
        Path("table.tsv").write_bytes(pairs)
        text = {"source": SOURCE, "draw": "shuffle", "seed": 82, **COUNTS, **entry}
        Path("mine.json").write_text(json.dumps(text))
        Path("split.json").unlink(missing_ok=True)
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
def test_questions_that_are_alike_stop(run: Run, old: str, new: str, message: str) -> None:
    assert old.encode() in PAIRS
    stopped = run(PAIRS.replace(old.encode(), new.encode(), 1), {})
    assert stopped.startswith(f"{SOURCE}: {message}")


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (
            {"val_per_level": {2: 1, 4: 2}},
            (
                ": level 4 has 4 pairs available, but 5 are asked "
                "(2 for train, 2 for val, 1 for test)"
            ),
        ),
        (
            {"val_per_level": [1, 1]},
            ".val_per_level: a list of 2 numbers, but the source has 5 levels",
        ),
        (
            {"train_per_level": {1: 2, 6: 1}},
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


def test_a_draw_by_combination_needs_to_know_them(run: Run) -> None:
    assert run(PAIRS, {"draw": "combination"}) == (
        f"params.yaml: texts.mine.draw: combination: {SOURCE} does not say of which template and "
        "fillers each pair is made; write it as templates, or draw by shuffle"
    )


# Sums, each in both orders.
SUMS = [
    f"1-{row:02}\t1\tWhat is {numbers[order]} plus {numbers[1 - order]}?\tI know that.\t"
    f"sum-{''.join(numbers)}\tsum-{order}\n"
    for row, (numbers, order) in enumerate(product(combinations("12345", 2), (0, 1)), 1)
]
BY_COMBINATION = {
    "draw": "combination",
    "train_per_level": 16,
    "val_per_level": 0,
    "test_per_level": 4,
}


def test_what_is_held_out_by_combination_may_be_near_but_not_the_same(run: Run) -> None:
    table = FULL_HEADER + "".join(SUMS).encode()
    near = "(in train) ask nearly the same (Jaccard index 1.00, allowed is below 0.8)"
    assert near in run(table, {**BY_COMBINATION, "draw": "shuffle"})
    assert run(table, BY_COMBINATION) == ""
    drawn = json.loads(Path("split.json").read_bytes())
    assert [len(drawn[split]) for split in ("train", "val", "test")] == [16, 0, 4]
    same = table.replace(b"What is 2 plus 1?", b"what IS 1 plus 2")
    assert f"{SOURCE}: 1-01 (in " in (stopped := run(same, BY_COMBINATION))
    assert stopped.endswith(" ask the same: 'What is 1 plus 2?' and 'what IS 1 plus 2'")


def test_pairs_of_templates_that_are_drawn_by_shuffle_say_what_allows_them(run: Run) -> None:
    table = FULL_HEADER + "".join(SUMS).encode()
    stopped = run(table, {"train_per_level": 8, "val_per_level": 0, "test_per_level": 1})
    assert " ask nearly the same (Jaccard index " in stopped
    assert stopped.endswith("; `draw: combination` allows what is near")


def test_more_than_can_be_held_out_stops(run: Run) -> None:
    table = FULL_HEADER + "".join(SUMS).encode()
    asked = {"train_per_level": 8, "test_per_level": 12}
    assert run(table, {**BY_COMBINATION, **asked}).startswith(
        "params.yaml: texts.mine: level 1: 12 pairs are asked for val and test, but this draw "
        "could hold out only "
    )


def test_a_jaccard_index_of_four_fifths_is_too_near(run: Run) -> None:
    pairs = PAIRS.replace(b"\tHi there!", b"\tHow old are they, you?")
    assert run(pairs, {}) == (
        f"{SOURCE}: 1-02 (in train) and 1-04 (in test) ask nearly the same "
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
