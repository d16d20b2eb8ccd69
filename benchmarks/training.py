"""Measure how long a training takes on each dataset of images, against TinyDigits.

``python -m benchmarks.training`` writes ``benchmarks/training.json``: for each dataset, how many
times as long the recipe `tuned` trains as on TinyDigits. For MNIST and CIFAR-10 it trains on
random pixels of their shapes, since the time does not depend on what they show, and for one epoch
only. The trainings run in turn, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.check.validate import read_params
from stages.common import command
from stages.common.files import read_json, write_json
from stages.common.pixels import to_inputs
from stages.train_mlp.mlp import train
from tinydatasets import load
from tinydatasets.fetch.benchmarks import BENCHMARKS

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]

OUT = Path("benchmarks", "training.json")
RECIPE = "tuned"
FIRST = "tinydigits"
ROUNDS = 5


def seconds(rows: Rows, recipe: dict[str, Any], epochs: int) -> float:
    """Time a training, as if it had all epochs of the recipe."""
    start = time.perf_counter()
    train(*rows, **{**recipe, "epochs": epochs})
    return (time.perf_counter() - start) * float(recipe["epochs"]) / epochs


def main() -> None:
    """Time the trainings, print the ratios, and write them."""
    params = read_params()
    recipe = asdict(params.recipes[RECIPE])
    rows: dict[str, tuple[Rows, int]] = {}
    for name in params.datasets:
        images, labels = load(name).train
        inputs = to_inputs(
            images, read_json(Path("build", name, "arrays", "facts.json"))["maximum"]
        )
        rows[name] = (inputs, labels), recipe["epochs"]
    for name, benchmark in BENCHMARKS.items():
        random = np.random.RandomState(0)
        pixels = random.random_sample((benchmark.train, math.prod(benchmark.image)))
        rows[name] = (pixels, random.randint(0, len(benchmark.classes), benchmark.train)), 1
    ratios: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        times = {name: seconds(of, recipe, epochs) for name, (of, epochs) in rows.items()}
        for name in rows:
            ratios[name].append(times[name] / times[FIRST])
        print({name: round(value, 3) for name, value in times.items()}, flush=True)
    # Two digits: more would change from one run to the next.
    found = {name: float(f"{statistics.median(of):.2g}") for name, of in ratios.items()}
    write_json(OUT, found, indent=2)
    print(found)


if __name__ == "__main__":
    command.run(main)
