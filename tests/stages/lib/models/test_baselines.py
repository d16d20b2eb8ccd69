"""The stored models and the figures that are computed from them."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.stats import binomtest
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss
from sklearn.neural_network import MLPClassifier

import tinydatasets
from stages import train_mlp
from stages.lib.command import StageError
from stages.lib.models.mlp import train

if TYPE_CHECKING:
    from tests.conftest import Repository

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def folder(_built: Repository) -> Path:
    return _built.folder


@pytest.mark.parametrize("name", ["tinydigits", "tinydigits-150"])
@pytest.mark.parametrize("recipe", ["classroom", "tuned"])
def test_a_stored_model_is_on_the_grid_and_predicts_as_scikit_learn(
    folder: Path, name: str, recipe: str
) -> None:
    stored = load_file(folder / f"build/{name}/models/{recipe}.safetensors")
    shapes = {key: array.shape for key, array in stored.items()}
    assert shapes == {
        "hidden.weight": (64, 32),
        "hidden.bias": (32,),
        "output.weight": (32, 10),
        "output.bias": (10,),
        "classes": (10,),
    }
    weights = {key: array for key, array in stored.items() if key != "classes"}
    for array in weights.values():
        assert array.dtype == np.float32
        steps = array.astype(np.float64) * 2**16
        np.testing.assert_array_equal(steps, steps.round())
        assert not np.signbit(array[array == 0]).any()

    learning_rate, momentum = {"classroom": (0.01, 0.0), "tuned": (0.1, 0.9)}[recipe]
    train, test = tinydatasets.load(name)
    model = MLPClassifier(
        hidden_layer_sizes=(32,),
        solver="sgd",
        learning_rate_init=learning_rate,
        momentum=momentum,
        nesterovs_momentum=False,
        batch_size=32,
        max_iter=20,
        alpha=0,
        tol=0,
        n_iter_no_change=99,
        random_state=42,
    )
    with pytest.warns(match="Maximum iterations"):
        model.fit(train.images.reshape(-1, 64).astype(np.float64), train.labels)
    expected = model.predict(test.images.reshape(-1, 64).astype(np.float64))

    hidden = np.maximum(
        test.images.reshape(-1, 64) @ weights["hidden.weight"] + weights["hidden.bias"], 0
    )
    scores = hidden @ weights["output.weight"] + weights["output.bias"]
    np.testing.assert_array_equal(scores.argmax(axis=1), expected)
    np.testing.assert_allclose(
        weights["hidden.weight"], model.coefs_[0], rtol=0, atol=2**-17 + 1e-9
    )


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


def test_two_classes_have_two_logits_that_agree_with_scikit_learn() -> None:
    images, labels = tinydatasets.load("tinydigits").train
    two = labels < 2
    split = tinydatasets.Split(images[two], labels[two] + 3)
    stored = train(
        split, 16, hidden=8, optimizer="sgd", learning_rate=0.1, batch_size=32, epochs=5, seed=1
    )
    assert stored["classes"].tolist() == [3, 4]
    model = MLPClassifier(
        hidden_layer_sizes=(8,),
        solver="sgd",
        learning_rate_init=0.1,
        momentum=0,
        nesterovs_momentum=False,
        batch_size=32,
        max_iter=5,
        alpha=0,
        random_state=1,
    )
    x = split.images.reshape(-1, 64).astype(np.float64)
    with pytest.warns(match="Maximum iterations"):
        expected = model.fit(x, split.labels).predict_proba(x)
    np.testing.assert_allclose(probabilities(stored, split.images), expected, atol=1e-3)


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

    digits = [str(label) for label in range(10)]
    with (folder / f"build/{name}/accuracy_by_class/tuned.csv").open() as file:
        by_class = list(csv.DictReader(file))
    splits = ("test", "unused")
    assert [(line["split"], line["class"]) for line in by_class] == list(product(splits, digits))
    for line in by_class:
        assert line["recipe"] == "tuned"
        of_class = [
            p["predicted"]
            for p in predictions
            if (p["split"], p["actual"]) == (line["split"], line["class"])
        ]
        assert int(line["rows"]) == len(of_class)
        share = of_class.count(line["class"]) / len(of_class)
        assert math.isclose(float(line["accuracy"]), share, abs_tol=1e-6)

    # Every cell, also that of a pair that never occurs.
    with (folder / f"build/{name}/confusion/tuned.csv").open() as file:
        cells = [
            (line["split"], line["actual"], line["predicted"], int(line["rows"]))
            for line in csv.DictReader(file)
        ]
    counted = Counter((p["split"], p["actual"], p["predicted"]) for p in predictions)
    assert cells == [(*cell, counted[cell]) for cell in product(splits, digits, digits)]


@pytest.mark.parametrize("weight", [1.5 * 2**-16, -0.5 * 2**-16 + 9e-12, 255 + 2.5 * 2**-16])
def test_a_weight_that_machines_could_round_apart_stops(weight: float) -> None:
    with pytest.raises(train_mlp.MarginError):
        train_mlp.to_grid(np.array([0.1, weight]))
    assert train_mlp.to_grid(np.array([0.1, weight + 2e-11])).dtype == np.float32


def test_the_released_models_are_as_far_from_the_boundaries_as_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(train_mlp, "MARGIN", 6e-11)
    for path in Path("datasets").glob("*/train.pkl"):
        train_mlp.main(path.parent.name, train_split=path, out=tmp_path / path.parent.name)


def test_the_message_says_which_seed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(train_mlp, "MARGIN", 1e-6)
    data = ROOT / "datasets/tinydigits-150/train.pkl"
    with pytest.raises(StageError) as caught:
        train_mlp.main("tinydigits-150", train_split=data, out=tmp_path)
    assert "params.yaml: recipes.classroom.seed: 42: training on tinydigits-150" in str(
        caught.value
    )
    assert "take another seed" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
