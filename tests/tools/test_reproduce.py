"""`make repro` shows what DVC prints but its last words, and ends as DVC does."""

from __future__ import annotations

import signal
import sys

import pytest

from tools import reproduce

TRACK = "\nTo track the changes with git, run:\n\n\tgit add dvc.lock\n"
PUSH = "Use `dvc push` to send your updates to remote storage.\n"


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (f"Running stage 'a':\n{TRACK}{PUSH}", "Running stage 'a':\n\n"),
        (f"Running stage 'a':\n{PUSH}", "Running stage 'a':\n"),
        ("Data and pipelines are up to date.\n", "Data and pipelines are up to date.\n"),
    ],
)
@pytest.mark.parametrize("status", [0, 255])
def test_the_last_words_are_left_out_and_the_status_is_kept(
    printed: str,
    shown: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = f"import sys; print({printed!r}, end=''); sys.exit({status})"
    monkeypatch.setattr(reproduce, "REPRO", (sys.executable, "-c", program))
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as ended:
        reproduce.main()
    signal.signal(signal.SIGINT, before)
    assert (capsys.readouterr().out, ended.value.code) == (shown, status)
