"""Training, held against scikit-learn's and against plain Python."""

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import tinydatasets
from stages.train_mlp.mlp import backward, initialize, train
from tests.train_mlp import plain

CLASSROOM: dict[str, Any] = {
    "hidden": 32,
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "momentum": 0.0,
    "batch_size": 32,
    "epochs": 20,
    "seed": 42,
}
TUNED: dict[str, Any] = {**CLASSROOM, "learning_rate": 0.1, "momentum": 0.9}
ADAM: dict[str, Any] = {**CLASSROOM, "optimizer": "adam", "learning_rate": 0.003}


def digits(name: str = "tinydigits-150") -> tuple[Any, Any]:
    images, labels = tinydatasets.load(name).train
    return images.reshape(len(images), -1).astype(np.float64), labels


def scikit_learn(x: Any, labels: Any, recipe: dict[str, Any]) -> MLPClassifier:
    model = MLPClassifier(
        hidden_layer_sizes=(recipe["hidden"],),
        solver=recipe["optimizer"],
        learning_rate_init=recipe["learning_rate"],
        momentum=recipe["momentum"],
        nesterovs_momentum=False,
        batch_size=min(recipe["batch_size"], len(x)),
        max_iter=recipe["epochs"],
        random_state=recipe["seed"],
        alpha=0,
        tol=0,
        n_iter_no_change=recipe["epochs"] + 1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(x, labels)


def arrays(model: MLPClassifier) -> dict[str, Any]:
    return {
        "hidden.weight": model.coefs_[0],
        "hidden.bias": model.intercepts_[0],
        "output.weight": model.coefs_[1],
        "output.bias": model.intercepts_[1],
        "classes": model.classes_,
    }


@pytest.mark.parametrize("recipe", [CLASSROOM, TUNED, ADAM], ids=["classroom", "tuned", "adam"])
# 150 rows: 4 batches of 32 and one of 22; one of 150.
@pytest.mark.parametrize("batch_size", [32, 1000])
def test_the_first_steps_are_those_of_scikit_learn(recipe: dict[str, Any], batch_size: int) -> None:
    x, labels = digits()
    # Two epochs: the second goes on from the order of the first.
    recipe = {**recipe, "batch_size": batch_size, "epochs": 2}
    ours, theirs = train(x, labels, **recipe), arrays(scikit_learn(x, labels, recipe))
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_allclose(array, theirs[name], rtol=0, atol=1e-6)
        assert array.dtype == (np.int64 if name == "classes" else np.float32)


def test_the_step_of_the_contract() -> None:
    vectors = plain.VECTORS["step"]
    x, recipe, order = np.array(plain.from_hex(vectors["x"])), vectors["recipe"], vectors["order"]
    labels = np.array(vectors["labels"])
    start = initialize(3, 2, 2, np.random.RandomState(recipe["seed"]))
    generator = plain.Generator(recipe["seed"])
    by_hand = plain.initialize(3, 2, 2, generator)
    assert [np.atleast_2d(array).tolist() for array in start] == by_hand
    assert by_hand == plain.from_hex(vectors["weights"])
    assert generator.permutation(3) == order
    wanted = (labels[:, np.newaxis] == [0, 1]).astype(np.float64)
    gradient = backward(start, x[order], wanted[order])
    expected = plain.from_hex(vectors["gradient"])
    assert [np.atleast_2d(array).tolist() for array in gradient] == expected
    assert plain.backward(by_hand, x[order].tolist(), wanted[order].tolist()) == expected
    for optimizer in ("sgd", "adam"):
        model = train(x, labels, optimizer=optimizer, **recipe)
        weights = [np.atleast_2d(array).tolist() for array in model.values()][:4]
        assert weights == plain.from_hex(vectors[optimizer])


def test_the_generator_of_the_contract() -> None:
    vectors = plain.VECTORS["generator"]
    seed, permutation = vectors["seed"], vectors["permutation"]
    integers = plain.Generator(seed).stream
    assert [integers.getrandbits(32) for _ in range(4)] == vectors["integers"]
    fractions = plain.from_hex(vectors["fractions"])
    assert np.random.RandomState(seed).random_sample(2).tolist() == fractions
    by_hand = plain.Generator(seed)
    assert [by_hand.stream.random() for _ in range(2)] == fractions
    assert plain.Generator(seed).permutation(47) == permutation
    assert np.random.RandomState(seed).permutation(47).tolist() == permutation


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_training_of_the_contract(optimizer: str) -> None:
    vectors = plain.VECTORS["training"]
    x, labels, recipe = plain.from_hex(vectors["x"]), vectors["labels"], vectors["recipe"]
    model = train(np.array(x), np.array(labels), optimizer=optimizer, **recipe)
    by_hand = plain.train(x, labels, {**recipe, "optimizer": optimizer})
    assert model.pop("classes").tolist() == vectors["classes"]
    expected = plain.from_hex(vectors[optimizer])
    assert [np.atleast_2d(array).tolist() for array in model.values()] == expected
    assert [np.array(matrix, np.float32).tolist() for matrix in by_hand] == expected
    # The order of each epoch goes on from that before.
    generator, order = plain.Generator(recipe["seed"]), [*range(len(x))]
    plain.initialize(3, recipe["hidden"], 3, generator)
    for following in vectors["orders"]:
        permutation = generator.permutation(len(x))
        order = [order[row] for row in permutation]
        assert order == following
