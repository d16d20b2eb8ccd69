"""The sweep: the same wherever it runs, each training once, and one message where it stops."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from experiments.curves import sweep as module
from experiments.curves import training
from experiments.curves.sweep import CODE, Score, read_results, sum_of, sweep
from stages.common.errors import ParamError
from tests.conftest import ROOT
from tests.curves.conftest import IMAGES, LABELS, PLAN, RECIPES

WORKERS = "TINYDATASETS_WORKERS"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the seeds of the trainings that are done in this process, as they are done."""
    seeds: list[int] = []

    def counted(*source: Any, **arguments: Any) -> Any:
        seeds.append(arguments["recipe"]["seed"])
        return training.train_and_score(*source, **arguments)

    monkeypatch.setattr(module, "train_and_score", counted)
    return seeds


def test_results_are_the_same_in_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = sweep(PLAN, IMAGES, LABELS, tmp_path / "here")
    monkeypatch.setenv(WORKERS, "2")
    there = sweep(PLAN, IMAGES, LABELS, tmp_path / "there")
    assert list(here.items()) == list(there.items())
    assert read_results(tmp_path / "here") == read_results(tmp_path / "there")
    assert len(here) == 24


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


def test_other_images_labels_or_code_are_another_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    for folder in ("stages", "experiments"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    assert sum_of(IMAGES, LABELS) in sums
    with (tmp_path / "stages/train_mlp/exact.py").open("a") as file:
        file.write("# An edit.\n")
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
