"""Stage `evaluate`: the figures and tables of the stored models."""

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.special import softmax
from scipy.stats import binomtest
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss

import tinydatasets
from stages import evaluate
from tests.conftest import Repository


def read(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["tinydigits", "tinydigits-150"])
@pytest.mark.parametrize("recipe", ["classroom", "tuned"])
@pytest.mark.parametrize("split", ["test", "unused"])
def test_figures_are_those_that_scikit_learn_and_scipy_give(
    built_once: Repository, name: str, recipe: str, split: str
) -> None:
    folder = built_once.folder
    stored = load_file(folder / f"build/{name}/models/{recipe}.safetensors")
    predictions = read(folder / f"build/{name}/predictions/{recipe}.csv")
    rows = [int(line["row"]) for line in predictions if line["split"] == split]
    pixels, labels = load_digits().data[rows] / 16, load_digits().target[rows]
    hidden = np.maximum(pixels @ stored["hidden.weight"] + stored["hidden.bias"], 0)
    table = softmax(hidden @ stored["output.weight"] + stored["output.bias"], axis=1)
    details = json.loads((folder / f"build/{name}/details.json").read_text())[recipe][split]
    metrics = json.loads((folder / f"metrics/{name}.json").read_text())[recipe]

    right = accuracy_score(labels, table.argmax(axis=1))
    assert metrics[split] == details["accuracy"] == round(right, 6)
    assert details["log_loss"] == pytest.approx(log_loss(labels, table), abs=1e-6)
    for label, part in [(None, details), *details["by_class"].items()]:
        of_label = labels == (labels if label is None else int(label))
        assert part["rows"] == of_label.sum()
        assert part["correct"] == (table.argmax(axis=1) == labels)[of_label].sum()
        interval = binomtest(part["correct"], part["rows"]).proportion_ci(method="wilson")
        assert part["interval_95"] == pytest.approx([interval.low, interval.high], abs=1e-6)


@pytest.mark.parametrize(("name", "unused"), [("tinydigits", 597), ("tinydigits-150", 1600)])
def test_predictions_name_every_row_that_was_held_out(
    built_once: Repository, name: str, unused: int
) -> None:
    folder = built_once.folder
    predictions = read(folder / f"build/{name}/predictions/tuned.csv")
    test = tinydatasets.load(name).test
    splits = Counter(line["split"] for line in predictions)
    assert splits == {"test": len(test.labels), "unused": unused}
    rows = [int(line["row"]) for line in predictions]
    assert len(set(rows)) == len(rows)
    assert [int(line["actual"]) for line in predictions] == load_digits().target[rows].tolist()
    np.testing.assert_array_equal(test.images, load_digits().images[rows[: splits["test"]]] / 16)


def test_a_class_without_an_output_has_no_loss_and_a_large_one_no_overflow() -> None:
    scores = np.array([[0.0, 1.0], [2.0, 0.0]])
    assert evaluate.log_loss(scores, np.array([3, 5]), np.array([3, 4])) is None
    loss = evaluate.log_loss(scores, np.array([3, 5]), np.array([5, 3]))
    assert loss == pytest.approx((np.log(1 + np.exp(-1)) + np.log(1 + np.exp(-2))) / 2)
    assert evaluate.log_loss(np.array([[1e4, 0.0]]), np.array([0, 1]), np.array([1])) == 1e4


def test_of_equal_scores_the_first_class_is_predicted() -> None:
    scores = np.array([[1.0, 1.0], [0.0, 1.0]])
    predicted, figures = evaluate.score_split(
        scores, np.array([2, 7]), np.array([7, 7]), "abcdefgh"
    )
    assert predicted.tolist() == [2, 7]
    assert (figures["rows"], figures["correct"], figures["accuracy"]) == (2, 1, 0.5)
    assert figures["by_class"].keys() == {"h"}
