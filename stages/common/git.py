"""Ask Git, where there is one."""

from __future__ import annotations

import subprocess
from contextlib import suppress


def git(*arguments: str) -> bytes:
    """Return what a command of Git prints; nothing if it fails, or there is no Git."""
    with suppress(OSError, ValueError, subprocess.CalledProcessError):
        command = ["git", *arguments]
        return subprocess.check_output(command, stderr=subprocess.DEVNULL)  # noqa: S603
    return b""
