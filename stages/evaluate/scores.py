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
    """Return the mean negative log-likelihood of the right class, in nats.

    Returns
    -------
    float or None
        None if a row is of a class that the model has no output for: its loss is infinite.
    """
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


def count_by_class(
    actual: Labels, predicted: Labels, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Count rows and correct predictions for each class, by its name."""
    return {
        names[label]: count(actual[actual == label], predicted[actual == label])
        for label in np.unique(actual)
    }


def confusion(actual: Labels, predicted: Labels, classes: Labels) -> list[list[int]]:
    """Count the rows of each pair of a true and a predicted class.

    Parameters
    ----------
    actual, predicted : ndarray of shape (n,), dtype int64
        The true and the predicted class of each row.
    classes : ndarray of shape (c,), dtype int64
        The classes to count, ascending.

    Returns
    -------
    list of list of int
        True class, predicted class, rows: c * c lines, also of pairs that no row has.

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
    actual : ndarray of shape (n,), dtype int64
        The true class of each row.
    names : sequence of str
        The name of each label.

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
        "by_class": count_by_class(actual, predicted, names),
    }
    return predicted, figures


def tables_of(
    recipe: str,
    splits: Mapping[str, tuple[Sequence[str], Labels, Labels]],
    by_class: Mapping[str, dict[str, dict[str, Any]]],
    classes: Labels,
    names: Sequence[str],
) -> dict[str, list[list[Any]]]:
    """Return the tables that the plots of a model are drawn from.

    Parameters
    ----------
    recipe : str
        The model's name.
    splits : dict of str to (sequence of str, ndarray, ndarray)
        For each split the rows of the source, their true and their predicted classes.
    by_class : dict of str to dict
        For each split what `count_by_class` gives.
    classes : ndarray of shape (c,), dtype int64
        The classes that the model has an output for.
    names : sequence of str
        The name of each label, which the tables have in place of the label.

    Returns
    -------
    dict of str to list of list
        ``predictions``, ``confusion`` and ``accuracy_by_class``: lines of cells, the header first.
    """
    found: dict[str, list[list[Any]]] = {
        "predictions": [["split", "row", "actual", "predicted"]],
        "confusion": [["recipe", "split", "actual", "predicted", "rows"]],
        "accuracy_by_class": [["recipe", "split", "class", "accuracy", "rows"]],
    }
    for split, (rows, actual, predicted) in splits.items():
        found["predictions"] += [
            [split, row, names[true], names[guess]]
            for row, true, guess in zip(rows, actual, predicted, strict=True)
        ]
        # The union: a class may have no training row, or no row in this split.
        either = np.union1d(classes, actual)
        found["confusion"] += [
            [recipe, split, names[true], names[guess], n]
            for true, guess, n in confusion(actual, predicted, either)
        ]
        found["accuracy_by_class"] += [
            [recipe, split, name, figures["accuracy"], figures["rows"]]
            for name, figures in by_class[split].items()
        ]
    return found
