"""What reading the parameters of any experiment takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.common.errors import ParamError, StageError
from stages.common.yaml_file import line_of

if TYPE_CHECKING:
    from pathlib import Path


def error_at(path: Path, *keys: str | int, message: str) -> StageError:
    """Return an error that names the file, the line, and the key that these `keys` lead to."""
    return StageError(f"{path}, line {line_of(path, keys)}: {ParamError(*keys, message=message)}")
