"""Stage `curve`: the files that it writes, and those that are released."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from sklearn.datasets import load_digits

from experiments.curves import __main__ as stage
from experiments.curves.training import train_and_score
from tests.conftest import ROOT
from tests.curves.conftest import IMAGES, LABELS, RECIPES

RELEASED = sorted((ROOT / stage.RESULTS).glob("*.csv"))


def run() -> tuple[bytes, bytes]:
    """Run the stage, and return the table and the metrics."""
    stage.RESULTS.mkdir(exist_ok=True)
    stage.main(source="small")
    table, metrics = (stage.RESULTS / f"small.{kind}" for kind in ("csv", "json"))
    return table.read_bytes(), metrics.read_bytes()


@pytest.mark.usefixtures("folder")
def test_the_table_and_the_metrics_are_those_of_the_trainings() -> None:
    table, metrics = (data.decode() for data in run())
    header, *lines = [line.split(",") for line in table.splitlines()]
    assert header == "source recipe budget size trainings mean sd low high".split()
    places = [(r, b, s) for r in ("fast", "slow") for b in ("epochs", "steps") for s in (2, 5)]
    for line, (recipe, budget, size) in zip(lines, places, strict=True):
        assert line[:5] == ["small", recipe, budget, str(size), "3"]
        accuracies = [
            train_and_score(
                IMAGES,
                LABELS,
                maximum=50,
                size=size,
                largest=5,
                recipe={**RECIPES[recipe], "seed": seed},
                steps={"epochs": None, "steps": 7}[budget],
            ).correct
            / 75
            for seed in range(3)
        ]
        mean, sd = np.mean(accuracies), np.std(accuracies, ddof=1)
        half = 4.303 * sd / 3**0.5
        expected = [mean, sd, mean - half, mean + half]
        assert [float(cell) for cell in line[5:]] == pytest.approx(expected, abs=1e-6)
    shown = json.loads(metrics)
    assert list(shown) == ["5_per_class", "measured", "curve"]
    assert shown["5_per_class"]["slow"] == {
        line[2]: float(line[5]) for line in lines if line[1] == "slow" and line[3] == "5"
    }
    assert shown["measured"] == [{"steps": 7, "recipes": RECIPES}]
    rows = [[str(cell) for cell in point.values()] for point in shown["curve"]]
    assert [row[:4] for row in rows] == [line[1:5] for line in lines]


def test_results_that_are_there_give_the_same_bytes(folder: Path) -> None:
    first = run()
    results = folder / "build/curves/small.jsonl"
    lines = results.read_bytes().splitlines(keepends=True)
    # In another order, as several processes leave them, and the last one torn.
    results.write_bytes(b"".join([*reversed(lines[:-1]), lines[-1][:9]]))
    assert run() == first


# --- What is released ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_a_released_curve_is_complete_and_its_metrics_say_the_same(path: Path) -> None:
    params = yaml.safe_load((ROOT / "experiments/curves/params.yaml").read_text("utf-8"))
    recipes = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["recipes"]
    assert list(params["sizes"]) == [path.stem for path in RELEASED]
    metrics = json.loads(path.with_suffix(".json").read_bytes())
    assert metrics["measured"] == [{"steps": params["steps"], "recipes": recipes}]
    assert [tuple(point.values())[:4] for point in metrics["curve"]] == [
        (recipe, budget, size, params["seeds"])
        for recipe in sorted(recipes)
        for budget in ("epochs", "steps")
        for size in params["sizes"][path.stem]
    ]
    with path.open(encoding="ascii", newline="") as file:
        lines = [list(line.values())[1:] for line in csv.DictReader(file)]
    assert lines == [
        [f"{cell:.6f}" if isinstance(cell, float) else str(cell) for cell in point.values()]
        for point in metrics["curve"]
    ]


@pytest.mark.parametrize(("recipe", "size"), [("classroom", 2), ("tuned", 5)])
def test_released_means_are_what_this_code_gives(recipe: str, size: int) -> None:
    digits = load_digits()
    recipes = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["recipes"]
    scores = [
        train_and_score(
            digits.images.astype(np.uint8),
            digits.target.astype(np.int64),
            maximum=16,
            size=size,
            largest=150,
            recipe={**recipes[recipe], "seed": seed},
            steps=None,
        )
        for seed in range(20)
    ]
    assert {rows for _, rows in scores} == {297}
    mean = sum(correct for correct, _ in scores) / (20 * 297)
    table = (ROOT / stage.RESULTS / "digits.csv").read_text("ascii")
    assert f"\ndigits,{recipe},epochs,{size},20,{mean:.6f}," in table
