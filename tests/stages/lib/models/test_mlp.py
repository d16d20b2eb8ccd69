"""Training agrees with scikit-learn's own figures, and what machines could round apart stops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

import tinydatasets
from stages.lib.models.mlp import MarginError, logits, to_grid, train


def probabilities(model: dict[str, Any], images: Any) -> Any:
    exponentials = np.exp(logits(model, images))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


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


@pytest.mark.parametrize("weight", [1.5 * 2**-16, -0.5 * 2**-16 + 9e-12, 255 + 2.5 * 2**-16])
def test_a_weight_that_machines_could_round_apart_stops(weight: float) -> None:
    with pytest.raises(MarginError):
        to_grid(np.array([0.1, weight]))
    assert to_grid(np.array([0.1, weight + 2e-11])).dtype == np.float32


@pytest.mark.parametrize("weight", [256.0, -256.0, np.inf, np.nan])
def test_a_weight_that_has_no_place_on_the_grid_is_divergence(weight: float) -> None:
    with pytest.raises(FloatingPointError, match="256 or more in size, or not a number"):
        to_grid(np.array([0.1, weight]))


def test_a_recipe_without_momentum_and_batches_larger_than_the_rows() -> None:
    split = tinydatasets.load("tinydigits-150").train
    recipe: dict[str, Any] = {
        "hidden": 4,
        "optimizer": "adam",
        "learning_rate": 0.01,
        "epochs": 2,
        "seed": 1,
    }
    whole = train(split, 16, batch_size=150, **recipe)
    larger = train(split, 16, batch_size=151, **recipe)
    assert {key: array.tolist() for key, array in whole.items()} == {
        key: array.tolist() for key, array in larger.items()
    }
