"""Which answer is ranked first."""

from __future__ import annotations

from stages.texts.retrieval import ranked_first
from tinydatasets import Pair


def test_an_answer_that_ties_is_not_first() -> None:
    pairs = [
        Pair("1-01", 1, "Is it red?", "It is red."),
        Pair("1-02", 1, "Is it blue?", "Red it is!"),
    ]
    assert ranked_first(pairs, pairs) == 0.0


def test_the_same_answer_to_another_question_is_right_too() -> None:
    pairs = [
        Pair("1-01", 1, "Is it red?", "It is red."),
        Pair("1-02", 1, "Is that red?", "It is red."),
        Pair("1-03", 1, "Do fish swim?", "Fish swim."),
    ]
    assert ranked_first(pairs, pairs) == 1.0
