"""What every ``python -m ...`` of the project has in common."""

from __future__ import annotations

import os
import re
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

FOLDERS = ("benchmarks", "stages", "tests/portability", "tinydatasets", "tools")
COMMANDS = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in FOLDERS
    for path in sorted((ROOT / folder).glob("*.py"))
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
]
IN_DOCS = {
    command
    for page in [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("datasets/*/README.md")]
    for command in re.findall(
        r"python -m ((?:stages|benchmarks|tests|tools)[\w.]*)", page.read_text()
    )
}


def test_the_documented_commands_are_among_them() -> None:
    assert len(COMMANDS) > 20
    assert set(COMMANDS) >= IN_DOCS


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_in_a_sentence_what_a_command_does(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    text = (ROOT / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8")
    # Without either it would run in full here, whatever `--help` says.
    assert "command.run(main" in text or "argparse" in text
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module(name, run_name="__main__")
    assert stopped.value.code == 0
    usage, description, *_ = capsys.readouterr().out.split("\n\n")
    assert usage.startswith("usage: ")
    assert description.strip().endswith(".")


def stopped_by_its_user(folder: Path, *, at: Path | None = None) -> subprocess.Popen[str]:
    """Start a stage in `folder` and, once it opens the pipe `at`, press Ctrl-C."""
    stage = subprocess.Popen(
        [sys.executable, "-m", "stages.check"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if at:
        with at.open("w"):
            stage.send_signal(signal.SIGINT)
            stage.wait()
    return stage


def test_ctrl_c_ends_a_stage_with_one_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "params.yaml")
    stage = stopped_by_its_user(tmp_path, at=tmp_path / "params.yaml")
    assert stage.communicate()[0] == "Stopped.\n"
    assert stage.returncode == 130


def test_ctrl_c_ends_a_stage_with_one_line_while_it_imports(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise KeyboardInterrupt\n")
    stage = stopped_by_its_user(tmp_path)
    assert stage.communicate()[0] == "Stopped.\n"
    assert stage.returncode == 130


def test_any_other_error_is_shown_in_full(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise RuntimeError('broken')\n")
    stage = stopped_by_its_user(tmp_path)
    printed = stage.communicate()[0]
    assert printed.startswith("Traceback")
    assert printed.endswith("RuntimeError: broken\n")
    assert stage.returncode == 1
