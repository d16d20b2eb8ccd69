"""Figures of a model: what is right, what is rare, and what has no number."""

import numpy as np
import pytest

from stages.evaluate import log_loss, score_split


def test_a_class_without_an_output_has_no_loss_and_a_large_one_no_overflow() -> None:
    scores = np.array([[0.0, 1.0], [2.0, 0.0]])
    assert log_loss(scores, np.array([3, 5]), np.array([3, 4])) is None
    loss = log_loss(scores, np.array([3, 5]), np.array([5, 3]))
    assert loss == pytest.approx((np.log(1 + np.exp(-1)) + np.log(1 + np.exp(-2))) / 2)
    assert log_loss(np.array([[1e4, 0.0]]), np.array([0, 1]), np.array([1])) == 1e4


def test_of_equal_scores_the_first_class_is_predicted() -> None:
    scores = np.array([[1.0, 1.0], [0.0, 1.0]])
    predicted, figures = score_split(scores, np.array([2, 7]), np.array([7, 7]), "abcdefgh")
    assert predicted.tolist() == [2, 7]
    assert (figures["rows"], figures["correct"], figures["accuracy"]) == (2, 1, 0.5)
    assert figures["by_class"].keys() == {"h"}
