"""The results of a sweep so far: a line for each training, which a kill can't take away."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, BinaryIO

from experiments.curves.training import Score
from stages.common.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_results(path: Path) -> dict[str, Score]:
    """Read what earlier runs found.

    A run that was killed may have left a part of a line at the end. The file is then written again
    without it, so that the next line starts in a line of its own.

    Parameters
    ----------
    path : Path
        A file of lines of JSON; it need not exist.

    Returns
    -------
    dict of str to Score
        The score of each training by its key. Lines that are not as `append` writes them are
        passed over.
    """
    data = path.read_bytes() if path.exists() else b""
    whole, _, torn = data.rpartition(b"\n")
    if torn:
        write_bytes(path, whole + b"\n" if whole else b"")
    return dict(_scores(whole))


def _scores(data: bytes) -> Iterator[tuple[str, Score]]:
    for line in data.splitlines():
        with contextlib.suppress(ValueError, TypeError, KeyError):
            result = json.loads(line)
            yield str(result["key"]), Score(int(result["correct"]), int(result["rows"]))


def append(file: BinaryIO, key: str, score: Score) -> None:
    """Write a line with the score of a training, and hand it to the system at once.

    Parameters
    ----------
    file : binary file
        Open for appending.
    key : str
        What the training is known by.
    score : Score
        Its result.
    """
    line = json.dumps({"key": key, "correct": score.correct, "rows": score.rows})
    file.write(f"{line}\n".encode())
    file.flush()
