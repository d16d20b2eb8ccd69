"""The folder ``data/`` of a user's own files: what may be in it, and how a file is read."""

from __future__ import annotations

import gzip
import io
import stat
import unicodedata
from pathlib import Path, PurePosixPath

from stages.common.errors import StageError

DATA = Path("data")
# What systems put into folders by themselves. Names that begin with a dot are passed over too.
PASSED_OVER = {"thumbs.db", "desktop.ini", "icon\r"}
# Categories of Unicode: control characters, and bytes that are not UTF-8 as Python shows them.
UNWRITABLE = ("Cc", "Cs")
# A compressed file of a few MB can claim to be far larger.
LARGEST = 2**30


def check_data_folder() -> None:
    """Raise a StageError for an entry of ``data/`` that DVC would hang on, crash on or not see.

    That is a pipe, a socket or a device; a symbolic link that leads nowhere or out of ``data/``;
    and a name that is not UTF-8 or has a control character. No file is opened.
    """
    if DATA.exists() or DATA.is_symlink():
        check_tree(DATA)


def locate(location: str) -> Path:
    """Return the path of a user's file or folder, checked as `check_data_folder` does it."""
    parts = PurePosixPath(location).parts
    if parts[:1] != ("data",) or len(parts) < 2 or ".." in parts or "\\" in location:
        raise StageError(f"{location}: expected a path below data/, as data/leaves is")
    path = Path(*parts)
    check_tree(path)
    return path


def check_tree(root: Path, within: Path = DATA) -> None:
    """Check a file, or all that is in a folder; no symbolic link may lead out of `within`."""
    waiting = [root]
    while waiting:
        path = waiting.pop()
        unwritable = any(unicodedata.category(letter) in UNWRITABLE for letter in path.name)
        if unwritable and path.name.lower() not in PASSED_OVER:
            name = ascii(path.as_posix())
            message = "a name that is not UTF-8 or has a control character; rename it"
            raise StageError(f"{name}: {message}")
        is_link = path.is_symlink()
        try:
            mode = path.stat().st_mode
        except OSError as error:
            leads = "a symbolic link that leads nowhere: " if is_link else ""
            raise file_error(path, f"{leads}{error.strerror}") from None
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            raise file_error(path, "a pipe, a socket or a device; remove it")
        is_linked = is_link and path != root
        # DVC does not look into folders that are linked, so these must be in `root` themselves.
        base = root if stat.S_ISDIR(mode) and is_linked else within
        if (is_linked or path == root) and not path.resolve().is_relative_to(base.resolve()):
            message = f"a symbolic link that leads out of {base.as_posix()}/; put the files "
            raise file_error(path, f"{message}themselves there")
        if stat.S_ISDIR(mode) and not is_linked:
            try:
                waiting += sorted(path.iterdir(), reverse=True)
            except OSError as error:
                raise file_error(path, error.strerror) from None


def file_error(path: Path, message: object) -> StageError:
    """Return an error that names a user's file or folder."""
    return StageError(f"{path.as_posix()}: {message}")


def read_bytes(path: Path) -> bytes:
    """Read a user's file, or raise a StageError that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise file_error(path, error.strerror) from None


def gunzip(data: bytes) -> bytes:
    """Decompress a file, or raise a ValueError if it would be larger than 1 GiB."""
    with gzip.open(io.BytesIO(data)) as file:
        unpacked = file.read(LARGEST + 1)
    if len(unpacked) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes; save it in parts (docs/large.md)")
    return unpacked
