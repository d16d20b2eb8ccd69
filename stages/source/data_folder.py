"""The folder ``data/`` of a user's own files: what may be in it, and how a file is read."""

from __future__ import annotations

import gzip
import io
import os
import stat
import unicodedata
from pathlib import Path, PurePosixPath

from stages.common.errors import StageError, raise_all
from stages.common.names import find_hidden, is_for_windows

DATA = Path("data")
# What systems put into folders by themselves. Names that begin with a dot are passed over too.
PASSED_OVER = {"thumbs.db", "desktop.ini", "icon\r"}
# What Git LFS leaves in place of a file that it has not brought; a pointer has about 130 bytes.
POINTER, LONGEST_POINTER = b"version https://git-lfs", 200
# A compressed file of a few MB can claim to be far larger.
LARGEST = 2**30


def check_data_folder() -> None:
    """Raise a StageError for the entries of ``data/`` that DVC would hang on, crash on or not see.

    That is a pipe, a socket or a device; a symbolic link that leads nowhere or out of ``data/``;
    and a name that is not UTF-8, has a hidden character, or can't be on every system.
    """
    if DATA.exists() or DATA.is_symlink():
        check_tree(DATA)


def locate(location: str) -> Path:
    """Return the path of a user's file or folder, checked as `check_data_folder` does it."""
    parts = PurePosixPath(location).parts
    if parts[:1] != ("data",) or len(parts) < 2 or ".." in parts or "\\" in location:
        raise StageError(f"{location}: expected a path below data/, as data/leaves is")
    path = Path(*(os.fsdecode(part.encode()) for part in parts))
    check_tree(path)
    return path


def check_tree(root: Path, within: Path = DATA) -> None:
    """Check a file, or all that is in a folder; no symbolic link may lead out of `within`."""
    wrong: list[StageError] = []
    waiting = [root]
    while waiting:
        path = waiting.pop()
        try:
            wrong += _wrong_name(path) if path != root else []
            if _check_file(path, root, within):
                listed = sorted(path.iterdir())
                wrong += _alike(listed)
                waiting += reversed(listed)
        except OSError as error:
            leads = "a symbolic link that leads nowhere: " if path.is_symlink() else ""
            wrong.append(file_error(path, f"{leads}{error.strerror}"))
        except StageError as error:
            wrong.append(error)
    raise_all(wrong)


def _wrong_name(path: Path) -> list[StageError]:
    name, shown = in_utf8(path.name), in_utf8(path.as_posix())
    if name.lower() in PASSED_OVER:
        return []
    if hidden := find_hidden(name):
        return [StageError(f"{shown!a}: its name has {hidden}; rename it")]
    if not is_for_windows(name):
        return [file_error(path, "Windows allows no file or folder of this name; rename it")]
    return []


def _alike(paths: list[Path]) -> list[StageError]:
    """Return an error for each name that some systems take for another."""
    first: dict[str, Path] = {}
    wrong = []
    for path in paths:
        name = unicodedata.normalize("NFC", in_utf8(path.name))
        other = first.setdefault(unicodedata.normalize("NFC", name.lower()), path)
        if other is not path:
            message = f"some systems take its name for that of {in_utf8(other.name)}; rename one"
            wrong.append(file_error(path, message))
    return wrong


def _check_file(path: Path, root: Path, within: Path) -> bool:
    """Return whether `path` is a folder to look into; raise an error if it is none to read."""
    status = path.stat()
    is_folder = stat.S_ISDIR(status.st_mode)
    if not (is_folder or stat.S_ISREG(status.st_mode)):
        raise file_error(path, "a pipe, a socket or a device; remove it")
    is_linked = path.is_symlink() and path != root
    # DVC does not look into folders that are linked, so these must be in `root` themselves.
    base = root if is_folder and is_linked else within
    if (is_linked or path == root) and not path.resolve().is_relative_to(base.resolve()):
        message = f"a symbolic link that leads out of {base.as_posix()}/; put the files "
        raise file_error(path, f"{message}themselves there")
    # One elsewhere in data/ may be none of what is built.
    is_small = not is_folder and status.st_size < LONGEST_POINTER
    if root != DATA and is_small and path.read_bytes().startswith(POINTER):
        raise file_error(path, "a pointer of Git LFS, not the file; run `git lfs pull`")
    return is_folder and not is_linked


def in_utf8(name: str) -> str:
    """Return a name or a path of the file system as UTF-8, whatever the locale takes it for."""
    return os.fsencode(name).decode(errors="surrogateescape")


def file_error(path: Path, message: object) -> StageError:
    """Return an error that names a user's file or folder."""
    return StageError(f"{in_utf8(path.as_posix())}: {message}")


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
