"""Measure how long a training takes on each dataset of images, against TinyDigits.

``python -m benchmarks.training`` writes ``benchmarks/training.json``: for each dataset, how many
times as long the recipe `tuned` trains as on TinyDigits. For MNIST and CIFAR-10 it trains for one
epoch on random pixels of their shapes, since the time does not depend on what they show.
"""

import math
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import in_turn, ratio, read_inputs, seconds
from stages.common import command
from stages.common.files import write_json
from stages.params.validate import read_params
from stages.train_mlp.mlp import train
from tinydatasets.fetch.benchmarks import BENCHMARKS

OUT = Path("benchmarks", "training.json")
ROUNDS = 5


def seconds_an_epoch(x: Any, labels: Any, recipe: dict[str, Any]) -> float:
    """Time a training."""
    return seconds(train, x, labels, **recipe) / float(recipe["epochs"])


def main() -> None:
    """Time the trainings, print the ratios, and write them."""
    params = read_params()
    recipe = asdict(params.recipes["tuned"])
    sides = {}
    for name in params.datasets:
        sides[name] = partial(seconds_an_epoch, *read_inputs(name, "train"), recipe)
    for name, benchmark in BENCHMARKS.items():
        random = np.random.RandomState(0)
        x = random.random_sample((benchmark.train, math.prod(benchmark.image)))
        labels = random.randint(0, len(benchmark.classes), benchmark.train)
        sides[name] = partial(seconds_an_epoch, x, labels, {**recipe, "epochs": 1})
    times = in_turn(sides, ROUNDS)
    # Two digits: more would change from one run to the next.
    ratios = {name: float(f"{ratio(times[name], times['tinydigits']):.2g}") for name in times}
    write_json(OUT, ratios, indent=2)
    print(ratios)


if __name__ == "__main__":
    command.run(main)
