"""Kill a run at any time: ``make repro`` gets back to the released bytes (``make faults``)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT, Repository, copy_repository
from tests.faults.test_damage import put_right

KILLS = 50
SECONDS = 9.0  # about the length of a full run, two at a time

pytestmark = pytest.mark.skipif("FAULTS" not in os.environ, reason="minutes long: `make faults`")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_repository(ROOT, tmp_path_factory.mktemp("kills") / "template").folder


@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "dvc alone"])
@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_run_is_put_right(
    template: Path, tmp_path: Path, kill: int, *, whole_group: bool
) -> None:
    clone = Repository(tmp_path / "clone")
    shutil.copytree(template, clone.folder)
    for path in clone.folder.glob("datasets/*/*.pkl"):
        path.unlink()
    (clone.folder / "dvc.lock").unlink()
    run = subprocess.Popen(
        ["dvc", "repro"],
        cwd=clone.folder,
        env=clone.environ(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(SECONDS * (kill + 0.5) / KILLS)
    if whole_group:
        os.killpg(run.pid, signal.SIGKILL)
    else:
        run.kill()
    run.wait()
    put_right(clone)
    shutil.rmtree(clone.folder)
