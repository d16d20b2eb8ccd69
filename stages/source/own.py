"""What the kinds of source have in common that read a user's own files.

The files lie below ``data/``, on which stage `params` depends: so a changed file is noticed. What
other kinds have to state of their data, these may leave out: it is filled in from what is found.
"""

from __future__ import annotations

import gzip
import io
from abc import abstractmethod
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, TypeVar

from pydantic import StringConstraints

from stages.common.errors import StageError
from stages.source.base import Classes, Maximum, RowsPerClass, Shape, Source

# Where a user's own files lie, in the folder of the repository.
DATA = "data"
# A compressed file of a few MB can claim to be far larger.
LARGEST = 2**30
Sum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Location = Annotated[str, StringConstraints(min_length=1)]


class Own(Source):
    """A user's own images. `read_params` fills in what is left out, so that no stage sees None."""

    image_shape: Shape | None = None  # type: ignore[assignment]
    """Height and width in pixels, and 3 for images in colour; by default as found."""
    maximum: Maximum | None = None  # type: ignore[assignment]
    """The largest value of a pixel; normalized, it is 1. By default as found."""
    rows_per_class: RowsPerClass | None = None  # type: ignore[assignment]
    """How many rows there are of each class, in label order; by default as found."""
    classes: Classes | None = None
    """The names of the classes, in label order; by default as found, in alphabetical order."""
    sha256: Sum | None = None
    """The sum of the file's bytes, or of the list of files as `sha256sum` prints it; as found."""

    @abstractmethod
    def look(self) -> dict[str, Any]:
        """Find what may be left out: a value for each of the five keys above.

        A stated `maximum` that is larger than every pixel is given as it is.

        Raises
        ------
        StageError
            If the data can't be a source; the message begins with the key and names the file.
        """


S = TypeVar("S", bound=Own)


def fill_in(source: S) -> S:
    """Give a source with all that its author left out, from what is found.

    Raises
    ------
    StageError
        If something else is found than is stated; the message begins with the key.
    """
    found = source.look()
    for key, value in found.items():
        stated = getattr(source, key)
        if stated not in (None, value):
            raise StageError(f"{key}: {stated}, but the data has {value}")
    return source.model_copy(update=found)


def locate(key: str, location: str) -> Path:
    """Give the path of a user's file or folder.

    Parameters
    ----------
    key : str
        The key of ``params.yaml``, for the message.
    location : str
        A path from the folder of the repository, with ``/`` between its parts.

    Returns
    -------
    Path
        The same; it is there, and in ``data/`` also when symbolic links are followed.

    Raises
    ------
    StageError
        If it is not.

    Examples
    --------
    >>> locate("folder", "../leaves")
    Traceback (most recent call last):
    stages.common.errors.StageError: folder: ../leaves: expected a path below data/, as data/leaves is
    """
    parts = PurePosixPath(location).parts
    if parts[:1] != (DATA,) or len(parts) < 2 or ".." in parts or "\\" in location:
        raise StageError(f"{key}: {location}: expected a path below {DATA}/, as {DATA}/leaves is")
    path = Path(*parts)
    check_inside(key, path)
    return path


def check_inside(key: str, path: Path, folder: Path = Path(DATA)) -> None:
    """Check that a symbolic link does not lead out of ``data/``: what is there, DVC does not see.

    Parameters
    ----------
    key : str
        The key of ``params.yaml``, for the message.
    path : Path
        The file or folder to check.
    folder : Path
        What it must be in, where that is not yet in ``data/``.

    Raises
    ------
    StageError
        If it does, or leads nowhere.
    """
    try:
        path.stat()
    # ValueError: no path holds the character NUL.
    except (OSError, ValueError) as error:
        raise StageError(f"{key}: {path.as_posix()}: {_reason(error)}") from None
    if not path.resolve().is_relative_to(folder.resolve()):
        raise StageError(
            f"{key}: {path.as_posix()}: a symbolic link that leads out of {folder.as_posix()}/; "
            "put the files themselves there"
        )


def read_bytes(key: str, path: Path) -> bytes:
    """Read a user's file.

    Raises
    ------
    StageError
        If it can't be read; the message begins with the key and names the file.
    """
    if not path.is_file():
        raise StageError(f"{key}: {path.as_posix()}: not a file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise StageError(f"{key}: {path.as_posix()}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """Say why a path can't be used, without the path."""
    return str(getattr(error, "strerror", None) or error)


def gunzip(data: bytes) -> bytes:
    """Decompress a file, unless it is one that is far larger than it seems.

    Raises
    ------
    ValueError
        If it would be larger than 1 GiB.
    """
    with gzip.open(io.BytesIO(data)) as file:
        found = file.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes; save it in parts (docs/large.md)")
    return found
