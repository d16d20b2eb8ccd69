"""Stage `evaluate_text`: bits per character of unseen pairs, and what trivial rules answer."""

import math

import pytest

from stages.texts import evaluate_text
from stages.texts.evaluate_text import answered, bits_per_character
from tinydatasets import Pair


def bits(train: str, text: str, order: int) -> float:
    figure: float = bits_per_character(train, {"test": text})[order - 1]["test"]
    return figure


def test_bits_are_those_of_the_formula_by_hand() -> None:
    # Each of the 96 characters that every model knows is counted once, those of "abab" once more.
    a = b = 3 / 100
    assert bits("abab", "ab", 1) == round(-math.log2(a * b) / 2, 6)
    # Witten-Bell: "a" stands before "b" twice and before nothing else.
    assert bits("abab", "ab", 2) == round(-math.log2(a * (2 + b) / (2 + 1)) / 2, 6)
    # Before "é", which train lacks, nothing is known of a longer context.
    assert bits("abab", "é", 6) == round(math.log2(101), 6)
    assert bits("abab", "z", 6) == round(math.log2(100), 6)


RULES = ("first sentence", "last sentence", "most frequent answer", "nearest question")
TRAIN = [
    Pair("1-01", 1, "Hi! Who are you?", "I am Tiny."),
    Pair("1-02", 1, "Bye!", "Bye!"),
    Pair("1-03", 1, "Hello! Who are you?", "I am Tiny."),
    Pair("2-01", 2, "Is snow blue?", "No, snow is white."),
    Pair("2-02", 2, "Is snow white?", "Yes, snow is white."),
]


@pytest.mark.parametrize(
    ("level", "question", "answer", "right"),
    [
        (3, "Mia runs. Tom sings. What does Mia do?", "Mia runs.", {"first sentence"}),
        (3, "Mia runs. Tom sings. What does Tom do?", "Tom sings.", {"last sentence"}),
        (3, "Who runs? Mia runs! Who sings? Tell me!", "Tell me!", {"last sentence"}),
        # Of one sentence, or of questions alone, there is nothing else to copy.
        (3, "Good night.", "Good night.", {"first sentence", "last sentence"}),
        (3, "Who? Why?", "Why?", {"last sentence"}),
        # A stop within a sentence ends none.
        (3, "It is 2.5 here. Is it?", "It is 2.5 here.", {"first sentence", "last sentence"}),
        (1, "Good morning!", "I am Tiny.", {"most frequent answer", "nearest question"}),
        (1, "Who says bye?", "Bye!", {"nearest question"}),
        (2, "Is some snow ever white?", "Yes, snow is white.", {"nearest question"}),
        # Either answer is as frequent, and two of four words are shared: train's first is taken.
        (2, "Is snow red?", "No, snow is white.", {"most frequent answer", "nearest question"}),
        (2, "Is snow red?", "Yes, snow is white.", set()),
        (2, "Is snow red?", "no, snow is white", set()),
    ],
)
def test_each_rule_answers_what_it_can(
    level: int, question: str, answer: str, right: set[str]
) -> None:
    (row,) = answered(TRAIN, [Pair("3-01", level, question, answer)])
    assert {rule for rule, is_right in row.items() if is_right} == right


def test_figures_are_by_level_on_val_and_test_together() -> None:
    test = [
        Pair("1-04", 1, "Hello?", "I am Tiny."),
        Pair("2-03", 2, "Is ice blue?", "No, ice is white."),
        Pair("2-04", 2, "Is snow white or blue?", "Yes, snow is white."),
    ]
    figures = evaluate_text.evaluate_text(TRAIN, [Pair("1-05", 1, "Bye, Tiny!", "Bye!")], test)
    rows = [[row["level"], row["pairs"], *map(row.get, RULES)] for row in figures["baselines"]]
    assert rows == [
        ["all", 4, 0, 0, 0.25, 0.5],
        ["1", 2, 0, 0, 0.5, 1],
        ["2", 2, 0, 0, 0, 0],
        ["yes or no", 2, 0, 0, 0, 0],
    ]
    assert figures["nearest"] == 0.333333
