"""Measure the pipeline against plain scripts, and its no-op against that of `make` and of DVC.

Run by ``make bench``. The two sides of a comparison run in turn; what counts is the median of the
ratios.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import in_turn, ratio, seconds
from stages.common import command
from tests.conftest import PIPELINES, copy_built, copy_repository, keep_digits, link_environment

ROOT = Path(__file__).parent.parent
PLAIN = Path(__file__).parent / "plain"
EDITIONS = ("tinydigits", "tinydigits-150")
RUNS = 7


def run(*command: str | Path, cwd: Path) -> float:
    """Run a command, and return its seconds of wall-clock time."""
    return seconds(subprocess.run, command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def compare(title: str, ours: Callable[[], float], theirs: Callable[[], float]) -> None:
    """Time both sides in turn, after one warm-up each, and print medians and their ratio."""
    ours(), theirs()
    a, b = in_turn({"ours": ours, "theirs": theirs}, RUNS).values()
    print(
        f"{title}: {median(a):.2f} s against {median(b):.2f} s, ratio {ratio(a, b):.2f} "
        f"(median of {RUNS} pairs)"
    )


def cold(clone: Path, *targets: str) -> float:
    """Time ``dvc repro`` with nothing in build/, in DVC's cache and of what is released."""
    for folder in ("build", ".dvc/cache", ".dvc/tmp"):
        shutil.rmtree(clone / folder, ignore_errors=True)
    for edition in EDITIONS:
        for path in (clone / "datasets" / edition).glob("*.pkl"):
            path.unlink()
    return run("dvc", "repro", *targets, cwd=clone)


def plain(folder: Path) -> float:
    """Time the four plain scripts."""
    return sum(
        run(sys.executable, PLAIN / script, *arguments, folder / edition, cwd=folder)
        for edition in ("1000", "150")
        for script, arguments in (("make.py", [edition]), ("train.py", []))
    )


def trivial(folder: Path) -> Path:
    """Make a DVC repository of twelve stages, each with a parameter and the file of another."""
    run("git", "init", "--quiet", folder, cwd=folder.parent)
    run("dvc", "init", "--quiet", cwd=folder)
    shutil.copy(ROOT / ".dvc" / "config", folder / ".dvc" / "config")
    (folder / "params.yaml").write_text("datasets: {a: {seed: 1}, b: {seed: 2}}\n")
    stages = {}
    for i in range(6):
        stage = {"cmd": f"echo ${{key}} > ${{key}}{i}", "outs": [f"${{key}}{i}"]}
        more = {"params": ["datasets.${key}"], "deps": [f"${{key}}{i - 1}"] if i else []}
        stages[f"stage{i}"] = {"foreach": "${datasets}", "do": {**stage, **more}}
    (folder / "dvc.yaml").write_text(json.dumps({"stages": stages}))
    run("dvc", "repro", cwd=folder)
    return folder


def main() -> None:
    """Time the pipeline against plain scripts and trivial stages, and print the comparisons."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["DVC_SITE_CACHE_DIR"] = str(folder / "site-cache")
        whole = copy_repository(ROOT, folder / "whole")
        whole.run("dvc", "repro", *PIPELINES)
        # With nothing to do, what takes time is the number of stages: two datasets of six each.
        digits = keep_digits(copy_built(whole, folder / "digits")).folder
        link_environment(digits)
        no_op = partial(run, "dvc", "repro", cwd=digits)
        (folder / "plain").mkdir()
        # What both write in the end: the plain scripts write pickles and scores too.
        ends = [f"{stage}@{name}" for name in EDITIONS for stage in ("serialize", "evaluate")]
        for place, clone, targets in (
            ("a clone that has these alone", digits, []),
            ("the whole repository", whole.folder, ends),
        ):
            compare(
                f"cold `dvc repro` of both editions in {place} against four plain scripts",
                partial(cold, clone, *targets),
                partial(plain, folder / "plain"),
            )
        compare(
            "`python -m stages.train_mlp` against a script that fits the same with scikit-learn",
            partial(run, sys.executable, "-m", "stages.train_mlp", EDITIONS[0], cwd=digits),
            partial(run, sys.executable, PLAIN / "train.py", folder / "plain/1000", cwd=folder),
        )
        twelve = trivial(folder / "trivial")
        compare(
            "`dvc repro` with nothing to do against twelve trivial stages",
            no_op,
            partial(run, "dvc", "repro", cwd=twelve),
        )
        compare(
            "`make repro` against `dvc repro`, both with nothing to do",
            partial(run, "make", "repro", cwd=digits),
            no_op,
        )


if __name__ == "__main__":
    command.run(main)
