"""The learning curves: a training, the sweep of all, what they sum up to, and what is released."""

import csv
import json
import os
import subprocess
import sys
import time
from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from sklearn.datasets import load_digits

from experiments.curves import __main__ as stage
from experiments.curves import sweep as module
from experiments.curves.__main__ import summarize
from experiments.curves.params import PARAMS
from experiments.curves.sweep import CODE, Plan, Training, read_results, sum_of, sweep
from experiments.curves.training import Score, train_and_score
from stages.common.arrays import write_array
from stages.common.errors import ParamError, StageError
from tests.conftest import ROOT

WORKERS = "TINYDATASETS_WORKERS"
RELEASED = sorted((ROOT / stage.RESULTS).glob("*.csv"))
RECIPE = {"hidden": 4, "optimizer": "sgd", "batch_size": 8, "epochs": 3, "seed": 42}
RECIPES = {
    "slow": {**RECIPE, "learning_rate": 0.1, "momentum": 0.0},
    "fast": {**RECIPE, "learning_rate": 0.5, "momentum": 0.9},
}
PLAN = Plan("small", 50, sizes=[2, 5], seeds=3, steps=7, recipes=RECIPES)
_GENERATOR = np.random.RandomState(1)
LABELS = _GENERATOR.permutation(np.repeat([0, 1, 2], 30))
IMAGES = _GENERATOR.randint(0, 51, (90, 2, 3)).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with the sweep's parameters and images, and a folder for the results."""
    (tmp_path / "experiments/curves/results").mkdir(parents=True)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"recipes": RECIPES}, sort_keys=False))
    params = "sizes: {small: [2, 5]}\nseeds: 3\nsteps: 7\n"
    (tmp_path / "experiments/curves/params.yaml").write_text(params)
    source = tmp_path / "build/sources/small"
    write_array(source / "images.npy", IMAGES)
    write_array(source / "labels.npy", LABELS)
    (source / "facts.json").write_text(json.dumps({"maximum": 50, "rows_per_class": [30] * 3}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_figures_are_the_same_in_any_order() -> None:
    scores = [Score(correct, 297) for correct in (7, 100, 101, 150, 296)]
    assert len({str(summarize(order)) for order in permutations(scores)}) == 1


def test_the_table_and_the_metrics_are_those_of_the_trainings(folder: Path) -> None:
    stage.main(source="small")
    scores = sweep(PLAN, IMAGES, LABELS, folder / "again")
    points = []
    for place in product(("fast", "slow"), ("epochs", "steps"), (2, 5)):
        accuracies = [scores[Training(*place, seed)].correct / 75 for seed in range(3)]
        mean, sd = np.mean(accuracies), np.std(accuracies, ddof=1)
        half = 4.303 * sd / 3**0.5
        points.append([*place, 3, *(mean, sd, mean - half, mean + half)])
    with (stage.RESULTS / "small.csv").open(newline="") as file:
        header, *lines = csv.reader(file)
    assert header == "source recipe budget size trainings mean sd low high".split()
    assert [line[:5] for line in lines] == [["small", *map(str, point[:4])] for point in points]
    for line, point in zip(lines, points, strict=True):
        assert [float(cell) for cell in line[5:]] == pytest.approx(point[4:], abs=1e-6)
    metrics = json.loads((stage.RESULTS / "small.json").read_bytes())
    assert list(metrics) == ["5_per_class", "measured", "curve"]
    assert metrics["5_per_class"]["slow"] == {
        line[2]: float(line[5]) for line in lines if line[1] == "slow" and line[3] == "5"
    }
    assert metrics["measured"] == [{"steps": 7, "recipes": RECIPES}]


@pytest.mark.usefixtures("folder")
def test_what_the_source_lacks_is_said() -> None:
    PARAMS.write_text(PARAMS.read_text().replace("5", "30"))
    with pytest.raises(StageError) as caught:
        stage.main(source="small")
    assert str(caught.value) == (
        f"{PARAMS}, line 1: sizes.small[1]: 30: class 0 has 30 rows, and one at least must be left "
        "to score on"
    )
    Path("build/sources/small/images.npy").unlink()
    with pytest.raises(StageError, match="this source is read in parts"):
        stage.main(source="small")


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_a_released_curve_is_complete_and_its_metrics_say_the_same(path: Path) -> None:
    params = yaml.safe_load((ROOT / PARAMS).read_text("utf-8"))
    recipes = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["recipes"]
    assert list(params["sizes"]) == [path.stem for path in RELEASED]
    metrics = json.loads(path.with_suffix(".json").read_bytes())
    assert metrics["measured"] == [{"steps": params["steps"], "recipes": recipes}]
    sizes = params["sizes"][path.stem]
    places = product(sorted(recipes), ("epochs", "steps"), sizes, [params["seeds"]])
    assert [tuple(point.values())[:4] for point in metrics["curve"]] == list(places)
    with path.open(encoding="ascii", newline="") as file:
        lines = [list(line.values())[1:] for line in csv.DictReader(file)]
    assert lines == [
        [f"{cell:.6f}" if isinstance(cell, float) else str(cell) for cell in point.values()]
        for point in metrics["curve"]
    ]


@pytest.mark.parametrize(
    ("recipe", "steps"), [("classroom", None), ("tuned", None), ("tuned", 640)]
)
def test_released_means_are_what_this_code_gives(recipe: str, steps: int | None) -> None:
    digits = load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.int64)
    values = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["recipes"][recipe]
    correct = 0
    for seed in range(20):
        values["seed"] = seed
        score = train_and_score(
            images, labels, maximum=16, size=2, largest=150, recipe=values, steps=steps
        )
        assert score.rows == 297
        correct += score.correct
    table = (ROOT / stage.RESULTS / "digits.csv").read_text("ascii")
    budget = "steps" if steps else "epochs"
    assert f"\ndigits,{recipe},{budget},2,20,{correct / (20 * 297):.6f}," in table


# --- The sweep ------------------------------------------------------------------------------------


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the seeds of the trainings that are done in this process, as they are done."""
    seeds: list[int] = []

    def counted(*source: Any, **arguments: Any) -> Any:
        seeds.append(arguments["recipe"]["seed"])
        return train_and_score(*source, **arguments)

    monkeypatch.setattr(module, "train_and_score", counted)
    return seeds


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({}, 0),
        ({"seeds": 4}, 8),
        ({"maximum": 51}, 24),
        # Another largest size leaves other rows to score on.
        ({"sizes": [2, 6]}, 24),
        ({"sizes": [1, 2, 5]}, 12),
        ({"steps": 8}, 12),
        ({"recipes": {**RECIPES, "slow": {**RECIPES["slow"], "learning_rate": 0.2}}}, 12),
        # The seeds of the sweep take its place.
        ({"recipes": {**RECIPES, "slow": {**RECIPES["slow"], "seed": 43}}}, 0),
    ],
)
def test_a_change_does_again_what_it_concerns(
    tmp_path: Path,
    done: list[int],
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    again: int,
) -> None:
    sweep(PLAN, IMAGES, LABELS, tmp_path / "results")
    done.clear()
    scores = sweep(PLAN._replace(**changes), IMAGES, LABELS, tmp_path / "results")
    assert len(done) == again
    said = f"small: {len(scores)} trainings, {len(scores) - again} of them done before\n"
    assert capsys.readouterr().out.endswith(said)


def test_other_images_labels_or_code_are_another_training(monkeypatch: pytest.MonkeyPatch) -> None:
    one_pixel, two_rows = IMAGES.copy(), LABELS.copy()
    one_pixel[89, 1, 2] ^= 1
    two_rows[[0, 1]] = (two_rows[[0, 1]] + 1) % 3
    sums = {
        sum_of(IMAGES, LABELS),
        sum_of(one_pixel, LABELS),
        sum_of(IMAGES, two_rows),
        sum_of(IMAGES.reshape(90, 3, 2), LABELS),
    }
    assert len(sums) == 4
    # All modules of ours that a training loads count, but for those that only name a folder.
    script = (
        "import sys, experiments.curves.training\n"
        "print(*[m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)])"
    )
    loaded = subprocess.check_output([sys.executable, "-c", script], cwd=ROOT, text=True).split()
    ours = {Path(file) for file in loaded if Path(file).parent.is_relative_to(ROOT / "stages")}
    counted = {path for name in CODE for path in ROOT.glob(name)}
    assert {path for path in ours if path.name != "__init__.py"} < counted
    monkeypatch.setattr(module, "CODE", CODE[1:])
    assert sum_of(IMAGES, LABELS) not in sums


@pytest.mark.parametrize("torn", [b"", b"\n", b'\n["c', b'\n["c", 2, 4', b"\n\0\0\0", b"\n\xff"])
def test_a_damaged_line_is_passed_over_and_the_next_is_whole(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "results"
    path.write_bytes(b'\n["a", 3, 4]\n["b", 0, 4]' + torn + b'\n["d", 1, 4]')
    assert read_results(path) == {"a": Score(3, 4), "b": Score(0, 4), "d": Score(1, 4)}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_sweep_that_was_killed_goes_on(folder: Path, done: list[int], workers: str) -> None:
    plan = PLAN._replace(steps=300)
    params = folder / "experiments/curves/params.yaml"
    params.write_text(params.read_text().replace("steps: 7", "steps: 300"))
    results = folder / "build/curves/small.jsonl"
    environment = {**os.environ, WORKERS: workers, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "experiments.curves", "--source", "small"]
    with subprocess.Popen(command, env=environment) as run:
        deadline = time.monotonic() + 60
        while not results.exists() or results.read_bytes().count(b"\n") < 5:
            assert time.monotonic() < deadline
            assert run.poll() is None
            time.sleep(0.01)
        run.kill()
    stored = len(read_results(results))
    assert 4 <= stored < 24
    found = sweep(plan, IMAGES, LABELS, results)
    assert len(done) == 24 - stored
    assert list(found.items()) == list(sweep(plan, IMAGES, LABELS, folder / "at once").items())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_training_that_diverges_says_so(
    tmp_path: Path, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WORKERS, workers)
    recipes = {**RECIPES, "fast": {**RECIPES["fast"], "learning_rate": 1e200}}
    with pytest.raises(ParamError) as caught:
        sweep(PLAN._replace(recipes=recipes), IMAGES, LABELS, tmp_path / "results")
    assert caught.value.keys == ("recipes", "fast", "learning_rate")
    assert caught.value.message.startswith("1e+200: training on ")
    assert " rows per class of small diverges (" in caught.value.message
