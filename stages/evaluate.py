"""Stage `evaluate`: score the stored models on the rows that they were not trained on.

NumPy alone does it, from the stored weights, so that a figure belongs to a file that can be
checked, and anybody can recompute it without scikit-learn.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from stages.common import command
from stages.common.arrays import Floats, Ints, read_arrays
from stages.common.files import read_csv, read_json, write_csv, write_json
from stages.common.images import to_inputs
from stages.common.intervals import wilson_interval
from stages.train_mlp.exact import log_softmax
from stages.train_mlp.mlp import logits

# Digits of every figure: more than anybody acts on.
DECIMALS = 6


def log_loss(scores: Floats, classes: Ints, labels: Ints) -> float | None:
    """Return the mean log loss in nats; None where it is infinite, as a class has no output."""
    if not np.isin(labels, classes).all():
        return None
    right = log_softmax(scores)[np.arange(len(labels)), np.searchsorted(classes, labels)]
    # `math.fsum` is exact, in whatever order: a mean of NumPy's would not be.
    return -math.fsum(right) / len(labels)


def count(actual: Ints, predicted: Ints) -> dict[str, Any]:
    """Return rows, those predicted right, their fraction and its 95% interval."""
    rows, correct = len(actual), int((actual == predicted).sum())
    return {
        "rows": rows,
        "correct": correct,
        "accuracy": round(correct / rows, DECIMALS),
        "interval_95": [round(bound, DECIMALS) for bound in wilson_interval(correct, rows)],
    }


def score_split(
    scores: Floats, classes: Ints, actual: Ints, names: Sequence[str]
) -> tuple[Ints, dict[str, Any]]:
    """Return the predicted class of each row of a split, and all figures.

    `scores`, of shape (n, c), has a logit for each row and each of the `classes`, ascending; of
    equal ones the first is predicted. `names` are those of all labels.
    """
    predicted: Ints = classes[scores.argmax(axis=1)]
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


def main(name: str) -> None:
    """Score the models of the dataset `name` on val, test and the unused rows.

    Writes ``metrics/NAME.json``, and the details and every prediction to ``build/NAME``.
    """
    build = Path("build", name)
    facts = read_json(build / "arrays/facts.json")
    names = facts["classes"]
    rows: dict[str, list[str]] = {}
    for line in read_csv(build / "arrays/split.csv"):
        rows.setdefault(line["split"], []).append(line["row"])
    splits = [split for split in ("val", "test", "unused") if split in rows]
    accuracy: dict[str, dict[str, float]] = {}
    details: dict[str, dict[str, Any]] = {}
    for path in sorted(build.glob("models/*.safetensors")):
        recipe, model = path.stem, load_file(path)
        details[recipe], lines = {}, [("recipe", "split", "row", "actual", "predicted")]
        for split in splits:
            images, actual = read_arrays(build / "arrays" / split)
            scores = logits(model, to_inputs(images, facts["maximum"]))
            predicted, details[recipe][split] = score_split(scores, model["classes"], actual, names)
            lines += [
                (recipe, split, row, names[label], names[guess])
                for row, label, guess in zip(rows[split], actual, predicted, strict=True)
            ]
        accuracy[recipe] = {split: score["accuracy"] for split, score in details[recipe].items()}
        write_csv(build / f"predictions/{recipe}.csv", lines)
    write_json(Path("metrics", f"{name}.json"), accuracy, indent=2)
    write_json(build / "details.json", details, indent=2)


if __name__ == "__main__":
    command.run(main)
