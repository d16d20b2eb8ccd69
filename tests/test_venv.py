"""Which Python ``make`` takes for .venv, tried with commands that say they are one."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Repository

NEEDED = "Python 3.10 to 3.14 is needed"
# Makes a .venv of itself, answers what tools/venv.sh asks, and prints what else it is asked to do.
PYTHON = """#!/bin/sh
case "$*" in
  "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; : > .venv/pyvenv.cfg
    cp "$0" .venv/bin/python; cp "$0" .venv/bin/pip; echo new {version}
    echo "#!$PWD/.venv/bin/python" > .venv/bin/pip ;;
  *ensurepip*) exit {status} ;;
  -c*) echo {version} /home/of/{version} ;;
  *) echo "$*" ;;
esac
"""


class Machine(Repository):
    """A folder with the Makefile, and the only Pythons that are on the PATH."""

    def environ(self) -> dict[str, str]:
        return {"PATH": str(self.folder.parent / "bin")}

    def has(self, name: str, version: str, *, without_venv: bool = False) -> None:
        path = self.folder.parent / "bin" / name
        path.write_text(PYTHON.format(version=version, status=int(without_venv)))
        path.chmod(0o755)

    def make(self, *arguments: str, status: int = 0) -> str:
        return self.run("make", "test", *arguments, status=status)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("tools", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / "clone" / name)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / "clone" / name)
    (tmp_path / "bin").mkdir()
    for tool in ("cp", "make", "mkdir", "rm", "sh", "touch"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return Machine(tmp_path / "clone")


def test_without_a_python_that_fits_one_line_says_what_is_needed(machine: Machine) -> None:
    assert f"{NEEDED}; found on the PATH: no Python. " in machine.make(status=2)
    machine.has("python3", "3.9")
    machine.has("python", "3.15")
    machine.has("python3.12", "3.12", without_venv=True)
    printed = machine.make(status=2)
    assert printed.startswith(
        f"{NEEDED}; found on the PATH: python3.12 has no venv (Debian: install python3.12-venv), "
        "python3 is 3.9, python is 3.15. Name another: make PYTHON=/path/to/python3.11. "
        "python is not tried yet; to try it: make PYTHON=python repro\n"
    )
    assert "pip" not in printed
    assert not (machine.folder / ".venv").exists()


@pytest.mark.parametrize(
    "names", ["python3.11 python3.10 python3.14", "python3.14 python3.10", "python3.12 python3.10"]
)
def test_the_python_that_is_tested_comes_first(machine: Machine, names: str) -> None:
    for name in names.split():
        machine.has(name, name.removeprefix("python"))
    assert f"new {names[6:10]}\n" in machine.make()


def test_a_venv_is_made_once_and_anew_where_it_is_broken(machine: Machine) -> None:
    machine.has("python3.11", "3.11")
    assert "new 3.11\n" in machine.make()
    assert machine.make() == "python -m pytest\n-m pytest\n"
    (machine.folder / "requirements/pipeline.txt").touch()
    printed = machine.make()
    assert "--require-hashes" in printed
    assert "new" not in printed
    python = machine.folder / ".venv/bin/python"
    python.write_text(python.read_text().replace("3.11", "3.9"))
    assert "new 3.11\n" in machine.make()
    (python.parent / "pip").unlink()
    assert "new 3.11\n" in machine.make()


def test_a_clone_that_was_copied_makes_its_environments_anew(machine: Machine) -> None:
    machine.has("python3.11", "3.11")
    machine.make()
    (machine.folder / ".venv-milestones").mkdir()
    copy = Machine(machine.folder.parent / "copy")
    shutil.copytree(machine.folder, copy.folder, symlinks=True)
    assert "new 3.11\n" in copy.make()
    assert not (copy.folder / ".venv-milestones").exists()
    assert "new" not in copy.make() + machine.make()
    assert (machine.folder / ".venv-milestones").exists()


@pytest.mark.parametrize("name", ["a space", "long" * 40])
def test_a_venv_of_any_path_is_kept(tmp_path: Path, name: str) -> None:
    folder = Repository(tmp_path / name)
    shutil.copytree(ROOT / "tools", folder.folder / "tools")
    assert "Making" in folder.run("sh", "tools/venv.sh", sys.executable)
    assert folder.run("sh", "tools/venv.sh", sys.executable) == ""


def test_a_python_of_ones_choice_is_taken_and_kept(machine: Machine) -> None:
    for name, version in {"python3.11": "3.11", "other": "3.13", "old": "3.9"}.items():
        machine.has(name, version)
    machine.make()
    assert "new 3.13\n" in machine.make("PYTHON=other")
    assert "new" not in machine.make()
    printed = machine.make("PYTHON=old", status=2)
    assert printed.startswith(f"PYTHON=old is Python 3.9; {NEEDED}.\n")
    machine.has("python3", "3.15")
    assert "Python 3.15 is not tried yet" in (printed := machine.make("PYTHON=python3"))
    assert "new 3.15\n" in printed
    assert "new" not in machine.make()
    (machine.folder / ".venv/.ready").unlink()  # as after a package that could not be installed
    assert "new 3.11\n" in machine.make()
    printed = machine.make("PYTHON=none", status=2)
    assert printed.startswith(f"PYTHON=none is not a Python that runs; {NEEDED}.\n")
    assert "new" not in machine.make()
