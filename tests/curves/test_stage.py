"""Stage `curve`: the files that it writes, and those that are released."""

from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml
from sklearn.datasets import load_digits

from experiments.curves.training import score
from stages import curve
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stages_conftest import Small

COLUMNS = ["source", "recipe", "budget", "size", "trainings", "mean", "sd", "low", "high"]
RECIPE = {
    "hidden": 4,
    "optimizer": "sgd",
    "learning_rate": 0.5,
    "momentum": 0.9,
    "batch_size": 8,
    "epochs": 3,
    "seed": 42,
}
RELEASED = sorted(path.stem for path in (ROOT / "curves").glob("*.csv"))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def run(small: Small, out: Path) -> tuple[bytes, bytes]:
    """Run the stage; give the table and the metrics."""
    params = {"sizes": [2, 5], "seeds": 2, "steps": 7, "maximum": 50, "recipes": {"fast": RECIPE}}
    (small.folder / "mine.json").write_text(json.dumps(params))
    curve.main(
        params=small.folder / "mine.json",
        source=small.folder / "source",
        results=small.folder / "results/mine.jsonl",
        out=out / "mine.csv",
        metrics=out / "metrics.json",
    )
    return (out / "mine.csv").read_bytes(), (out / "metrics.json").read_bytes()


def test_the_table_and_the_metrics_are_those_of_the_trainings(small: Small) -> None:
    table, metrics = run(small, small.folder / "out")
    header, *lines = [line.split(",") for line in table.decode().splitlines()]
    assert header == COLUMNS
    expected = []
    recipe = {key: value for key, value in RECIPE.items() if key != "seed"}
    for budget, steps in (("epochs", None), ("steps", 7)):
        for size in (2, 5):
            a, b = (
                score(
                    small.images,
                    small.labels,
                    maximum=50,
                    size=size,
                    largest=5,
                    seed=seed,
                    recipe=recipe,
                    steps=steps,
                ).correct
                / 75
                for seed in (0, 1)
            )
            # Of two numbers: sd = |a - b| / sqrt(2), so that sd / sqrt(2) = |a - b| / 2.
            half = 12.706 * abs(a - b) / 2
            mean = (a + b) / 2
            figures = (mean, abs(a - b) / 2**0.5, mean - half, mean + half)
            expected.append(["mine", "fast", budget, str(size), "2", *figures])
    assert [line[:5] for line in lines] == [line[:5] for line in expected]
    for line, point in zip(lines, expected, strict=True):
        assert [float(cell) for cell in line[5:]] == pytest.approx(point[5:], abs=1e-6)
    largest = json.loads(metrics)["5_per_class"]
    means = {line[2]: float(line[5]) for line in lines if line[3] == "5"}
    assert largest == {"fast": means}


def test_results_that_are_there_give_the_same_bytes(small: Small) -> None:
    first = run(small, small.folder / "out")
    lines = (small.folder / "results/mine.jsonl").read_bytes()
    assert run(small, small.folder / "again") == first
    assert (small.folder / "results/mine.jsonl").read_bytes() == lines
    # In another order, as several processes leave them, and the last one torn.
    *some, last = lines.splitlines(keepends=True)
    (small.folder / "results/mine.jsonl").write_bytes(b"".join([*reversed(some), last[:9]]))
    assert run(small, small.folder / "shuffled") == first


# --- What is released ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_curve_is_complete_and_its_metrics_say_the_same(name: str) -> None:
    lines = read(ROOT / f"curves/{name}.csv")
    params = yaml.safe_load((ROOT / "experiments/curves/params.yaml").read_text("utf-8"))
    recipes = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["recipes"]
    assert sorted(params["sizes"]) == RELEASED
    assert [(line["recipe"], line["budget"], int(line["size"])) for line in lines] == [
        (recipe, budget, size)
        for recipe in sorted(recipes)
        for budget in ("epochs", "steps")
        for size in params["sizes"][name]
    ]
    assert {line["trainings"] for line in lines} == {str(params["seeds"])} == {"20"}
    metrics = json.loads((ROOT / f"curves/{name}.json").read_bytes())
    listed: list[dict[str, Any]] = [{"source": name, **point} for point in metrics["curve"]]
    assert [[point[key] for key in COLUMNS[:3]] for point in listed] == [
        [line[key] for key in COLUMNS[:3]] for line in lines
    ]
    for point, line in zip(listed, lines, strict=True):
        assert [point[key] for key in COLUMNS[3:]] == [float(line[key]) for key in COLUMNS[3:]]


@pytest.mark.parametrize("name", RELEASED)
def test_epochs_and_steps_meet_where_they_are_as_many(name: str) -> None:
    # 20 epochs of 1000 rows in batches of 32 are 640 steps.
    of_budget: dict[str, list[list[str]]] = {}
    for line in read(ROOT / f"curves/{name}.csv"):
        if line["size"] == "100":
            figures = [line[key] for key in ("recipe", *COLUMNS[4:])]
            of_budget.setdefault(line["budget"], []).append(figures)
    assert len(of_budget["epochs"]) == 2
    assert of_budget["epochs"] == of_budget["steps"]


def test_dvc_lock_has_the_sums_of_the_released_files() -> None:
    lock = yaml.safe_load((ROOT / "experiments/curves/dvc.lock").read_text("utf-8"))["stages"]
    recorded = {
        out["path"]: out["md5"] for name in RELEASED for out in lock[f"curve@{name}"]["outs"]
    }
    assert set(recorded) == {
        f"curves/{name}.{kind}" for name in RELEASED for kind in ("csv", "json")
    }
    for path, md5 in recorded.items():
        assert hashlib.md5((ROOT / path).read_bytes(), usedforsecurity=False).hexdigest() == md5


@pytest.mark.parametrize(("recipe", "size"), [("classroom", 2), ("tuned", 5)])
def test_released_means_are_what_this_code_gives(recipe: str, size: int) -> None:
    digits = load_digits()
    recipes = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["recipes"]
    del recipes[recipe]["seed"]
    scores = [
        score(
            digits.images.astype(np.uint8),
            digits.target.astype(np.int64),
            maximum=16,
            size=size,
            largest=150,
            seed=seed,
            recipe=recipes[recipe],
            steps=None,
        )
        for seed in range(20)
    ]
    assert {rows for _, rows in scores} == {297}
    (line,) = [
        line
        for line in read(ROOT / "experiments/curves/digits.csv")
        if (line["recipe"], line["budget"], line["size"]) == (recipe, "epochs", str(size))
    ]
    assert line["mean"] == f"{sum(correct for correct, _ in scores) / (20 * 297):.6f}"
