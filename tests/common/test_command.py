"""A function run from the command line: its arguments, one message, its exit status."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from stages.common.command import run
from stages.common.errors import StageError
from tests.conftest import ROOT


def main(*, out: Path, more: Path | None = None) -> None:
    """Do what the first argument says."""
    print(out, more)
    stops = {
        "stage": StageError("say this"),
        "expected": ArithmeticError("and this"),
        "system": FileNotFoundError(2, "No such file or directory", "there"),
        "bug": KeyError("a bug"),
    }
    if out.name in stops:
        raise stops[out.name]


def stop(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """Return what the process ends with: a string makes the interpreter print it and end with 1."""
    monkeypatch.setattr(sys, "argv", ["main", *arguments])
    with pytest.raises(SystemExit) as stopped:
        run(main, ArithmeticError)
    return stopped.value.code


def test_arguments_are_converted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["--out", "a//b"], ["--more", "c", "--out", "a"]):
        monkeypatch.setattr(sys, "argv", ["main", *arguments])
        run(main)
    assert capsys.readouterr().out == f"{Path('a/b')} None\na c\n"


def test_what_a_user_can_mend_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stop(monkeypatch, "--out", "stage") == "say this"
    assert stop(monkeypatch, "--out", "expected") == "and this"
    assert stop(monkeypatch, "--out", "system") == (
        "[Errno 2] No such file or directory: 'there'. "
        "When that is mended, `make repro` goes on from here."
    )


def test_wrong_arguments_end_with_2_and_a_bug_is_shown_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for arguments in ("", "--out", "--out a --other b", "a"):
        assert stop(monkeypatch, *arguments.split()) == 2
    with pytest.raises(KeyError):
        stop(monkeypatch, "--out", "bug")


def test_what_the_terminal_can_not_show_is_printed_as_its_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "argv", ["stage"])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii"))
    run(lambda: print("\u6a61 oak", flush=True))
    assert printed.getvalue() == b"\\u6a61 oak\n"


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
