"""Which answer is ranked first."""

from __future__ import annotations

from stages.lib.texts.retrieval import ranked_first
from tinydatasets import Pair


def test_an_answer_that_ties_is_not_first() -> None:
    pairs = [
        Pair("1-01", 1, "Is it red?", "It is red."),
        Pair("1-02", 1, "Is it blue?", "Red it is!"),
    ]
    assert ranked_first(pairs, pairs) == 0.0
