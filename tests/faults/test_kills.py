"""Kill a run at any time: ``make repro`` gets back to the released bytes (``make faults``)."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PIPELINES, ROOT, Repository, copy_repository, keep_digits
from tests.pipeline.test_released import RELEASED, released

KILLS = 100 if "FAULTS" in os.environ else 3
DIGITS = {name: sums for name, sums in RELEASED.items() if "/tinydigits" in name}


def put_right(repository: Repository) -> None:
    """Do what ``make repro`` does once .venv is there, and check that all is as released."""
    repository.run(sys.executable, "-m", "tools.repair")
    repository.run("dvc", "repro", *PIPELINES)
    assert released(repository) == DIGITS
    assert repository.changes() == ""
    assert "up to date" in repository.run("dvc", "status", *PIPELINES)
    assert repository.run(sys.executable, "-m", "tools.repair") == ""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return a copy of the repository with nothing built: a run of it is a full one."""
    clone = keep_digits(copy_repository(ROOT, tmp_path_factory.mktemp("kills") / "template"))
    for folder in ("build", ".dvc/cache", ".dvc/tmp"):
        shutil.rmtree(clone.folder / folder)
    for path in clone.folder.glob("datasets/*/*.pkl"):
        path.unlink()
    return clone


def start(template: Repository, clone: Repository, *, lock: bool) -> subprocess.Popen[bytes]:
    shutil.rmtree(clone.folder, ignore_errors=True)
    shutil.copytree(template.folder, clone.folder)
    if not lock:
        (clone.folder / "dvc.lock").unlink()
    return clone.start(
        *("dvc", "repro", *PIPELINES),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # Else it would ignore Ctrl-C where the tests run in the background of a shell.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.fixture(scope="module")
def full_run(template: Repository, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Return how long a full run takes here, in seconds."""
    begin = time.monotonic()
    clone = Repository(tmp_path_factory.mktemp("full") / "clone")
    assert start(template, clone, lock=True).wait(600) == 0
    return time.monotonic() - begin


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_run_is_put_right(
    template: Repository, full_run: float, tmp_path: Path, kill: int
) -> None:
    clone = Repository(tmp_path / "clone")
    how = ("dvc alone", "the group", "Ctrl-C")[kill % 3]
    seconds = full_run * (kill + 0.5) / KILLS
    run = start(template, clone, lock=kill % 2 == 0)
    with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
        run.wait(seconds)
    if run.poll() is None:
        if how == "dvc alone":
            run.kill()
        else:
            os.killpg(run.pid, signal.SIGINT if how == "Ctrl-C" else signal.SIGKILL)
    run.wait(60)
    put_right(clone)
    shutil.rmtree(clone.folder)


def test_the_repair_waits_for_a_run_and_ends_what_is_left_of_it(digits: Repository) -> None:
    for recipe in digits.params()["recipes"]:
        digits.set_param(f"recipes.{recipe}.epochs", 10_000)
        digits.set_param(f"recipes.{recipe}.hidden", 1024)
    with digits.start("dvc", "repro", stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout
            while "Running stage 'train_mlp@" not in run.stdout.readline():
                assert run.poll() is None
            # Within a stage DVC holds no lock: the list of files in use tells.
            printed = digits.run(sys.executable, "-m", "tools.repair", status=1)
            assert printed == f"dvc is at work here (process {run.pid}): wait until it is done\n"
        finally:
            run.kill()
    # Its stage goes on without it, until it is ended.
    assert "ending train_mlp@" in digits.run(sys.executable, "-m", "tools.repair")
    digits.run("git", "checkout", "params.yaml")
    put_right(digits)


@pytest.mark.parametrize(
    ("option", "message"),
    [("size=64k", "No space left on device"), ("ro", "Read-only file system")],
)
def test_a_full_or_read_only_disk_is_survived(
    digits: Repository, option: str, message: str
) -> None:
    build = digits.folder / "build"
    shutil.rmtree(build)
    build.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(build)]
    if subprocess.run(mount, check=False, capture_output=True, timeout=60).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        printed = digits.run("dvc", "repro", "--force", status=255)
    finally:
        subprocess.run(["umount", "--lazy", build], check=True, timeout=60)
    assert message in printed
    assert "When that is mended, `make repro` goes on from here." in printed
    assert "Traceback" not in printed
    put_right(digits)
