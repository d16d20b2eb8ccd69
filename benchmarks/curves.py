"""Measure the sweep of the learning curves against a bare loop, as ratios in one run.

Run by ``make bench``, after ``make curves``. The sides of a comparison run in turn, so that
a machine that slows down slows all of them; what counts is the median of the ratios.
"""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from experiments.curves.params import read_curves
from experiments.curves.sweep import Plan, sweep
from stages.check.read import read_recipes
from stages.common import command
from stages.common.arrays import read_array
from stages.common.files import read_json
from stages.common.pixels import to_inputs
from stages.common.workers import VARIABLE
from stages.sample.draw import draw
from stages.train_mlp.mlp import logits, train

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = "digits"
SIZES = (2, 15, 30, 75, 150)
SEEDS = 10
RUNS = 5


def bare_loop(images: Any, labels: Any, plan: Plan) -> list[int]:
    """Do the same trainings in a loop, and nothing else."""
    correct = []
    counts = {"train": dict.fromkeys(range(10), max(SIZES))}
    counts |= {"val": dict.fromkeys(range(10), 0), "test": dict.fromkeys(range(10), 0)}
    with threadpool_limits(1):
        for seed in range(SEEDS):
            for recipe in plan.recipes.values():
                for steps in (None, plan.steps):
                    for size in SIZES:
                        drawn = draw(labels, counts, np.random.RandomState(seed))["train"]
                        rows = drawn.reshape(10, -1)[:, :size].ravel()
                        held_out = np.delete(np.arange(len(labels)), drawn)
                        x = to_inputs(images[rows], plan.maximum)
                        model = train(x, labels[rows], **{**recipe, "seed": seed}, steps=steps)
                        scores = logits(model, to_inputs(images[held_out], plan.maximum))
                        right = model["classes"][scores.argmax(axis=1)] == labels[held_out]
                        correct.append(int(right.sum()))
    return correct


def swept(images: Any, labels: Any, plan: Plan, workers: int) -> list[int]:
    """Do the trainings as the pipeline does, with nothing done before."""
    os.environ[VARIABLE] = str(workers)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        found = sweep(plan, images, labels, Path(folder) / "results.jsonl")
    return [score.correct for score in found.values()]


def main() -> None:
    """Time the sweep in this process, in two others, and a bare loop; print ratios."""
    folder = Path("build/sources") / SOURCE
    recipes = {name: asdict(recipe) for name, recipe in read_recipes().items()}
    maximum = read_json(folder / "facts.json")["maximum"]
    plan = Plan(SOURCE, maximum, SIZES, SEEDS, read_curves().steps, recipes)
    images, labels = (read_array(folder / f"{part}.npy") for part in ("images", "labels"))
    sides: dict[str, Callable[[], list[int]]] = {
        "bare loop": lambda: bare_loop(images, labels, plan),
        "1 process": lambda: swept(images, labels, plan, 1),
        "2 processes": lambda: swept(images, labels, plan, 2),
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    results = set()
    for _ in range(RUNS):
        for name, side in sides.items():
            start = time.perf_counter()
            results.add(tuple(side()))
            seconds[name].append(time.perf_counter() - start)
        print("  " + ", ".join(f"{name} {took[-1]:.1f} s" for name, took in seconds.items()))
    (correct,) = results  # The same everywhere.
    bare, one, two = seconds.values()
    ratio = statistics.median(a / b for a, b in zip(one, bare, strict=True))
    quicker = statistics.median(a / b for a, b in zip(one, two, strict=True))
    print(
        f"sweep of {len(correct)} trainings in this process: {statistics.median(one):.1f} s, "
        f"{ratio:.2f} of a bare loop; two processes are {quicker:.2f} times as quick "
        f"(medians of {RUNS})"
    )


if __name__ == "__main__":
    command.run(main)
