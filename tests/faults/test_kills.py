"""Kill a run at any time: ``make repro`` gets back to the released bytes (``make faults``)."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PIPELINES, Repository, copy_built
from tests.pipeline.test_released import RELEASED, released

KILLS = 100 if "FAULTS" in os.environ else 3
REPAIR = (sys.executable, "-m", "tools.repair")
DIGITS = {name: sums for name, sums in RELEASED.items() if "/tinydigits" in name}


def put_right(repository: Repository) -> None:
    """Do what ``make repro`` does once .venv is there, and check that all is as released."""
    repository.run(*REPAIR)
    repository.run("dvc", "repro", *PIPELINES)
    assert released(repository) == DIGITS
    assert repository.changes() == ""
    assert "up to date" in repository.run("dvc", "status", *PIPELINES)
    assert repository.run(*REPAIR) == ""


def start(
    digits: Repository, folder: Path, *, lock: bool
) -> tuple[Repository, subprocess.Popen[bytes]]:
    """Start a run in a copy of the repository with nothing built: it is a full one."""
    shutil.rmtree(folder, ignore_errors=True)
    clone = copy_built(digits, folder)
    clone.run("rm", "-rf", "build", ".dvc/cache", ".dvc/tmp", *([] if lock else ["dvc.lock"]))
    for path in folder.glob("datasets/*/*.pkl"):
        path.unlink()
    return clone, clone.start(
        *("dvc", "repro", *PIPELINES),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # Else it would ignore Ctrl-C where the tests run in the background of a shell.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.fixture(scope="module")
def seconds(digits_once: Repository, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Return how long a full run takes here."""
    begin = time.monotonic()
    _, run = start(digits_once, tmp_path_factory.mktemp("full") / "clone", lock=True)
    assert run.wait(600) == 0
    return time.monotonic() - begin


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_run_is_put_right(
    digits_once: Repository, seconds: float, tmp_path: Path, kill: int
) -> None:
    clone, run = start(digits_once, tmp_path / "clone", lock=kill % 2 == 0)
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.wait(seconds * (kill + 0.5) / KILLS)
    if kill % 3 == 0:
        run.kill()  # dvc alone: its stage goes on
    elif run.poll() is None:
        os.killpg(run.pid, signal.SIGKILL if kill % 3 == 1 else signal.SIGINT)
    run.wait(60)
    put_right(clone)
    shutil.rmtree(clone.folder)


def test_the_repair_waits_for_a_run_and_ends_what_is_left_of_it(digits: Repository) -> None:
    for recipe in digits.params()["recipes"]:
        digits.set_param(f"recipes.{recipe}.epochs", 10_000)
        digits.set_param(f"recipes.{recipe}.hidden", 1024)
    with digits.start("dvc", "repro", stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        while "Running stage 'train_mlp@" not in (line := run.stdout.readline()):
            assert line
        # Within a stage DVC holds no lock: the list of files in use tells.
        printed = digits.run(*REPAIR, status=None)
        run.kill()
    assert printed == f"dvc is at work here (process {run.pid}): wait until it is done\n"
    # Its stage goes on without it, until it is ended.
    assert "ending train_mlp@" in digits.run(*REPAIR)
    digits.run("git", "checkout", "params.yaml")
    put_right(digits)


def test_a_full_disk_is_survived(digits: Repository) -> None:
    build = str(digits.folder / "build")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", build]
    if subprocess.run(mount, check=False, capture_output=True, timeout=60).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        printed = digits.run("dvc", "repro", "--force", status=255)
    finally:
        subprocess.run(["umount", "--lazy", build], check=True, timeout=60)
    assert "No space left on device" in printed
    assert "When that is mended, `make repro` goes on from here." in printed
    put_right(digits)


def test_branches_that_each_add_a_dataset_merge(digits: Repository) -> None:
    entry = "{source: digits, seed: 1, train_per_class: {3: 9, 5: 9}, test_per_class: {3: 9}}\n"
    # One as the first and one as the last of the datasets, so that Git can merge params.yaml.
    for name, before, after in (("first", "datasets:\n", ""), ("last", "", "recipes:\n")):
        digits.run("git", "checkout", "--quiet", "-b", name, "main")
        digits.replace("params.yaml", before + after, f"{before}  {name}: {entry}{after}")
        digits.repro(f"serialize@{name}")
        digits.commit()
    digits.run("git", "merge", "--quiet", "--message", "Both", "first")
    digits.run(*REPAIR)
    digits.repro("serialize@first", "serialize@last", "serialize@tinydigits")
    files = digits.contents("datasets")
    assert {"datasets/first/train.pkl", "datasets/last/train.pkl"} <= {*files}
    assert released(digits).items() >= DIGITS.items()
