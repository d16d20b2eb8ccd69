"""What every ``python -m ...`` of the project has in common."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FOLDERS = ("benchmarks", "experiments", "stages", "tests/portability", "tinydatasets", "tools")
COMMANDS = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "command.run(main" in (text := path.read_text(encoding="utf-8")) and "torch" not in text
]


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_does(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module(name, run_name="__main__")
    assert stopped.value.code == 0
    usage, description, *_ = capsys.readouterr().out.split("\n\n")
    assert usage.startswith("usage: ")
    assert description.strip().endswith(".")


@pytest.mark.parametrize(
    ("error", "status", "begin", "end"),
    [
        ("KeyboardInterrupt", 130, "Stopped.\n", "Stopped.\n"),
        (
            "__import__('os').environ.update(DVC_STAGE='a') or KeyboardInterrupt",
            130,
            "Stopped. R",
            "",
        ),
        ("RuntimeError('broken')", 1, "Traceback", "RuntimeError: broken\n"),
    ],
)
def test_ctrl_c_ends_a_stage_with_one_line_and_another_error_is_shown_in_full(
    tmp_path: Path, error: str, status: int, begin: str, end: str
) -> None:
    (tmp_path / "numpy.py").write_text(f"raise {error}\n")
    environ = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    split = [sys.executable, "-m", "stages.split"]
    stage = subprocess.run(split, env=environ, text=True, stderr=subprocess.PIPE, check=False)
    assert stage.returncode == status
    assert stage.stderr.startswith(begin)
    assert stage.stderr.endswith(end)


@pytest.mark.parametrize(
    ("arguments", "status", "end"),
    [
        ("split gone", 1, "drawn.json'. When that is mended, `make repro` goes on from here.\n"),
        ("texts.evaluate_text mine", 1, "cut short, or not written by this package\n"),
        ("split", 2, "error: the following arguments are required: name\n"),
        ("split a --other b", 2, "error: unrecognized arguments: --other b\n"),
    ],
)
def test_what_a_user_can_mend_is_one_message(
    tmp_path: Path, arguments: str, status: int, end: str
) -> None:
    train = tmp_path / "datasets/mine/train.jsonl"
    train.parent.mkdir(parents=True)
    train.touch()
    command = [sys.executable, "-m", *f"stages.{arguments}".split()]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        command, cwd=tmp_path, env=environ, text=True, capture_output=True, check=False
    )
    assert (result.returncode, result.stdout) == (status, "")
    assert result.stderr.endswith(end)
    assert status == 2 or result.stderr.count("\n") == 1


@pytest.mark.parametrize(("lines", "status"), [(2, 0), (100_000, 141)])
def test_a_command_ends_quietly_if_nobody_reads_on(lines: int, status: int) -> None:
    main = f"lambda: [print(number) for number in range({lines})]"
    program = f"input(); from stages.common import command; command.run({main})"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        process.stdout.close()
        _, said = process.communicate(b"\n", timeout=60)
    assert (process.returncode, said) == (status, b"")
