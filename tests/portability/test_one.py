"""One cell of the grid, the furthest from an ordinary machine, in every run of the tests."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.portability.grid import RELEASED, Environment, check_took_effect, probe, rebuild


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the kernels are those of x86-64")
@pytest.mark.skipif(not probe(Environment("as it is"))["kernels"], reason="needs OpenBLAS")
def test_an_old_processor_elsewhere_builds_what_is_committed(tmp_path: Path) -> None:
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
    built = rebuild(environment, tmp_path)
    patterns = (*RELEASED, "metrics/*.json", "dvc.lock")
    released = [path for pattern in patterns for path in ROOT.glob(pattern)]
    assert len(released) > 13
    for path in released:
        name = path.relative_to(ROOT).as_posix()
        assert built[name] == hashlib.sha256(path.read_bytes()).hexdigest(), name
