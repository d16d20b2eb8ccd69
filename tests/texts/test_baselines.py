"""The figures of a text."""

from __future__ import annotations

from stages.texts.baselines import evaluate_text
from tinydatasets import Pair


def test_without_validation_pairs_test_has_its_figures_alone() -> None:
    train = [Pair("1-01", 1, "Is it red?", "It is red."), Pair("1-02", 1, "你好?", "Hello!")]
    test = [Pair("1-03", 1, "Où ?", "Là.")]
    figures = evaluate_text(train, [], test)
    assert [row.keys() for row in figures["characters"]] == [{"model", "test"}] * 11
    # Order 4 is that of the fifth row: the uniform bound and order 1 come first.
    assert figures["bits"] == figures["characters"][4]["test"]
    assert figures["characters"][4]["model"] == "order 4"
    # Of one pair, the answer is the first whatever it is.
    assert figures["retrieval"] == [
        {"ranking": "chance", "test": 1.0},
        {"ranking": "tf-idf", "test": 1.0},
    ]
    assert figures["answered"] == 1.0
