"""Measure the pipeline against plain scripts, and its no-op against that of `make` and of DVC.

Run by ``make bench``. The two sides of a comparison run in turn, so that a machine that slows
down slows both; what counts is the median of the ratios.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stages.common import command
from tests.conftest import copy_repository, keep_digits, link_environment

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
PLAIN = Path(__file__).parent / "plain"
RUNS = 7
TRIVIAL_STAGES = 12


def run(*command: str | Path, cwd: Path) -> float:
    """Run a command and give its seconds of wall-clock time."""
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(title: str, ours: Callable[[], float], theirs: Callable[[], float]) -> None:
    """Time both sides in turn, after one warm-up each, and print medians and their ratio."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(RUNS)]
    ratio = statistics.median(a / b for a, b in pairs)
    a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"{title}: {a:.2f} s against {b:.2f} s, ratio {ratio:.2f} (median of {RUNS} pairs)")


def cold(clone: Path) -> float:
    """Time ``dvc repro`` with nothing in build/ and in DVC's cache."""
    for folder in ("build", ".dvc/cache", ".dvc/tmp"):
        shutil.rmtree(clone / folder, ignore_errors=True)
    for pickle in clone.glob("datasets/*/*.pkl"):
        pickle.unlink()
    return run("dvc", "repro", cwd=clone)


def plain(folder: Path) -> float:
    """Time the four plain scripts."""
    return sum(
        run(sys.executable, PLAIN / script, *arguments, folder / edition, cwd=folder)
        for edition in ("1000", "150")
        for script, arguments in (("make.py", [edition]), ("train.py", []))
    )


def train(clone: Path, out: Path) -> float:
    """Time the stage `train_mlp` on TinyDigits."""
    inputs = {
        "--params": "build/params/datasets/tinydigits.json",
        "--recipes": "build/params/recipes.json",
        "--train-split": "datasets/tinydigits/train.pkl",
    }
    options = [word for pair in inputs.items() for word in pair]
    return run(sys.executable, "-m", "stages.train_mlp", *options, "--out", out, cwd=clone)


def trivial(folder: Path, *, foreach: bool) -> Path:
    """Make a DVC repository of twelve stages that write a file each.

    Either each stage is written out and depends on nothing, or six stand in a `foreach` over two
    entries of params.yaml, each with a parameter, and with the file before it as a dependency.
    """
    folder.mkdir()
    run("git", "init", "--quiet", cwd=folder)
    run("dvc", "init", "--quiet", cwd=folder)
    shutil.copy(ROOT / ".dvc" / "config", folder / ".dvc" / "config")
    text = "stages:\n"
    if foreach:
        (folder / "params.yaml").write_text("datasets: {a: {seed: 1}, b: {seed: 2}}\n")
        for i in range(TRIVIAL_STAGES // 2):
            deps = f"      deps: ['${{key}}{i - 1}']\n" if i else ""
            text += (
                f"  stage{i}:\n    foreach: ${{datasets}}\n    do:\n"
                f"      cmd: echo ${{key}} > ${{key}}{i}\n{deps}"
                f"      params: ['datasets.${{key}}']\n      outs: ['${{key}}{i}']\n"
            )
    else:
        for i in range(TRIVIAL_STAGES):
            text += f"  stage{i}:\n    cmd: echo {i} > out{i}\n    outs: [out{i}]\n"
    (folder / "dvc.yaml").write_text(text)
    run("dvc", "repro", cwd=folder)
    return folder


def main() -> None:
    """Time the pipeline against plain scripts and trivial stages, and print the comparisons."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clone = folder / "clone"
        # The plain scripts make both editions of the digits, so that is what is timed against them.
        keep_digits(copy_repository(ROOT, clone))
        os.environ["DVC_SITE_CACHE_DIR"] = str(folder / "site-cache")
        run(sys.executable, "-m", "compileall", "-q", "stages", "tinydatasets", "tools", cwd=clone)
        link_environment(clone)
        compare(
            "`make repro` against `dvc repro`, both with nothing to do",
            partial(run, "make", "repro", cwd=clone),
            partial(run, "dvc", "repro", cwd=clone),
        )
        (folder / "plain").mkdir()
        compare(
            "cold `dvc repro` against four plain scripts",
            partial(cold, clone),
            partial(plain, folder / "plain"),
        )
        compare(
            "`python -m stages.train_mlp` against a script that fits the same with scikit-learn",
            partial(train, clone, folder / "models"),
            partial(run, sys.executable, PLAIN / "train.py", folder / "plain/1000", cwd=folder),
        )
        for title, foreach in (
            ("over params.yaml", True),
            ("with neither dependency nor parameter", False),
        ):
            repository = trivial(folder / f"trivial-{foreach}", foreach=foreach)
            compare(
                f"`dvc repro` with nothing to do against twelve trivial stages {title}",
                partial(run, "dvc", "repro", cwd=clone),
                partial(run, "dvc", "repro", cwd=repository),
            )


if __name__ == "__main__":
    command.run(main)
