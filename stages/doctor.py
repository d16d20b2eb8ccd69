"""Put right what a killed run, a full disk or a bad merge left behind, so that DVC can go on.

Where there is no Git, as in an archive that was unpacked, DVC is told to do without.

DVC notices most of it by itself. It does not get past a broken ``dvc.lock`` or a stale lock file
of its own, believes that a cached file is what its name says, and does not look at a file again
whose size and time have not changed. A stage whose DVC was killed goes on and may still write.
A cache outside this folder is not looked at: it may be large, and others may be using it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import zc.lockfile
from dvc.config import Config
from dvc.exceptions import DvcException
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from dvc.utils.serialize import ParseError, load_yaml
from voluptuous import Invalid

from stages import shell
from stages.shell import StageError

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ("build", "datasets", "metrics")
HALF_WRITTEN = ("build/**/.*.part", "datasets/*/.*.part", "metrics/.*.part")
LOCK = Path("dvc.lock")
CACHE = Path(".dvc/cache/files/md5")
REPOSITORY_LOCK = Path(".dvc", "tmp", "lock")
FILE_LOCKS = Path(".dvc", "tmp", "rwlock")
# How long a killed process may take to end: it may wait for a slow disk.
SECONDS_TO_END = 30
LOCAL_CONFIG = Path(".dvc", "config.local")


def md5(path: Path) -> str:
    """Give the sum by which DVC knows a file."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def is_dvc(process: psutil.Process) -> bool:
    """Tell whether a process is a ``dvc`` or a ``python -m dvc``."""
    words = process.cmdline()[:8]
    return "dvc" in [Path(word).stem for word in words[:2]] or ("-m", "dvc") in pairwise(words)


def users_of_files() -> dict[int, float]:
    """Give the process numbers in DVC's list of files in use, and when the list was written.

    Whatever program it is, such a process is at work here, unless it started after the list was
    written: then it only has the number of one that is gone.
    """
    try:
        users = json.loads(FILE_LOCKS.read_bytes())
        readers = [reader for group in users.get("read", {}).values() for reader in group]
        written = FILE_LOCKS.stat().st_mtime
        return {user["pid"]: written for user in [*users.get("write", {}).values(), *readers]}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}


def find_dvc() -> psutil.Process | None:
    """Find a living ``dvc`` of this folder.

    DVC's lock of the repository does not tell: DVC releases it while a stage runs, and takes it
    again when the stage is done. So we look at the processes themselves.
    """
    folder, users = Path.cwd(), users_of_files()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.create_time() <= users.get(process.pid, 0.0):
                return process
            if is_dvc(process) and folder in [(cwd := Path(process.cwd())), *cwd.parents]:
                return process
    return None


def refuse_beside_dvc() -> None:
    """Stop if a ``dvc`` of this folder lives.

    Raises
    ------
    StageError
        With the process that is at work.
    """
    if process := find_dvc():
        with contextlib.suppress(psutil.NoSuchProcess):
            command = " ".join(process.cmdline())
            raise StageError(
                f"dvc is at work here (process {process.pid}: {command}): wait until it is done"
            )


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Keep every ``dvc`` out of this folder: one that starts meanwhile waits for the lock.

    Raises
    ------
    StageError
        If a ``dvc`` of this folder lives; nothing was touched then.
    """
    refuse_beside_dvc()
    REPOSITORY_LOCK.parent.mkdir(exist_ok=True)
    try:
        held = zc.lockfile.SimpleLockFile(str(REPOSITORY_LOCK))
    except zc.lockfile.LockError:
        raise StageError("dvc is at work here: wait until it is done") from None
    try:
        # A dvc that took and released the lock after the first look is there now; one that
        # starts from here on waits.
        refuse_beside_dvc()
        yield
    finally:
        held.close()


def has_git() -> bool:
    """Tell whether this folder is, or lies in, a repository of Git that doesn't ignore it."""
    if Path(".git").exists():
        return True
    from dvc.scm import SCM, SCMError  # noqa: PLC0415 - takes 0.1 s, and is rarely needed

    try:
        ignored: bool = SCM(str(Path.cwd())).is_ignored(str(Path("dvc.yaml").absolute()))
    except SCMError:
        return False
    return not ignored


def settle_git() -> None:
    """Let DVC do without Git where there is none, and with it again once there is one."""
    git = has_git()
    if git and not LOCAL_CONFIG.exists():
        return
    config = Config(str(LOCAL_CONFIG.parent))
    if not git and not config["core"]["no_scm"]:
        with config.edit("local") as local:
            local["core"]["no_scm"] = True
        print("no Git here: DVC does without (core.no_scm in .dvc/config.local)")
    elif git and "no_scm" in config.load_one("local")["core"]:
        with config.edit("local") as local:
            del local["core"]["no_scm"]
        print("Git is here: DVC uses it again (removed core.no_scm from .dvc/config.local)")


def stages_running() -> list[psutil.Process]:
    """Give the processes that a ``dvc`` of this folder started as stages."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            environment, words = process.environ(), process.cmdline()
            ours = environment.get("DVC_ROOT") == str(Path.cwd()) and "DVC_STAGE" in environment
            if ours and any(word.startswith("stages.") for word in words[1:4]):
                found.append(process)
    return found


def end_orphans() -> None:
    """End the stages of this folder, of which no ``dvc`` lives.

    Raises
    ------
    StageError
        If a stage does not end.
    """
    for process in stages_running():
        with contextlib.suppress(psutil.NoSuchProcess):
            name = process.environ()["DVC_STAGE"]
            print(f"ending {name}, which a killed dvc had left running", flush=True)
            process.kill()
            # Not `process.wait`: in a container that reaps nothing, what is dead is still there.
            deadline = time.monotonic() + SECONDS_TO_END
            while process.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() > deadline:
                    raise StageError(f"{name} (process {process.pid}) does not end: end it")
                time.sleep(0.01)


def remove(path: Path, why: str) -> None:
    """Remove a file and say so."""
    path.unlink()
    print(f"removed {path}: {why}; it is made again")


def read_outputs() -> list[tuple[Path, str]]:
    """Give path and sum of all that ``dvc.lock`` says was built, or remove it if it is broken."""
    try:
        lock = COMPILED_LOCKFILE_SCHEMA(load_yaml(str(LOCK)))
        outputs = [
            (Path(out["path"]), out["md5"])
            for stage in lock.get("stages", {}).values()
            for out in stage.get("outs", [])
        ]
    except FileNotFoundError:
        return []
    except (ParseError, Invalid, KeyError, TypeError, ValueError, RecursionError):
        remove(LOCK, "not readable (a killed run or a merge)")
        return []
    return [output for output in outputs if output[0].parts[0] in FOLDERS]


def files_of(path: Path, expected: str) -> Iterator[tuple[Path, str]]:
    """Give every file of an output with the sum that it should have.

    A folder's sum is that of its list, a JSON file in the cache.
    """
    if not expected.endswith(".dir"):
        yield path, expected
        return
    listed = CACHE / expected[:2] / expected[2:]
    if listed.is_file():
        for entry in json.loads(listed.read_bytes()):
            yield path / entry["relpath"], entry["md5"]


def put_right() -> None:
    """Remove what is broken, so that DVC makes it again."""
    # No dvc lives, so what stands in its list of files in use is stale.
    if FILE_LOCKS.is_file() and FILE_LOCKS.read_bytes() != b"{}":
        remove(FILE_LOCKS, "left by a killed run")
    for cached in CACHE.glob("??/*"):
        if md5(cached) != f"{cached.parent.name}{cached.name.removesuffix('.dir')}":
            remove(cached, "not what its name says (a damaged disk or a killed run)")
    for output, expected in read_outputs():
        for path, right in files_of(output, expected):
            if path.is_file() and md5(path) != right:
                remove(path, "not what dvc.lock says")
    for pattern in HALF_WRITTEN:
        for path in list(Path().glob(pattern)):
            remove(path, "only half written")


def main() -> None:
    """Put the repository in this folder right, so that ``dvc repro`` can go on."""
    settle_git()
    with alone():
        end_orphans()
        put_right()


if __name__ == "__main__":
    shell.run(main, DvcException)
