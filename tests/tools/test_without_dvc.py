"""DVC decides what to run; what the stages write, they write without it."""

import shutil

import pytest
import yaml

from tests.conftest import PIPELINES, ROOT, Repository
from tools.without_dvc import commands


def test_it_runs_the_commands_that_dvc_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    locks = [yaml.safe_load((ROOT / p).with_suffix(".lock").read_text("utf-8")) for p in PIPELINES]
    ran = [stage["cmd"] for lock in locks for stage in lock["stages"].values()]
    assert sorted(commands()) == sorted(ran)


def test_it_builds_the_same_bytes(digits: Repository) -> None:
    built = digits.contents("build", "datasets", "metrics")
    shutil.rmtree(digits.folder / "build")
    (digits.folder / "datasets/tinydigits/train.pkl").write_bytes(b"")
    digits.run("python", "-m", "tools.without_dvc")
    assert digits.contents("build", "datasets", "metrics") == built
    digits.set_param("datasets.tinydigits.seed", -1)
    assert "it ended with status 1" in digits.run("python", "-m", "tools.without_dvc", status=1)
