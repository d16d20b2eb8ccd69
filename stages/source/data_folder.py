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
    if DATA.exists():
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
        name = path.as_posix()
        is_folder = stat.S_ISDIR(_checked_mode(path))
        is_link = path.is_symlink() and path != root
        # DVC does not look into folders that are linked, so these must be in `root` themselves.
        base = root if is_folder and is_link else within
        if (is_link or path == root) and not path.resolve().is_relative_to(base.resolve()):
            raise StageError(
                f"{name}: a symbolic link that leads out of {base.as_posix()}/; put the files "
                "themselves there"
            )
        if is_folder and not is_link:
            try:
                waiting += sorted(path.iterdir(), reverse=True)
            except OSError as error:
                raise StageError(f"{name}: {error.strerror}") from None


def _checked_mode(path: Path) -> int:
    name = path.as_posix()
    unwritable = any(unicodedata.category(letter) in UNWRITABLE for letter in path.name)
    if unwritable and path.name.lower() not in PASSED_OVER:
        raise StageError(
            f"{name!a}: a name that is not UTF-8 or has a control character; rename it"
        )
    try:
        mode = path.stat().st_mode
    except OSError as error:
        leads = "a symbolic link that leads nowhere: " if path.is_symlink() else ""
        raise StageError(f"{name}: {leads}{error.strerror}") from None
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise StageError(f"{name}: a pipe, a socket or a device; remove it")
    return mode


def read_bytes(path: Path) -> bytes:
    """Read a user's file; a StageError names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise StageError(f"{path.as_posix()}: {error.strerror}") from None


def gunzip(data: bytes) -> bytes:
    """Decompress a file, or raise a ValueError if it would be larger than 1 GiB."""
    with gzip.open(io.BytesIO(data)) as file:
        unpacked = file.read(LARGEST + 1)
    if len(unpacked) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes; save it in parts (docs/large.md)")
    return unpacked
