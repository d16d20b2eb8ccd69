"""The sweep: the same wherever it runs, each training once, and one message where it stops."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from experiments.curves import sweep as module
from experiments.curves.results import append
from experiments.curves.sweep import key_of, sum_of, sweep, trainings
from experiments.curves.training import score
from stages.common.arrays import write_array
from stages.common.compute import VARIABLE
from stages.common.errors import StageError, WorkersError
from stages.common.files import write_json
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.stages_conftest import Small


@pytest.fixture(params=["2", "cluster"])
def workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let trainings run in two other processes, and on the two workers of a cluster."""
    where: str = request.param
    value = request.getfixturevalue(where) if where == "cluster" else where
    monkeypatch.setenv(VARIABLE, value)
    return value


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give the seeds of the trainings that are done in this process, as they are done."""
    seeds: list[int] = []

    def counted(*source: Any, **arguments: Any) -> Any:
        seeds.append(arguments["seed"])
        return score(*source, **arguments)

    monkeypatch.setattr(module, "score", counted)
    return seeds


def test_every_training_is_there_once(params: dict[str, Any]) -> None:
    found = trainings(params)
    assert set(found) == {*product(("slow", "fast"), ("epochs", "steps"), (2, 5), (0, 1, 2))}
    for (recipe, budget, size, seed), arguments in found.items():
        assert arguments == {
            "maximum": 50,
            "size": size,
            "largest": 5,
            "seed": seed,
            "steps": {"epochs": None, "steps": 7}[budget],
            "recipe": {
                "hidden": 4,
                "optimizer": "sgd",
                "batch_size": 8,
                "epochs": 3,
                **{
                    "slow": {"learning_rate": 0.1, "momentum": 0.0},
                    "fast": {"learning_rate": 0.5, "momentum": 0.9},
                }[recipe],
            },
        }


def test_results_are_the_same_everywhere(
    small: Small, params: dict[str, Any], workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = sweep(small.images, small.labels, params, small.folder / "elsewhere", "small")
    monkeypatch.delenv(VARIABLE)
    here = sweep(small.images, small.labels, params, small.folder / "here", "small")
    assert list(elsewhere.items()) == list(here.items()), workers
    assert len(here) == 24
    # In this process in their order, elsewhere as they come.
    lines = [(small.folder / name).read_bytes().splitlines() for name in ("elsewhere", "here")]
    assert sorted(lines[0]) == sorted(lines[1])


def test_what_was_done_is_not_done_again(
    small: Small, params: dict[str, Any], done: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    results = small.folder / "results"
    first = sweep(small.images, small.labels, {**params, "seeds": 2}, results, "small")
    assert done == [0] * 8 + [1] * 8
    done.clear()
    assert sweep(small.images, small.labels, params, results, "small").items() >= first.items()
    assert done == [2] * 8
    assert capsys.readouterr().out.splitlines() == [
        "small: 16 trainings, 0 of them done before",
        "small: 24 trainings, 16 of them done before",
    ]


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({}, 0),
        ({"maximum": 51}, 24),
        # Another largest size leaves other rows to score on.
        ({"sizes": [2, 6]}, 24),
        ({"sizes": [1, 2, 5]}, 12),
        ({"steps": 8}, 12),
        ({"recipe": {"learning_rate": 0.2}}, 12),
        ({"recipe": {"epochs": 4}}, 12),
        # The seeds of the sweep take its place.
        ({"recipe": {"seed": 43}}, 0),
    ],
)
def test_a_change_does_again_what_it_concerns(
    small: Small, params: dict[str, Any], done: list[int], changes: dict[str, Any], again: int
) -> None:
    results = small.folder / "results"
    sweep(small.images, small.labels, params, results, "small")
    done.clear()
    params["recipes"]["slow"] |= changes.pop("recipe", {})
    sweep(small.images, small.labels, {**params, **changes}, results, "small")
    assert len(done) == again


def test_other_images_labels_or_code_are_another_training(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_pixel, two_rows = small.images.copy(), small.labels.copy()
    one_pixel[89, 1, 2] ^= 1
    two_rows[[0, 1]] = (two_rows[[0, 1]] + 1) % 3
    reshaped = small.images.reshape(90, 3, 2)
    sources = [
        (small.images, small.labels),
        (one_pixel, small.labels),
        (small.images, two_rows),
        (reshaped, small.labels),
    ]
    sums = {sum_of(*source) for source in sources}
    assert len(sums) == 4
    for package in ("stages", "tinydatasets"):
        shutil.copytree(ROOT / package, tmp_path / package)
    monkeypatch.chdir(tmp_path)
    before = sum_of(*sources[0])
    assert before in sums
    edit(Path("experiments/curves/sweep.py"))
    assert sum_of(*sources[0]) == before
    edit(Path("stages/train_mlp/exact.py"))
    assert sum_of(*sources[0]) not in sums
    assert key_of({"size": 2}, before) != key_of({"size": 2}, sum_of(*sources[0]))


def edit(path: Path) -> None:
    path.write_text(f"{path.read_text()}# An edit.\n")


# --- Killed in the middle -----------------------------------------------------------------------


def stage(folder: Path, results: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the stage `curve` with the files of a folder."""
    options = {
        "params": folder / "small.json",
        "source": folder / "source",
        "results": folder / results,
        "out": folder / "small.csv",
        "metrics": folder / "metrics.json",
    }
    words = [str(word) for name, path in options.items() for word in (f"--{name}", path)]
    return subprocess.Popen(
        [sys.executable, "-m", "experiments.curves", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_sweep_that_was_killed_goes_on(
    small: Small, params: dict[str, Any], done: list[int], processes: str
) -> None:
    params["steps"] = 300
    write_json(small.folder / "small.json", params)
    write_array(small.folder / "source/images.npy", small.images)
    results = small.folder / "killed"
    with stage(small.folder, "killed", {VARIABLE: processes}) as run:
        deadline = time.monotonic() + 60
        while not results.exists() or results.read_bytes().count(b"\n") < 5:
            assert time.monotonic() < deadline
            assert run.poll() is None
            time.sleep(0.01)
        started = psutil.Process(run.pid).children(recursive=True)
        run.kill()
        # Its processes end too, and with them the pipe that they have from it.
        run.communicate(timeout=20)
    stored = results.read_bytes().count(b"\n")
    assert 5 <= stored < 24
    assert not (small.folder / "small.csv").exists()
    assert psutil.wait_procs(started, timeout=20)[1] == []

    found = sweep(small.images, small.labels, params, results, "small")
    assert len(done) == 24 - stored
    at_once = sweep(small.images, small.labels, params, small.folder / "at once", "small")
    assert list(found.items()) == list(at_once.items())


def test_a_worker_of_a_cluster_may_be_killed(
    small: Small,
    params: dict[str, Any],
    cluster: str,
    done: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from stages.common.cluster import connect  # noqa: PLC0415 - an extra

    stored: list[str] = []

    def append_and_kill(file: Any, key: str, its_score: Any) -> None:
        append(file, key, its_score)
        stored.append(key)
        if len(stored) == 3:
            os.kill(next(iter(connect(cluster).run(os.getpid).values())), signal.SIGKILL)

    here = sweep(small.images, small.labels, params, small.folder / "here", "small")
    done.clear()
    monkeypatch.setattr(module, "append", append_and_kill)
    monkeypatch.setenv(VARIABLE, cluster)
    there = sweep(small.images, small.labels, params, small.folder / "there", "small")
    assert list(there.items()) == list(here.items())
    assert (len(stored), done) == (24, [])


def test_a_process_that_is_killed_is_said_and_the_next_run_goes_on(
    small: Small, params: dict[str, Any], done: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    params["steps"] = 300

    def append_and_kill(file: Any, key: str, its_score: Any) -> None:
        append(file, key, its_score)
        for process in psutil.Process().children():
            # One that ended is passed over.
            with contextlib.suppress(psutil.Error):
                if "popen_loky_posix" in " ".join(process.cmdline()):
                    process.kill()

    results = small.folder / "results"
    with monkeypatch.context() as patched:
        patched.setattr(module, "append", append_and_kill)
        patched.setenv(VARIABLE, "2")
        with pytest.raises(WorkersError, match=f"^{VARIABLE}: 2: one of the processes was ended "):
            sweep(small.images, small.labels, params, results, "small")
    stored = results.read_bytes().count(b"\n")
    assert 1 <= stored < 24
    assert done == []
    sweep(small.images, small.labels, params, results, "small")
    assert len(done) == 24 - stored


@pytest.mark.parametrize("where", ["1", "2"])
def test_training_that_diverges_says_so(
    small: Small, params: dict[str, Any], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, where)
    params["recipes"]["fast"]["learning_rate"] = 1e200
    with pytest.raises(StageError) as caught:
        sweep(small.images, small.labels, params, small.folder / "results", "small")
    said = "params.yaml: recipes.fast.learning_rate: 1e+200: training on "
    assert str(caught.value).startswith(said)
    assert " rows per class of small diverges (" in str(caught.value)


def test_where_it_can_not_run_is_said(
    small: Small, params: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "two")
    with pytest.raises(WorkersError, match=f"^{VARIABLE}: 'two' is neither a number of processes"):
        sweep(small.images, small.labels, params, small.folder / "results", "small")


# --- The progress bar ---------------------------------------------------------------------------


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_shows_how_long_it_takes_and_a_file_does_not(
    small: Small, params: dict[str, Any], monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    class Stderr(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    sweep(small.images, small.labels, {**params, "seeds": 1}, small.folder / "results", "small")
    stderr = Stderr()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("TQDM_MININTERVAL", "0")
    sweep(small.images, small.labels, params, small.folder / "results", "small")
    if terminal:
        first, *_, last = stderr.getvalue().strip().split("\r")
        assert "8/24 [" in first
        assert "24/24 [" in last
        assert "training/s]" in last
    else:
        assert stderr.getvalue() == ""
