"""Figures of a model: what is right, what is rare, and what has no number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from stages.common.intervals import wilson_interval
from stages.evaluate.scores import confusion, log_loss, scores_of, tables_of


@pytest.mark.parametrize(("correct", "rows"), [(0, 1), (1, 1), (0, 47), (11, 47), (47, 47)])
def test_the_interval_is_that_of_scipy(correct: int, rows: int) -> None:
    low, high = wilson_interval(correct, rows)
    expected = binomtest(correct, rows).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= low <= high <= 1


def test_a_class_without_an_output_has_no_loss() -> None:
    scores = np.array([[0.0, 1.0], [2.0, 0.0]])
    assert log_loss(scores, np.array([3, 5]), np.array([3, 4])) is None
    loss = log_loss(scores, np.array([3, 5]), np.array([5, 3]))
    assert loss == pytest.approx((np.log(1 + np.exp(-1)) + np.log(1 + np.exp(-2))) / 2)


def test_large_scores_do_not_overflow() -> None:
    assert log_loss(np.array([[1e4, 0.0]]), np.array([0, 1]), np.array([1])) == 1e4


def test_of_equal_scores_the_first_class_is_predicted() -> None:
    scores = np.array([[1.0, 1.0], [0.0, 1.0]])
    predicted, figures = scores_of(scores, np.array([2, 7]), np.array([7, 7]), "abcdefgh")
    assert predicted.tolist() == [2, 7]
    assert (figures["rows"], figures["correct"], figures["accuracy"]) == (2, 1, 0.5)
    assert figures["by_class"].keys() == {"h"}


def test_every_pair_of_classes_has_a_line() -> None:
    generator = np.random.RandomState(0)
    actual, predicted = generator.randint(0, 4, (2, 50))
    lines = confusion(actual, predicted, np.arange(4))
    matrix = confusion_matrix(actual, predicted)
    assert lines == [[i, j, matrix[i, j]] for i in range(4) for j in range(4)]


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
