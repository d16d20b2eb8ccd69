"""Measure the sweep of the learning curves against a bare loop, once source@digits is built."""

import os
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median

from threadpoolctl import threadpool_limits

from benchmarks import in_turn, ratio, seconds
from experiments.curves.params import read_curves
from experiments.curves.sweep import Plan, sweep, trainings
from experiments.curves.training import train_and_score
from stages.common import command
from stages.common.arrays import read_arrays
from stages.common.files import read_json
from stages.common.workers import VARIABLE
from stages.params.read import read_recipes

SOURCE = Path("build/sources/digits")
SIZES = (2, 15, 30, 75, 150)
SEEDS = 10
RUNS = 5


def main() -> None:
    """Time the sweep in this process, in two others, and a bare loop; print ratios."""
    recipes = {name: asdict(recipe) for name, recipe in read_recipes().items()}
    maximum = read_json(SOURCE / "facts.json")["maximum"]
    plan = Plan(SOURCE.name, maximum, SIZES, SEEDS, read_curves().steps, recipes)
    images, labels = read_arrays(SOURCE)
    todo = trainings(plan).values()

    def bare_loop() -> None:
        with threadpool_limits(1):
            for arguments in todo:
                train_and_score(images, labels, **arguments)

    def swept(workers: int) -> None:
        os.environ[VARIABLE] = str(workers)
        with tempfile.TemporaryDirectory() as folder:
            sweep(plan, images, labels, Path(folder, "results.jsonl"))

    sides = {
        "bare loop": partial(seconds, bare_loop),
        "1 process": partial(seconds, swept, 1),
        "2 processes": partial(seconds, swept, 2),
    }
    bare, one, two = in_turn(sides, RUNS).values()
    print(
        f"sweep of {len(todo)} trainings in this process: {median(one):.1f} s, "
        f"{ratio(one, bare):.2f} of a bare loop; two processes are {ratio(one, two):.2f} times as "
        f"quick (medians of {RUNS})"
    )


if __name__ == "__main__":
    command.run(main)
