"""Stage `train_mlp`: the stored models, and how training stops."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from sklearn.neural_network import MLPClassifier

import tinydatasets
from stages import train_mlp
from stages.common.errors import StageError
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import Repository

CLASSROOM = {
    "hidden": 32,
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "momentum": 0.0,
    "batch_size": 32,
    "epochs": 20,
    "seed": 42,
}


@pytest.fixture
def folder(built_once: Repository) -> Path:
    return built_once.folder


@pytest.mark.parametrize("name", ["tinydigits", "tinydigits-150"])
@pytest.mark.parametrize("recipe", ["classroom", "tuned"])
def test_a_stored_model_predicts_as_scikit_learn(folder: Path, name: str, recipe: str) -> None:
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
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}

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
    # Its last bits differ from run to run of another BLAS; ours do not.
    np.testing.assert_allclose(weights["hidden.weight"], model.coefs_[0], rtol=0, atol=1e-4)


def run(folder: Path, **changes: Any) -> Path:
    """Train `classroom` with some changes on TinyDigits-150; give the folder of the models."""
    params, recipes = folder / "tinydigits-150.json", folder / "recipes.json"
    params.write_text(json.dumps({"maximum": 16}))
    recipes.write_text(json.dumps({"classroom": {**CLASSROOM, **changes}}))
    data = ROOT / "datasets/tinydigits-150/train.pkl"
    train_mlp.main(params=params, recipes=recipes, train_split=data, out=folder / "models")
    return folder / "models"


def test_one_model_is_written_for_each_recipe(folder: Path, tmp_path: Path) -> None:
    written = run(tmp_path) / "classroom.safetensors"
    built = folder / "build/tinydigits-150/models/classroom.safetensors"
    assert written.read_bytes() == built.read_bytes()


@pytest.mark.parametrize("rate", [1e30, 1e200])
def test_training_that_diverges_says_so(tmp_path: Path, rate: float) -> None:
    with pytest.raises(StageError) as caught:
        run(tmp_path, learning_rate=rate)
    said = f"params.yaml: recipes.classroom.learning_rate: {rate}: training on tinydigits-150 "
    assert str(caught.value).startswith(f"{said}diverges (")
    assert not (tmp_path / "models").exists()
