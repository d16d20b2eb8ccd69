"""One cell of the grid, the furthest from an ordinary machine, and the sums of this processor."""

import platform
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Repository
from tests.portability import grid, processors

HERE = grid.Environment("here")
PLAIN = {"a @ b": "of another kernel", "np.exp": "of another library"}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the kernels are those of x86-64")
def test_an_old_processor_elsewhere_builds_what_is_committed(
    digits_once: Repository, tmp_path: Path
) -> None:
    if not grid.probe(HERE)["kernels"]:
        pytest.skip("needs OpenBLAS")
    oldest, *_, without_simd = grid.arithmetic()
    elsewhere = grid.surroundings()[-1]
    environment = replace(
        elsewhere,
        variables=elsewhere.variables | oldest.variables | without_simd.variables,
        expected=oldest.expected | without_simd.expected,
        umask=0o077,
    )
    assert grid.rebuild(environment, tmp_path, digits_once.folder) == ""
    # What the paper says of the grid; Python 3.9 only loads.
    count = len([*grid.arithmetic(), *grid.surroundings(), *grid.LOADERS]) - 1
    assert f"[{count} environments]" in (ROOT / "docs/paper.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    return processors.native(HERE)


def test_this_processor_gives_what_is_committed(here: dict[str, Any]) -> None:
    assert here["sums"] == processors.expected()


def test_other_sums_are_shown_and_environments_that_compute_alike_prove_nothing(
    here: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    there = {**here, "plain": PLAIN}
    assert processors.print_table({"here": here, "there": there})
    assert not processors.print_table({"here": here, "there": here})
    capsys.readouterr()
    there["sums"] = {**here["sums"], "unstable": "another"}
    assert not processors.print_table({"here": here, "there": there})
    rows = capsys.readouterr().out.splitlines()[2:4]
    assert [row.split(" | ")[-1] for row in rows] == ["none |", "unstable |"]


def test_the_package_names_the_pythons_that_are_tested() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r'Python :: (3\.\d+)"', project) == list(grid.LOADERS)
