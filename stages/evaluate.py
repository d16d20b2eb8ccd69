"""Stage `evaluate`: score the stored models on the rows that they were not trained on.

NumPy alone does it, from the stored weights, so that a figure belongs to a file that can be
checked, and anybody can recompute it without scikit-learn.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load_file

from stages import shell
from stages.scaling import scale
from tinydatasets import FormatError, Split, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Labels = npt.NDArray[np.int64]
    Model = Mapping[str, npt.NDArray[Any]]

# Digits of every figure: differences between machines are far below, differences that anybody
# would act on far above.
DECIMALS = 6


def logits(model: Model, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Apply a model in float64.

    Parameters
    ----------
    model : mapping of str to ndarray
        As `train_mlp.train` gives it.
    images : ndarray of shape (n, height, width), dtype float32
        Pixels in [0, 1].

    Returns
    -------
    ndarray of shape (n, classes), dtype float64
        One logit for each entry of ``model["classes"]``.
    """
    weights = {name: array.astype(np.float64) for name, array in model.items()}
    x = images.reshape(len(images), -1).astype(np.float64)
    hidden = np.maximum(x @ weights["hidden.weight"] + weights["hidden.bias"], 0.0)
    scores: npt.NDArray[np.float64] = hidden @ weights["output.weight"] + weights["output.bias"]
    return scores


def wilson_interval(correct: int, rows: int) -> tuple[float, float]:
    """Give the 95% confidence interval of a fraction by Wilson's score method.

    Parameters
    ----------
    correct : int
        Successes, 0 to `rows`.
    rows : int
        Trials, 1 or more.

    Returns
    -------
    tuple of float
        Lower and upper bound, in [0, 1].

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.

    Examples
    --------
    >>> low, high = wilson_interval(47, 50)
    >>> round(low, 4), round(high, 4)
    (0.8378, 0.9794)
    """
    z = 1.959963984540054  # the normal distribution's 97.5% quantile
    fraction = correct / rows
    scale = 1 + z**2 / rows
    center = (fraction + z**2 / (2 * rows)) / scale
    half = z * (fraction * (1 - fraction) / rows + z**2 / (4 * rows**2)) ** 0.5 / scale
    return max(0.0, center - half), min(1.0, center + half)


def log_loss(scores: npt.NDArray[np.float64], classes: Labels, labels: Labels) -> float | None:
    """Give the mean negative log-likelihood of the right class, in nats.

    Returns
    -------
    float or None
        None if a row is of a class that the model has no output for: its loss is infinite.
    """
    if not np.isin(labels, classes).all():
        return None
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    right = shifted[np.arange(len(labels)), np.searchsorted(classes, labels)]
    return float((log_sum - right).mean())


def count(actual: Labels, predicted: Labels) -> dict[str, Any]:
    """Give rows, those predicted right, their fraction and its 95% interval."""
    rows, correct = len(actual), int((actual == predicted).sum())
    return {
        "rows": rows,
        "correct": correct,
        "accuracy": round(correct / rows, DECIMALS),
        "interval_95": [round(bound, DECIMALS) for bound in wilson_interval(correct, rows)],
    }


def count_by_class(actual: Labels, predicted: Labels) -> dict[int, dict[str, Any]]:
    """Give the same for the rows of each class."""
    return {
        int(label): count(actual[actual == label], predicted[actual == label])
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


def _write_csv(path: Path, lines: list[list[Any]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    shell.write_bytes(path, text.getvalue().encode())


def main(
    name: str, *, models: Path, test: Path, arrays: Path, split: Path, metrics: Path, out: Path
) -> None:
    """Score the models of the dataset `name` in `models`; write `metrics`, and details to `out`."""
    params = shell.read_yaml(shell.PARAMS)
    maximum = params["sources"][params["datasets"][name]["source"]]["maximum"]
    rows = shell.read_json(split)
    splits = {"test": read(test)}
    if rows["unused"]:
        images = shell.read_array(arrays / "unused" / "images.npy")
        splits["unused"] = Split(images, shell.read_array(arrays / "unused" / "labels.npy"))
    accuracy: dict[str, dict[str, float]] = {}
    details: dict[str, dict[str, Any]] = {}
    for path in sorted(models.glob("*.safetensors")):
        recipe, model = path.stem, load_file(path)
        accuracy[recipe], details[recipe] = {}, {}
        tables: dict[str, list[list[Any]]] = {
            "predictions": [["split", "row", "actual", "predicted"]],
            "confusion": [["recipe", "split", "actual", "predicted", "rows"]],
            "accuracy_by_class": [["recipe", "split", "class", "accuracy", "rows"]],
        }
        for part, (images, actual) in splits.items():
            scores = logits(model, scale(images, maximum))
            predicted = model["classes"][scores.argmax(axis=1)]
            loss = log_loss(scores, model["classes"], actual)
            figures = count(actual, predicted)
            accuracy[recipe][part] = figures["accuracy"]
            details[recipe][part] = {
                **figures,
                "log_loss": None if loss is None else round(loss, DECIMALS),
                "by_class": count_by_class(actual, predicted),
            }
            lines = zip(rows[part], actual.tolist(), predicted.tolist(), strict=True)
            tables["predictions"] += [[part, *line] for line in lines]
            # Both, as a class may have no training row, or no row in this split.
            classes = np.union1d(model["classes"], actual)
            tables["confusion"] += [
                [recipe, part, *line] for line in confusion(actual, predicted, classes)
            ]
            tables["accuracy_by_class"] += [
                [recipe, part, label, of_class["accuracy"], of_class["rows"]]
                for label, of_class in details[recipe][part]["by_class"].items()
            ]
        for table, contents in tables.items():
            _write_csv(out / table / f"{recipe}.csv", contents)
    shell.write_json(metrics, accuracy, indent=2)
    shell.write_json(out / "details.json", details, indent=2)


if __name__ == "__main__":
    shell.run(main, FormatError)
