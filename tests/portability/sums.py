"""Compute everything that needs NumPy alone, and print its sums as JSON.

``python -m tests.portability.sums DIGITS``, DIGITS being scikit-learn's ``digits.csv.gz``. With
nothing but NumPy installed it runs on the emulated processors of
``tests/portability/processors.py``. What training and `exp` give is committed in ``sums.json``
beside this file; ``python -m tests.portability.sums DIGITS --write FILE`` writes that anew.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import numpy as np

import tinydatasets
from stages.common import command
from stages.common.pixels import scale, to_inputs
from stages.evaluate.scores import describe
from stages.sample.draw import draw
from stages.train_mlp import exact, mlp
from tinydatasets import Split, texts
from tinydatasets.pickles import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

COMMITTED: Final = Path(__file__).with_suffix(".json")
IMAGES: Final = ("tinydigits", "tinydigits-150", "tinymnist")
TALKS: Final = "tinytalks"

TUNED: Final[dict[str, Any]] = {
    "hidden": 32,
    "optimizer": "sgd",
    "learning_rate": 0.1,
    "momentum": 0.9,
    "batch_size": 32,
    "epochs": 20,
    "seed": 42,
}
UNSTABLE: Final = {**TUNED, "learning_rate": 0.3, "epochs": 30}
# Which dataset, which of its classes, and by which recipe. Emulation takes up to a minute for all.
MODELS: Final[dict[str, tuple[str, range, dict[str, Any]]]] = {
    "classroom": ("tinydigits", range(10), {**TUNED, "learning_rate": 0.01, "momentum": 0.0}),
    "tuned": ("tinydigits-150", range(10), TUNED),
    "unstable": ("tinydigits", range(10), UNSTABLE),
    "Adam": ("tinydigits-150", range(10), {**TUNED, "optimizer": "adam", "learning_rate": 0.003}),
    "hidden: 256": ("tinydigits", range(10), {**TUNED, "hidden": 256, "epochs": 3}),
    "two classes": ("tinydigits", range(2), TUNED),
    "TinyMNIST": ("tinymnist", range(10), {**UNSTABLE, "epochs": 2}),
}


def sha256(*parts: bytes | npt.NDArray[Any]) -> str:
    """Give the sum of bytes and of arrays, as a little-endian machine has them in memory."""
    return hashlib.sha256(
        b"".join(
            part.astype(part.dtype.newbyteorder("<")).tobytes()
            if isinstance(part, np.ndarray)
            else part
            for part in parts
        )
    ).hexdigest()


def reads() -> str:
    """Read every released dataset."""
    arrays = [array for name in IMAGES for split in tinydatasets.load(name) for array in split]
    return sha256(*arrays, repr(tinydatasets.load_text(TALKS)).encode())


def writes() -> dict[str, str]:
    """Write every released dataset again."""
    sums = {}
    for name in IMAGES:
        for part, split in zip(("train", "test"), tinydatasets.load(name), strict=True):
            sums[f"{name}/{part}.pkl"] = sha256(dumps(split))
    for part, pairs in tinydatasets.load_text(TALKS)._asdict().items():
        sums[f"{TALKS}/{part}.txt"] = sha256(texts.to_text(pairs).encode())
    return sums


def draws(digits: Path) -> dict[str, str]:
    """Draw both editions of TinyDigits from scikit-learn's file and write their pickles."""
    table = np.loadtxt(digits, delimiter=",", dtype=np.int64)
    images, labels = table[:, :-1].reshape(-1, 8, 8).astype(np.uint8), table[:, -1]
    sums = {}
    for name, n_train, n_test, test_draw in (
        ("tinydigits", [100] * 10, [20] * 10, "next"),
        ("tinydigits-150", [15] * 10, [5] * 7 + [4] * 3, "choice"),
    ):
        generator = np.random.RandomState(42)
        counts = {
            part: dict(enumerate(n))
            for part, n in (("train", n_train), ("val", [0] * 10), ("test", n_test))
        }
        drawn = draw(labels, counts, generator, test_draw)
        for part in ("train", "test"):
            rows = generator.permutation(drawn[part])
            split = Split(scale(images[rows], 16), labels[rows])
            sums[f"{name}/{part}.pkl"] = sha256(dumps(split))
    return sums


def powers(module: Any) -> npt.NDArray[np.float64]:
    """Apply `exp` to 100,001 numbers: the sum of a model does not notice its last bit."""
    powers: npt.NDArray[np.float64] = module.exp(np.arange(-50_000, 50_001) / 128)
    return powers


def model(name: str) -> Mapping[str, npt.NDArray[Any]]:
    """Train a model of `MODELS`."""
    dataset, classes, recipe = MODELS[name]
    images, labels = tinydatasets.load(dataset).train
    rows = np.isin(labels, classes)
    return mlp.train(to_inputs(images[rows], 255), labels[rows], **recipe)


def scores(trained: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.float64]:
    """Score a model on the test images of TinyDigits."""
    images = tinydatasets.load("tinydigits").test.images
    return exact.log_softmax(mlp.logits(trained, to_inputs(images, 255)))


def accuracies(models: Mapping[str, Mapping[str, npt.NDArray[Any]]]) -> dict[str, Any]:
    """Score the two models of `MODELS` that are released baselines on their test images."""
    found = {}
    for recipe in ("classroom", "tuned"):
        dataset, trained = MODELS[recipe][0], models[recipe]
        images, labels = tinydatasets.load(dataset).test
        logits = mlp.logits(trained, to_inputs(images, 255))
        figures = describe(logits, trained["classes"], labels, "0123456789")[1]
        found[f"{dataset}, {recipe}"] = figures["accuracy"]
    return found


def compute(digits: Path) -> dict[str, Any]:
    """Give all sums, those that must be the same everywhere and those that need not be."""
    models = {name: model(name) for name in MODELS}
    with patch.object(mlp, "matmul", np.matmul):
        inexact = model("unstable")
    return {
        "machine": platform.machine(),
        "byteorder": sys.byteorder,
        "versions": [platform.python_version(), np.__version__],
        "reads": reads(),
        "writes": writes(),
        "draws": draws(digits),
        "metrics": accuracies(models),
        "computes": {
            **{name: sha256(*trained.values()) for name, trained in models.items()},
            "exp": sha256(powers(exact)),
            "log": sha256(exact.log(powers(exact))),
            "scores": sha256(scores(models["unstable"])),
        },
        # What the arithmetic is there for: the same with plain products, and with NumPy's `exp`.
        "plain": {"a @ b": sha256(*inexact.values()), "np.exp": sha256(powers(np))},
    }


def main(digits: Path, *, write: Path | None = None) -> None:
    """Print the sums of all that is computed from `digits`; write those to commit to `write`."""
    found = compute(digits)
    if write:
        write.write_text(json.dumps(found["computes"], indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found))


if __name__ == "__main__":
    command.run(main)
