"""One cell of the grid, the furthest from an ordinary machine, in every run of the tests."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.portability.grid import RELEASED, Environment, check_took_effect, probe, rebuild, sums

if TYPE_CHECKING:
    from tests.conftest import Repository


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the kernels are those of x86-64")
@pytest.mark.skipif(not probe(Environment("as it is"))["kernels"], reason="needs OpenBLAS")
def test_an_old_processor_elsewhere_builds_what_is_committed(
    built: Repository, tmp_path: Path
) -> None:
    environment = Environment(
        "old and elsewhere",
        folder="mes données à moi/clone",
        variables={"PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu", "HOME": "/proc", "LC_ALL": "C"},
        umask=0o077,
        kernel="Prescott",
        threads=1,
        simd=False,
    )
    check_took_effect(environment)
    there = rebuild(environment, tmp_path)
    # Each built from nothing: whole trees, models and metrics too, and the lock.
    assert there == sums(built.folder)
    authored = ("about.yaml", "PHILOSOPHY.md", "templates.yaml")
    assert not [name for name in there if name.endswith(authored)]
    patterns = (*RELEASED, "dvc.lock", "report/dvc.lock")
    committed = [path for pattern in patterns for path in ROOT.glob(pattern)]
    assert len(committed) > 18
    for path in committed:
        name = path.relative_to(ROOT).as_posix()
        assert there[name] == hashlib.sha256(path.read_bytes()).hexdigest(), name
