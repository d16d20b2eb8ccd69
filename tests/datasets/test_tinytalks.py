"""TinyTalks: what its author wrote is true, and what is released is what its author wrote."""

from __future__ import annotations

import calendar
import itertools
import json
import math
import re
import string
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.lib.texts.pairs import parse
from stages.lib.texts.splits import split_text
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = ROOT / "datasets" / "tinytalks"
SPLITS = {"train": 42, "val": 9, "test": 9}
LINES = (FOLDER / "pairs.tsv").read_text("ascii").splitlines()[1:]
SOURCE = [tuple(line.split("\t")) for line in LINES]
METRICS: dict[str, Any] = json.loads((ROOT / "metrics/tinytalks.json").read_text("ascii"))


def released(split: str) -> list[tuple[str, str]]:
    """Take questions and answers from the plain text as a student would."""
    text = (FOLDER / f"{split}.txt").read_bytes().decode("ascii")
    assert re.fullmatch(r"(Q: .+\nA: .+\n\n)+", text)
    return re.findall(r"Q: (.+)\nA: (.+)\n\n", text)


# --- What the author wrote ----------------------------------------------------------------------


def test_there_are_sixty_pairs_of_each_level_within_the_lengths() -> None:
    assert [(level, identifier) for identifier, level, *_ in SOURCE] == [
        (str(level), f"{level}-{number:02}") for level in range(1, 6) for number in range(1, 61)
    ]
    assert max(len(question) for *_, question, _ in SOURCE) <= 60
    assert max(len(answer) for *_, answer in SOURCE) <= 80


def test_every_answer_is_another_one() -> None:
    assert len({answer.lower() for *_, answer in SOURCE}) == 300


def numbers(*values: int) -> str:
    return ", ".join(map(str, values)) + "."


def divide(dividend: int, divisor: int) -> int:
    assert dividend % divisor == 0
    return dividend // divisor


# What a question asks, in words, and the one right answer to it.
SUMS: dict[str, Callable[..., str]] = {
    r"What is (\d+) plus (\d+)\?": lambda a, b: f"{a} plus {b} is {a + b}.",
    r"What is (\d+) minus (\d+)\?": lambda a, b: f"{a} minus {b} is {a - b}.",
    r"What is (\d+) times (\d+)\?": lambda a, b: f"{a} times {b} is {a * b}.",
    r"What is (\d+) divided by (\d+)\?": lambda a, b: f"{a} divided by {b} is {divide(a, b)}.",
    r"What is double (\d+)\?": lambda a: f"Double {a} is {2 * a}.",
    r"What is half of (\d+)\?": lambda a: f"Half of {a} is {divide(a, 2)}.",
    r"Which is larger, (\d+) or (\d+)\?": lambda a, b: f"{max(a, b)} is larger than {min(a, b)}.",
    r"Which is smaller, (\d+) or (\d+)\?": lambda a, b: f"{min(a, b)} is smaller than {max(a, b)}.",
    r"Which number comes after (\d+)\?": lambda a: f"{a + 1} comes after {a}.",
    r"Which number comes before (\d+)\?": lambda a: f"{a - 1} comes before {a}.",
    r"Is (\d+) even or odd\?": lambda a: f"{a} is {'odd' if a % 2 else 'even'}.",
    r"Count by (\d+) from (\d+) to (\d+)\.": lambda step, a, b: numbers(*range(a, b + 1, step)),
    r"Count down from (\d+) to (\d+)\.": lambda a, b: numbers(*range(a, b - 1, -1)),
    r"I have (\d+) (\w+) and get (\d+) more\. How many do I have\?": lambda a, what, b: (
        f"You have {a + b} {what}."
    ),
    r"I had (\d+) (\w+) and (?:lost|ate) (\d+)\. How many are left\?": lambda a, what, b: (
        f"{a - b} {what} are left."
    ),
    r"There are (\d+) (\w+) and (\d+) fly away\. How many stay\?": lambda a, what, b: (
        f"{a - b} {what} stay."
    ),
    r"There are (\d+) (\w+) and (\d+) more come\. How many are there\?": lambda a, what, b: (
        f"There are {a + b} {what}."
    ),
    r"(\w+) has (\d+) (\w+) and (\w+) has (\d+)\. Who has more \3\?": (
        lambda who, a, what, other, b: f"{who if a > b else other} has more {what}."
    ),
}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param(question, answer, id=identifier)
        for identifier, level, question, answer in SOURCE
        if level == "3" or re.search(r"\d", question)
    ],
)
def test_arithmetic_is_true(question: str, answer: str) -> None:
    """Every question of level 3, and every one with a number in it, is of a form known here."""
    (right,) = [
        form(*(int(part) if part.isdigit() else part for part in found.groups()))
        for pattern, form in SUMS.items()
        if (found := re.fullmatch(pattern, question))
    ]
    assert answer == right


ORDERS = [list(calendar.day_name), list(calendar.month_name)[1:], list(string.ascii_uppercase)]
STEPS = {"after": 1, "before": -1, "is tomorrow": 1, "was yesterday": -1}


def test_days_months_and_letters_follow_in_their_order() -> None:
    checked = 0
    for *_, question, answer in SOURCE:
        found = re.fullmatch(
            r"(?:Which \w+ comes (after|before) (\w+)|Today is (\w+)\. What day (.+))\?", question
        )
        for order in ORDERS:
            name = found and (found[2] or found[3])
            if found and name in order:
                right = order[(order.index(name) + STEPS[found[1] or found[4]]) % len(order)]
                assert right in answer.split() or f"{right}." in answer.split()
                checked += 1
    assert checked == 10


def test_no_two_questions_are_nearly_alike_whatever_the_seed() -> None:
    sets = [
        {word.strip("?!.,:").replace("'", "").lower() for word in question.split()}
        for *_, question, _ in SOURCE
    ]
    nearest = max(len(a & b) / len(a | b) for a, b in itertools.combinations(sets, 2))
    assert nearest == 0.75


# --- What is released ---------------------------------------------------------------------------


def draw(seed: int) -> dict[str, list[str]]:
    """Draw ids as the README says it in words."""
    generator = np.random.RandomState(seed)
    ids: dict[str, list[str]] = {split: [] for split in SPLITS}
    held_out = []
    for level in range(5):
        rows = np.arange(60 * level, 60 * level + 60)
        generator.shuffle(rows)
        ids["train"] += [SOURCE[row][0] for row in rows[:42]]
        held_out.append(rows[42:])
    for rows in held_out:
        places = np.arange(18)
        generator.shuffle(places)
        ids["val"] += [SOURCE[row][0] for row in rows[places[:9]]]
        ids["test"] += [SOURCE[row][0] for row in rows[places[9:]]]
    return {split: sorted(drawn) for split, drawn in ids.items()}


def test_splits_are_the_draw_and_both_formats_say_the_same() -> None:
    for split, ids in draw(42).items():
        lines = (FOLDER / f"{split}.jsonl").read_text("ascii").splitlines()
        objects = [json.loads(line) for line in lines]
        assert [list(each) for each in objects] == [["id", "level", "question", "answer"]] * len(
            ids
        )
        assert [each["id"] for each in objects] == ids
        assert Counter(each["level"] for each in objects) == dict.fromkeys(
            range(1, 6), SPLITS[split]
        )
        rows = [row for row in SOURCE if row[0] in ids]
        assert [(each["question"], each["answer"]) for each in objects] == released(split)
        assert [row[2:] for row in rows] == released(split)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_any_seed_splits_cleanly(seed: int) -> None:
    pairs = parse((FOLDER / "pairs.tsv").read_bytes())
    counts = {split: dict.fromkeys(range(1, 6), count) for split, count in SPLITS.items()}
    found = split_text(pairs, counts, seed)
    drawn = {split: [pair.id for pair in found[split]] for split in SPLITS}
    assert drawn == draw(seed)
    assert found["unused"] == []


# --- The baselines ------------------------------------------------------------------------------


def witten_bell(train: str, text: str, order: int) -> float:
    """Compute bits per character by the formula, from add-one counts of single characters on."""
    after: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for size in range(order):
        for end in range(size, len(train)):
            after[train[end - size : end]][train[end]] += 1
    after[""].update(["\n", *(chr(code) for code in range(32, 127))])

    def probability(character: str, before: str) -> float:
        counts = after[before] if before in after else Counter()
        if not before:
            return counts[character] / counts.total()
        shorter = probability(character, before[1:])
        if not counts:
            return shorter
        types = len(counts)
        return (counts[character] + types * shorter) / (counts.total() + types)

    bits = [
        -math.log2(probability(character, text[max(0, end - order + 1) : end]))
        for end, character in enumerate(text)
    ]
    return sum(bits) / len(bits)


@pytest.mark.parametrize("split", ["val", "test"])
def test_bits_per_character_are_those_of_the_formula(split: str) -> None:
    train = (FOLDER / "train.txt").read_text("ascii")
    text = (FOLDER / f"{split}.txt").read_text("ascii")
    uniform, *orders = METRICS["characters"]
    assert [uniform["model"], *(row["model"] for row in orders)] == [
        "uniform",
        *(f"order {order}" for order in range(1, 7)),
    ]
    assert uniform[split] == round(math.log2(len(set(train))), 6)
    for order, row in enumerate(orders, 1):
        assert row[split] == pytest.approx(witten_bell(train, text, order), abs=1e-6)


def ranked_first(split: str) -> float:
    """Compute the retrieval by hand: cosine of term counts times ln((1 + n) / (1 + df)) + 1."""
    documents = [re.findall(r"\w+", text.lower()) for pair in released("train") for text in pair]
    found_in = Counter(word for document in documents for word in set(document))

    def vector(text: str) -> dict[str, float]:
        counts = Counter(word for word in re.findall(r"\w+", text.lower()) if word in found_in)
        weights = {
            word: count * (math.log((1 + len(documents)) / (1 + found_in[word])) + 1)
            for word, count in counts.items()
        }
        return {word: weight / math.hypot(*weights.values()) for word, weight in weights.items()}

    pairs = released(split)
    answers = [vector(answer) for _, answer in pairs]
    correct = 0
    for row, (question, _) in enumerate(pairs):
        asked = vector(question)
        scores = [
            round(sum(weight * answer.get(word, 0) for word, weight in asked.items()), 9)
            for answer in answers
        ]
        correct += scores.index(max(scores)) == row and scores.count(max(scores)) == 1
    return correct / len(pairs)


def test_the_retrieval_is_that_of_the_formula() -> None:
    chance, found = METRICS["retrieval"]
    assert chance == {"ranking": "chance", "val": 0.022222, "test": 0.022222}
    for split in ("val", "test"):
        assert found[split] == round(ranked_first(split), 6)


def test_there_is_a_clear_signal_to_learn() -> None:
    best = min(METRICS["characters"][1:], key=lambda row: row["val"])
    assert METRICS["bits"] == best["test"] < METRICS["characters"][0]["test"] / 2
    assert METRICS["answered"] == METRICS["retrieval"][1]["test"] > 0.5
