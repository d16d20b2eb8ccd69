"""A folder that looks like a clone to the tools, and processes that look like a dvc."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.check.example import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Sleeper = Callable[[str, Path], subprocess.Popen[bytes]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with params.yaml, and with those of Git and DVC, in which nothing is."""
    clone = tmp_path / "small"
    for name in (".git", ".dvc/tmp", "docs"):
        (clone / name).mkdir(parents=True)
    (clone / "params.yaml").write_text(yaml.safe_dump({**yaml.safe_load(TEXT), "texts": {}}))
    monkeypatch.chdir(clone)
    return clone


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Sleeper]:
    """Start a process that sleeps: what the tools see of a program of DVC that holds no lock."""
    started: list[Any] = []

    def start(name: str, folder: Path) -> subprocess.Popen[bytes]:
        script = tmp_path / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text("print(flush=True)\nimport time\ntime.sleep(600)\n")
        process = subprocess.Popen([sys.executable, script], cwd=folder, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
