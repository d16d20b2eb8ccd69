"""Which Python ``make`` takes for .venv, tried with commands that say they are one."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

NEEDED = "Python 3.10 to 3.13 is needed"
# Makes a .venv of itself, answers what tools/venv.sh asks, and prints what else it is asked to do.
PYTHON = """#!/bin/sh
case "$*" in
  "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; : > .venv/pyvenv.cfg
    cp "$0" .venv/bin/python; cp "$0" .venv/bin/pip; echo new {version} ;;
  *ensurepip*) exit {without_venv} ;;
  -c*) echo {version} /home/of/{version} ;;
  *) echo "$*" ;;
esac
"""


class Machine:
    """A folder with the Makefile, and the only Pythons that are on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder / "clone", folder / "bin"
        (self.folder / "tools").mkdir(parents=True)
        self.path.mkdir()
        for name in ("Makefile", "tools/venv.sh"):
            shutil.copy(ROOT / name, self.folder / name)
        for name in (
            "requirements/pipeline.txt",
            "requirements/data.txt",
            "requirements/large.txt",
        ):
            (self.folder / name).touch()
        (self.folder / "pyproject.toml").touch()
        (self.folder / "tools.hatch_build.py").touch()
        for tool in ("cp", "make", "mkdir", "rm", "sh", "touch"):
            (self.path / tool).symlink_to(shutil.which(tool) or tool)

    def has(self, name: str, version: str, *, without_venv: bool = False) -> None:
        """Put a Python on the PATH."""
        path = self.path / name
        path.write_text(PYTHON.format(version=version, without_venv=int(without_venv)))
        path.chmod(0o755)

    def make(self, *arguments: str, status: int = 0) -> str:
        """Run ``make test`` and give what it prints."""
        result = subprocess.run(
            ["make", "test", *arguments],
            cwd=self.folder,
            env={"PATH": str(self.path)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert result.returncode == status, result.stdout
        return result.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_any_python_one_line_says_what_is_needed(machine: Machine) -> None:
    first, *rest = machine.make(status=2).splitlines()
    assert first == (
        f"{NEEDED}; found on the PATH: no Python. Name another: make PYTHON=/path/to/python3.11"
    )
    assert len(rest) == 1
    assert rest[0].startswith("make: ***")
    assert not (machine.folder / ".venv").exists()


def test_a_python_that_does_not_fit_is_named_and_nothing_is_installed(machine: Machine) -> None:
    machine.has("python3", "3.9")
    machine.has("python3.12", "3.12", without_venv=True)
    printed = machine.make(status=2)
    assert printed.startswith(
        f"{NEEDED}; found on the PATH: python3.12 has no venv (Debian: install python3.12-venv), "
        "python3 is 3.9. Name another:"
    )
    assert "pip" not in printed
    assert not (machine.folder / ".venv").exists()


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["python3.10", "python3.11", "python3.12", "python3.13"], "3.11"),
        (["python3.10", "python3.12"], "3.12"),
        (["python3"], "3.10"),
        (["python"], "3.10"),
    ],
)
def test_the_python_that_is_tested_comes_first(
    machine: Machine, names: list[str], taken: str
) -> None:
    for name in names:
        version = name.replace("python", "")
        machine.has(name, version if "." in version else "3.10")
    assert f"new {taken}\n" in machine.make()


def test_a_venv_is_made_once_and_installed_into_again_when_requirements_change(
    machine: Machine,
) -> None:
    machine.has("python3.11", "3.11")
    printed = machine.make()
    assert "new 3.11\n" in printed
    assert printed.count("-m pip install") == 2 * 4  # make shows each command, and it prints itself
    assert "-m compileall" in printed
    assert machine.make() == "python -m pytest\n-m pytest\n"
    later = time.time() + 60
    os.utime(machine.folder / "requirements/pipeline.txt", (later, later))
    printed = machine.make()
    assert "new" not in printed
    assert "--require-hashes" in printed


def test_a_venv_of_a_python_that_does_not_fit_is_made_anew(machine: Machine) -> None:
    machine.has("python3.11", "3.11")
    machine.make()
    python = machine.folder / ".venv" / "bin" / "python"
    python.write_text(python.read_text().replace("3.11", "3.9"))
    (machine.path / "python3.11").rename(machine.path / "python3.12")
    assert "new 3.11\n" in machine.make()
    python.unlink()
    python.symlink_to("gone")
    assert "new 3.11\n" in machine.make()
    (python.parent / "pip").unlink()
    assert "new 3.11\n" in machine.make()
    assert "new" not in machine.make()


def test_a_python_of_ones_choice_is_taken_and_kept(machine: Machine) -> None:
    machine.has("python3.11", "3.11")
    machine.has("other", "3.13")
    machine.has("old", "3.9")
    machine.make()
    assert "new 3.13\n" in machine.make("PYTHON=other")
    assert "new" not in machine.make("PYTHON=other")
    assert "new" not in machine.make()
    for choice, message in (
        ("old", "PYTHON=old is Python 3.9;"),
        ("none", "PYTHON=none is not a Python that runs;"),
    ):
        printed = machine.make(f"PYTHON={choice}", status=2)
        assert printed.startswith(f"{message} {NEEDED}.\n")
    assert "new" not in machine.make()
