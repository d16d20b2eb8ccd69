"""Stage `evaluate`: the figures and tables of the stored models."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.stats import binomtest
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss

import tinydatasets

if TYPE_CHECKING:
    from tests.conftest import Repository


@pytest.fixture
def folder(built_once: Repository) -> Path:
    return built_once.folder


def probabilities(stored: dict[str, Any], images: Any) -> Any:
    x = images.reshape(len(images), -1).astype(np.float64)
    hidden = np.maximum(x @ stored["hidden.weight"] + stored["hidden.bias"], 0)
    exponentials = np.exp(hidden @ stored["output.weight"] + stored["output.bias"])
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", ["tinydigits", "tinydigits-150"])
@pytest.mark.parametrize("recipe", ["classroom", "tuned"])
@pytest.mark.parametrize("split", ["test", "unused"])
def test_figures_are_those_that_scikit_learn_and_scipy_give(
    folder: Path, name: str, recipe: str, split: str
) -> None:
    stored = load_file(folder / f"build/{name}/models/{recipe}.safetensors")
    with (folder / f"build/{name}/predictions/{recipe}.csv").open() as file:
        rows = [int(line["row"]) for line in csv.DictReader(file) if line["split"] == split]
    images, labels = load_digits().images[rows] / 16, load_digits().target[rows]
    table = probabilities(stored, images)
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
def test_predictions_name_every_row_that_was_held_out(folder: Path, name: str, unused: int) -> None:
    with (folder / f"build/{name}/predictions/tuned.csv").open() as file:
        predictions = list(csv.DictReader(file))
    test = tinydatasets.load(name).test
    in_test = [line for line in predictions if line["split"] == "test"]
    assert [int(line["actual"]) for line in in_test] == test.labels.tolist()
    in_unused = [line for line in predictions if line["split"] == "unused"]
    assert len(in_unused) == unused
    correct = sum(line["actual"] == line["predicted"] for line in in_unused)
    metrics = json.loads((folder / f"metrics/{name}.json").read_text())
    assert metrics["tuned"]["unused"] == round(correct / unused, 6)
    rows = [int(line["row"]) for line in predictions]
    assert len(set(rows)) == len(rows)
    assert [int(line["actual"]) for line in predictions] == load_digits().target[rows].tolist()
    np.testing.assert_array_equal(test.images, load_digits().images[rows[: len(in_test)]] / 16)
