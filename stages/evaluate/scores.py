"""Scores of a model: accuracies with their intervals, log loss, figures by class."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.intervals import wilson_interval
from stages.train_mlp.exact import log_softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Labels = npt.NDArray[np.int64]

# Digits of every figure: more than anybody acts on.
DECIMALS = 6


def log_loss(scores: npt.NDArray[np.float64], classes: Labels, labels: Labels) -> float | None:
    """Return the mean log loss in nats; None where it is infinite, as a class has no output."""
    if not np.isin(labels, classes).all():
        return None
    right = log_softmax(scores)[np.arange(len(labels)), np.searchsorted(classes, labels)]
    # `math.fsum` is exact, in whatever order: a mean of NumPy's would not be.
    return -math.fsum(right) / len(labels)


def count(actual: Labels, predicted: Labels) -> dict[str, Any]:
    """Return rows, those predicted right, their fraction and its 95% interval."""
    rows, correct = len(actual), int((actual == predicted).sum())
    return {
        "rows": rows,
        "correct": correct,
        "accuracy": round(correct / rows, DECIMALS),
        "interval_95": [round(bound, DECIMALS) for bound in wilson_interval(correct, rows)],
    }


def score_split(
    scores: npt.NDArray[np.float64], classes: Labels, actual: Labels, names: Sequence[str]
) -> tuple[Labels, dict[str, Any]]:
    """Return the predicted classes of the rows of a split, and all scores.

    Parameters
    ----------
    scores : ndarray of shape (n, c), dtype float64
        A logit for each row and class.
    classes : ndarray of shape (c,), dtype int64
        The label of each logit, ascending.
    actual, names
        The true class of each row, and the name of each label.

    Returns
    -------
    predicted : ndarray of shape (n,), dtype int64
        The class with the largest logit; of equal ones the first.
    figures : dict
        ``rows``, ``correct``, ``accuracy``, ``interval_95``, ``log_loss`` (None if it is infinite)
        and ``by_class``, the first four for each class.
    """
    predicted: Labels = classes[scores.argmax(axis=1)]
    loss = log_loss(scores, classes, actual)
    figures = {
        **count(actual, predicted),
        "log_loss": None if loss is None else round(loss, DECIMALS),
        "by_class": {
            names[label]: count(actual[actual == label], predicted[actual == label])
            for label in np.unique(actual)
        },
    }
    return predicted, figures
