"""The historic programs: each runs by itself, with NumPy alone, and says what to expect."""

import csv
import io
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import yaml

import tinydatasets
from milestones import OFFLINE, lesson
from stages.common.intervals import wilson_interval
from tests.conftest import ROOT

FOLDER = ROOT / "milestones"
SHARED = {"__init__", "language", "lesson", "measure", "pytorch", "run_all"}
FILES = {path.stem for path in FOLDER.glob("*.py")} - SHARED
PROGRAMS = [name for name in OFFLINE if name.startswith(("forward", "perceptron", "xor", "mlp"))]
PUBLISHED = json.loads((ROOT / "metrics/milestones.json").read_text("ascii"))


def run(name: str, options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a program as the command line does, where nobody can chat."""
    monkeypatch.setattr(sys, "argv", [name, *options.split()])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    lesson.run(import_module(f"milestones.{name}").main)


def check_another_seed(name: str) -> None:
    for figure, value in import_module(f"milestones.{name}").main(seed=11).items():
        published = PUBLISHED[name][figure]
        # The others are those of random weights, or a number of mistakes.
        if published["sd"] < 0.1:
            assert abs(value - published["mean"]) <= 3 * published["sd"] + 0.03, figure


def test_there_are_figures_and_a_line_of_the_page_for_each() -> None:
    assert [*PUBLISHED] == [*OFFLINE]
    assert {*OFFLINE, "lecun_cifar10"} == FILES
    page = (FOLDER / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \d+ \| \[`(\w+)`\].* \| (\S.*) \| (.*) \| (.*) \|$", page, re.M)
    assert {(name, figure): shown for name, figure, *shown in rows} == {
        (name, figure): [
            f"{scale * found['mean']:.1f} ± {scale * found['sd']:.1f}",
            str(found["seeds"]),
        ]
        for name, figures in PUBLISHED.items()
        for figure, found in figures.items()
        if re.search("accuracy|attention|fast", figure)
        for scale in [1 if "fast" in figure else 100]
    } | {("lecun_cifar10", "accuracy"): ["not measured", ""]}


def test_the_pipeline_depends_on_every_program_and_all_their_data() -> None:
    pipeline = yaml.safe_load((FOLDER / "dvc.yaml").read_text("ascii"))
    # Neither is part of what is measured.
    code = {f"milestones/{name}.py" for name in FILES | SHARED} - {
        "milestones/lecun_cifar10.py",
        "milestones/run_all.py",
    }
    data = {
        str(path.relative_to(ROOT))
        for name in ("tinydigits", "tinydigits-150", "tinymnist", "tinytalks")
        for kind in ("*.pkl", "*.jsonl")
        for path in ROOT.glob(f"datasets/{name}/{kind}")
    }
    assert set(pipeline["stages"]["measure"]["deps"]) == code | data | {
        "tinydatasets",
        "stages/common/intervals.py",
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_runs_by_itself_with_numpy_alone(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", f"milestones.{name}"],
        cwd=ROOT,
        check=True,
        text=True,
        capture_output=True,
    )
    imported = {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "numpy" in imported
    others = {"torch", "sklearn", "matplotlib", "tqdm", "dvc", "yaml", "pydantic", "PIL"}
    assert not imported & others
    title = (import_module(f"milestones.{name}").__doc__ or "").splitlines()[0]
    assert done.stdout.startswith(f"{title}\n")
    assert "not converged" not in done.stdout
    table = done.stdout[done.stdout.index("here   expected") :].splitlines()[1:]
    assert len(table) == len(PUBLISHED[name])
    for line, figure in zip(table, PUBLISHED[name], strict=True):
        assert re.fullmatch(rf"{figure} +[\d.,]+%? +[\d.]+%? ± [\d.]+%?", line)


@pytest.mark.parametrize("name", PROGRAMS)
def test_another_seed_comes_near_what_is_published(name: str) -> None:
    check_another_seed(name)


@pytest.mark.parametrize(
    ("name", "options", "times"),
    [
        ("perceptron_trained", "--epochs 1", 1),
        ("xor_solved", "--hidden 2 --seed 1", 1),
        ("mlp_digits", "--learning-rate 50", 2),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_program_that_did_not_converge_says_so(
    name: str,
    options: str,
    times: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(name, options, monkeypatch)
    assert capsys.readouterr().out.count("\nnot converged: only ") == times


def test_unused_images_are_the_rows_that_the_small_edition_lacks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = {}
    for name in ("tinydigits", "tinydigits-150"):
        with (ROOT / "datasets" / name / "samples.csv").open(encoding="ascii") as file:
            rows[name] = [line["row"] for line in csv.DictReader(file)]
    is_unused = [row not in rows["tinydigits-150"] for row in rows["tinydigits"]]
    images = np.concatenate([split.images for split in tinydatasets.load("tinydigits")])[is_unused]
    mlp_digits = import_module("milestones.mlp_digits")
    assert np.array_equal(mlp_digits.editions()["tinydigits-150"][1]["unused"].images, images)
    accuracy = mlp_digits.main(epochs=1)["accuracy, 150 samples, unused"]
    low, high = (100 * bound for bound in wilson_interval(round(accuracy * 1058), 1058))
    shown = f"unused: {accuracy:.1%} of 1,058 images, 95% interval {low:.1f}% to {high:.1f}%\n"
    assert shown in capsys.readouterr().out


def test_what_one_layer_cannot_do_two_layers_can() -> None:
    one, two = (import_module(f"milestones.{name}").main for name in ("xor_crisis", "xor_solved"))
    assert max(one(seed=seed)["best accuracy on the way"] for seed in range(5)) == 0.75
    assert {one(seed=seed)["accuracy at the end"] for seed in range(5)} == {0.5}
    assert min(two(seed=seed)["accuracy"] for seed in range(5)) == 1.0


NO_MATPLOTLIB = "--plot without-matplotlib.svg"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--epochs 0", "--epochs: expected a number above 0, found 0"),
        ("--epochs some", "--epochs: invalid whole number value: 'some'"),
        ("--learning-rate nan", "--learning-rate: expected a number above 0, found nan"),
        ("--seed -1", "--seed: expected a whole number below 2**31, found -1"),
        ("--seed 2147483648", "--seed: expected a whole number below 2**31, found 2147483648"),
        (NO_MATPLOTLIB, "--plot: this needs matplotlib; install it with `pip install matplotlib`"),
        ("--plot a", "--plot: a: expected a name that ends in .png, .svg or .pdf"),
        ("--plot a.txt", "--plot: a.txt: expected a name that ends in .png, .svg or .pdf"),
        ("--plot nowhere/a.svg", "--plot: nowhere/a.svg: there is no folder nowhere"),
        ("--plot folder.svg", "--plot: folder.svg: no file can be written there"),
    ],
)
def test_a_wrong_option_is_named_before_anything_runs(
    options: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.svg").mkdir()
    monkeypatch.setattr(lesson, "find_spec", lambda _: options != NO_MATPLOTLIB)
    with pytest.raises(SystemExit) as caught:
        run("mlp_digits", options, monkeypatch)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.err.endswith(f"error: argument {message}\n")
    assert not printed.out


def test_without_pytorch_a_program_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "milestones.pytorch", raising=False)
    with pytest.raises(SystemExit, match="`make milestones` installs it"):
        import_module("milestones.pytorch")


def test_a_user_may_stop_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lesson, "progress", stop)
    with pytest.raises(SystemExit) as caught:
        run("mlp_digits", "", monkeypatch)
    assert caught.value.code == 130
    assert capsys.readouterr().out.endswith("\nstopped\n")
