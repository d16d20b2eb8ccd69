"""Measure the figures of docs/benchmarks.md, baselines.md, curation.md and large.md."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any, TypeVar

from stages.common.arrays import read_arrays
from stages.common.files import read_json
from stages.common.images import to_inputs
from stages.train_mlp.mlp import logits

T = TypeVar("T")


def seconds(function: Callable[..., object], *arguments: Any, **options: Any) -> float:
    """Time a call."""
    start = time.perf_counter()
    function(*arguments, **options)
    return time.perf_counter() - start


def in_turn(sides: Mapping[str, Callable[[], T]], runs: int) -> dict[str, list[T]]:
    """Return what each side measures in each run; a machine that slows down slows all sides."""
    measured: dict[str, list[T]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, side in sides.items():
            measured[name].append(side())
            print(f"  {name}: {measured[name][-1]}", flush=True)
    return measured


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of the runs."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def read_inputs(name: str, split: str) -> tuple[Any, Any]:
    """Return the rows of pixels in [0, 1] of a split that was built, and its labels."""
    arrays = Path("build", name, "arrays")
    images, labels = read_arrays(arrays / split)
    return to_inputs(images, read_json(arrays / "facts.json")["maximum"]), labels


def accuracy(model: Mapping[str, Any], x: Any, labels: Any) -> float:
    """Return how many percent of some rows of pixels a model gets right."""
    answers = model["classes"][logits(model, x).argmax(axis=1)]
    return 100 * float((answers == labels).mean())


def mean_sd(values: Sequence[float], digits: int = 1) -> str:
    """Return the mean and the standard deviation as the pages show them."""
    return f"{mean(values):.{digits}f} ± {stdev(values):.{digits}f}"
