"""Scores of a model: accuracies with their intervals, log loss, figures by class."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.intervals import wilson_interval
from stages.train_mlp.exact import log_softmax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def confusion(actual: Labels, predicted: Labels, classes: Labels) -> list[list[int]]:
    """Count the rows of each pair of a true and a predicted class, also of pairs that no row has.

    Examples
    --------
    >>> confusion(np.array([0, 1, 1]), np.array([0, 1, 0]), np.array([0, 1]))
    [[0, 0, 1], [0, 1, 0], [1, 0, 1], [1, 1, 1]]
    """
    return [
        [true, guess, int(((actual == true) & (predicted == guess)).sum())]
        for true in classes.tolist()
        for guess in classes.tolist()
    ]


def scores_of(
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


def tables_of(
    recipe: str,
    splits: Mapping[str, tuple[Sequence[str], Labels, Labels]],
    scores: Mapping[str, dict[str, Any]],
    classes: Labels,
    names: Sequence[str],
) -> dict[str, list[list[Any]]]:
    """Return the tables that the plots of a model are drawn from.

    Parameters
    ----------
    splits : dict of str to (sequence of str, ndarray, ndarray)
        For each split the rows of the source, their true and their predicted classes.
    scores : dict of str to dict
        For each split the figures of `scores_of`, whose `classes` and `names` these are too.

    Returns
    -------
    dict of str to list of list
        ``predictions``, ``confusion`` and ``accuracy_by_class``: lines of cells, the header first.
    """
    tables: dict[str, list[list[Any]]] = {
        "predictions": [["split", "row", "actual", "predicted"]],
        "confusion": [["recipe", "split", "actual", "predicted", "rows"]],
        "accuracy_by_class": [["recipe", "split", "class", "accuracy", "rows"]],
    }
    for split, (rows, actual, predicted) in splits.items():
        tables["predictions"] += [
            [split, row, names[true], names[guess]]
            for row, true, guess in zip(rows, actual, predicted, strict=True)
        ]
        # The union: a class may have no training row, or no row in this split.
        either = np.union1d(classes, actual)
        tables["confusion"] += [
            [recipe, split, names[true], names[guess], n]
            for true, guess, n in confusion(actual, predicted, either)
        ]
        tables["accuracy_by_class"] += [
            [recipe, split, name, figures["accuracy"], figures["rows"]]
            for name, figures in scores[split]["by_class"].items()
        ]
    return tables
