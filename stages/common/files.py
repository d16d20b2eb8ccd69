"""Read and write files of bytes, JSON and CSV, each whole or not at all; their sums; and Git."""

import csv
import hashlib
import io
import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from stages.common.errors import StageError


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` beside `path` and move it into place; if that fails, `path` is as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path: Path, value: object, *, indent: int | None = None) -> None:
    """Write a value as JSON."""
    text = json.dumps(value, indent=indent, allow_nan=False)
    write_bytes(path, f"{text}\n".encode())


def read_json(path: Path) -> Any:
    """Read a value from JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise damaged(path, error) from None


def to_csv(lines: Iterable[Sequence[Any]]) -> bytes:
    r"""Return lines of cells as CSV, the header first.

    Examples
    --------
    >>> to_csv([("label", "name"), (0, "oak, red")])
    b'label,name\n0,"oak, red"\n'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def write_csv(path: Path, lines: Iterable[Sequence[Any]]) -> None:
    """Write lines of cells as CSV, the header first."""
    write_bytes(path, to_csv(lines))


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read the lines of a CSV, each a mapping of the header's names to its cells."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def damaged(path: Path, error: Exception) -> StageError:
    """Return the error of a built file that is damaged."""
    return StageError(f"{path} is damaged ({error}). Delete it and run `make repro` again.")


def sha256(data: bytes) -> str:
    """Return the sum of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def md5(data: bytes) -> str:
    """Return the sum by which DVC knows a file, in hexadecimal."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def format_sums(sums: Mapping[str, str]) -> str:
    r"""Return a line for each file, given the sums by their names: sum, two spaces, name; sorted.

    Examples
    --------
    >>> format_sums({"b": sha256(b""), "a": sha256(b"")})[60:70]
    'b855  a\ne3'
    """
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def sum_of_files(sums: Mapping[str, str]) -> str:
    """Return the sum of several files: that of the list which ``sha256sum`` prints of them."""
    return sha256(format_sums(sums).encode())


def with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return `files` and their ``SHA256SUMS``, last: once it is written, what it lists is there."""
    sums = {name: sha256(data) for name, data in files.items()}
    return {**files, "SHA256SUMS": format_sums(sums).encode()}


def git(*arguments: str) -> bytes:
    """Return what a command of Git prints; nothing if it fails, or there is no Git."""
    with suppress(OSError, ValueError, subprocess.CalledProcessError):
        command = ["git", *arguments]
        return subprocess.check_output(command, stderr=subprocess.DEVNULL)  # noqa: S603
    return b""
