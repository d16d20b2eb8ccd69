"""Compute everything that needs NumPy alone, and print its sums as JSON.

``python -m tests.portability.sums DIGITS``, DIGITS being scikit-learn's ``digits.csv.gz``. With
nothing but NumPy installed it runs on the emulated processors of
``tests/portability/processors.py``. What training and `exp` give is committed in ``sums.json``.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

import tinydatasets
from stages.common.images import scale, to_inputs
from stages.sample.draw import draw
from stages.train_mlp import exact, mlp
from tinydatasets import Split, texts
from tinydatasets.pickles import dumps

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


def sha256(*arrays: npt.NDArray[Any]) -> str:
    """Return the sum of arrays as a little-endian machine has them in memory."""
    parts = (array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def written() -> Iterator[tuple[str, bytes]]:
    """Read every released dataset, and yield its files as they are written again."""
    for name in ("tinydigits", "tinydigits-150", "tinymnist"):
        for part, split in zip(("train", "test"), tinydatasets.load(name), strict=True):
            yield f"{name}/{part}.pkl", dumps(split)
    for name in ("tinytalks", "tinytalks-1200"):
        for part, pairs in tinydatasets.load_text(name)._asdict().items():
            yield f"{name}/{part}.txt", texts.to_text(pairs).encode()


def drawn(digits: Path) -> Iterator[tuple[str, bytes]]:
    """Draw both editions of TinyDigits from scikit-learn's file, and yield their pickles."""
    table = np.loadtxt(digits, delimiter=",", dtype=np.int64)
    images, labels = table[:, :-1].reshape(-1, 8, 8).astype(np.uint8), table[:, -1]
    for name, n_train, n_test, test_draw in (
        ("tinydigits", [100] * 10, [20] * 10, "next"),
        ("tinydigits-150", [15] * 10, [5] * 7 + [4] * 3, "choice"),
    ):
        generator = np.random.RandomState(42)
        per_class = {"train": n_train, "val": [0] * 10, "test": n_test}
        counts = {part: dict(enumerate(n)) for part, n in per_class.items()}
        rows = draw(labels, counts, generator, test_draw)
        for part in ("train", "test"):
            order = generator.permutation(rows[part])
            yield f"{name}/{part}.pkl", dumps(Split(scale(images[order], 16), labels[order]))


def train(name: str) -> Mapping[str, npt.NDArray[Any]]:
    """Train a model of `MODELS`."""
    dataset, classes, recipe = MODELS[name]
    images, labels = tinydatasets.load(dataset).train
    rows = np.isin(labels, classes)
    return mlp.train(to_inputs(images[rows], 255), labels[rows], **recipe)


def compute(digits: Path) -> dict[str, Any]:
    """Return all sums, those that must be the same everywhere and those that need not be."""
    files = {f"written {name}": content for name, content in written()}
    files |= {f"drawn {name}": content for name, content in drawn(digits)}
    models = {name: train(name) for name in MODELS}
    with patch.object(mlp, "matmul", np.matmul):
        inexact = train("unstable")
    # The sum of a model does not notice the last bit of `exp`.
    steps = np.arange(-50_000, 50_001) / 128
    logits, accuracies = {}, {}
    for name in ("classroom", "tuned", "unstable"):
        images, labels = tinydatasets.load(MODELS[name][0]).test
        logits[name] = mlp.logits(models[name], to_inputs(images, 255))
        accuracies[name] = round(float((logits[name].argmax(axis=1) == labels).mean()), 6)
    return {
        "about": [
            f"{platform.machine()}, {sys.byteorder}-endian",
            f"{platform.python_version()}, {np.__version__}",
        ],
        "sums": {
            **{name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
            **{f"accuracy of {name}": accuracies[name] for name in ("classroom", "tuned")},
            **{name: sha256(*model.values()) for name, model in models.items()},
            "exp": sha256(exact.exp(steps)),
            "log": sha256(exact.log(exact.exp(steps))),
            "scores": sha256(exact.log_softmax(logits["unstable"])),
        },
        # What the arithmetic is there for: the same with plain products, and with NumPy's `exp`.
        "plain": {"a @ b": sha256(*inexact.values()), "np.exp": sha256(np.exp(steps))},
    }


if __name__ == "__main__":
    print(json.dumps(compute(Path(sys.argv[1])), indent=2))
