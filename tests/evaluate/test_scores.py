"""Figures of a model: what is right, what is rare, and what has no number."""

from __future__ import annotations

import numpy as np
import pytest

from stages.evaluate.scores import log_loss, scores_of, tables_of


def test_a_class_without_an_output_has_no_loss_and_a_large_one_no_overflow() -> None:
    scores = np.array([[0.0, 1.0], [2.0, 0.0]])
    assert log_loss(scores, np.array([3, 5]), np.array([3, 4])) is None
    loss = log_loss(scores, np.array([3, 5]), np.array([5, 3]))
    assert loss == pytest.approx((np.log(1 + np.exp(-1)) + np.log(1 + np.exp(-2))) / 2)
    assert log_loss(np.array([[1e4, 0.0]]), np.array([0, 1]), np.array([1])) == 1e4


def test_of_equal_scores_the_first_class_is_predicted() -> None:
    scores = np.array([[1.0, 1.0], [0.0, 1.0]])
    predicted, figures = scores_of(scores, np.array([2, 7]), np.array([7, 7]), "abcdefgh")
    assert predicted.tolist() == [2, 7]
    assert (figures["rows"], figures["correct"], figures["accuracy"]) == (2, 1, 0.5)
    assert figures["by_class"].keys() == {"h"}


def test_tables_have_the_classes_of_the_model_and_of_the_rows() -> None:
    actual, predicted = np.array([1, 2]), np.array([1, 0])
    figures = {"oak": {"accuracy": 1.0, "rows": 1}, "yew": {"accuracy": 0.0, "rows": 1}}
    scores = {"test": {"by_class": figures}}
    splits = {"test": (["7", "9"], actual, predicted)}
    found = tables_of("mine", splits, scores, np.array([0, 1]), ["elm", "oak", "yew"])
    assert found["predictions"][1:] == [["test", "7", "oak", "oak"], ["test", "9", "yew", "elm"]]
    assert len(found["confusion"]) == 1 + 3 * 3
    assert ["mine", "test", "yew", "elm", 1] in found["confusion"]
    assert found["accuracy_by_class"][1:] == [
        ["mine", "test", "oak", 1.0, 1],
        ["mine", "test", "yew", 0.0, 1],
    ]
