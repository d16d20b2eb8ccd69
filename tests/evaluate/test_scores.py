"""Figures of a model: what is right, what is rare, and what has no number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from stages.common.intervals import wilson_interval
from stages.evaluate.scores import log_loss, score_split


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
    predicted, figures = score_split(scores, np.array([2, 7]), np.array([7, 7]), "abcdefgh")
    assert predicted.tolist() == [2, 7]
    assert (figures["rows"], figures["correct"], figures["accuracy"]) == (2, 1, 0.5)
    assert figures["by_class"].keys() == {"h"}
