"""Kill a run at any time: ``make repro`` gets back to the released bytes (``make faults``)."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT, Repository, copy_repository, keep_digits
from tests.faults.test_damage import put_right

KILLS = 50

pytestmark = pytest.mark.skipif("FAULTS" not in os.environ, reason="minutes long: `make faults`")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the repository with nothing built: a run of it is a full one."""
    clone = keep_digits(copy_repository(ROOT, tmp_path_factory.mktemp("kills") / "template"))
    for folder in ("build", ".dvc/cache", ".dvc/tmp"):
        shutil.rmtree(clone.folder / folder)
    for path in clone.folder.glob("datasets/*/*.pkl"):
        path.unlink()
    (clone.folder / "dvc.lock").unlink()
    return clone.folder


@pytest.fixture(scope="module")
def full_run(template: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Measure how long a full run takes here, in seconds."""
    clone = Repository(tmp_path_factory.mktemp("full") / "clone")
    shutil.copytree(template, clone.folder)
    start = time.monotonic()
    clone.run("dvc", "repro")
    return time.monotonic() - start


@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "dvc alone"])
@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_run_is_put_right(
    template: Path, full_run: float, tmp_path: Path, kill: int, *, whole_group: bool
) -> None:
    clone = Repository(tmp_path / "clone")
    seconds = full_run * (kill + 0.5) / KILLS
    run = None
    while run is None or run.returncode is not None:
        # The first time, or again and earlier: the run was done before its kill.
        shutil.rmtree(clone.folder, ignore_errors=True)
        shutil.copytree(template, clone.folder)
        nowhere = subprocess.DEVNULL
        run = clone.start("dvc", "repro", stdout=nowhere, stderr=nowhere, start_new_session=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(seconds)
        seconds *= 0.8
    if whole_group:
        os.killpg(run.pid, signal.SIGKILL)
    else:
        run.kill()
    run.wait()
    put_right(clone)
    shutil.rmtree(clone.folder)
