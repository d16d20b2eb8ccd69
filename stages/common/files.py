"""Read and write files of bytes, JSON and CSV, each whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


# Windows allows no file or folder of these names, with any suffix.
WINDOWS_DEVICES = {"aux", "con", "nul", "prn"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)
}


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
    """Say that a built file is damaged, and what to do."""
    return StageError(f"{path} is damaged ({error}). Delete it and run `dvc repro` again.")
