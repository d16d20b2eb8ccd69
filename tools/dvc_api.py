"""Everything that the tools need from DVC: who is running, what was built, which stages exist.

DVC has no public functions for this. ``tests/tools/test_dvc_api.py`` tests the private ones, so
that an update of DVC that changes them is noticed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import yaml
import zc.lockfile

from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOCK = Path("dvc.lock")
# Of the pipelines in folders of their own, whose stages `dvc repro` does not run but reads.
REPORT_LOCK = Path("report", "dvc.lock")
CURVES_LOCK = Path("curves", "dvc.lock")
NEURAL_LOCK = Path("neural", "dvc.lock")
MILESTONES_LOCK = Path("milestones", "dvc.lock")
CACHE = Path(".dvc/cache/files/md5")
RUNS = Path(".dvc/cache/runs")
REPOSITORY_LOCK = Path(".dvc", "tmp", "lock")
DVC = ("dvc", "dvc.exe")
FILE_LOCKS = Path(".dvc", "tmp", "rwlock")
LOCAL_CONFIG = Path(".dvc", "config.local")


class BrokenLockError(Exception):
    """``dvc.lock`` is not readable, or DVC would not take it."""


# --- Who is running -----------------------------------------------------------------------------


def is_dvc(words: list[str]) -> bool:
    """Tell whether a command line is that of ``dvc``, as a script or as ``python -m dvc``.

    Examples
    --------
    >>> is_dvc(["/env/bin/python", "-u", "/env/bin/dvc", "repro"]), is_dvc(["vim", "dvc.yaml"])
    (True, False)
    """
    names = [Path(word).name.lower() for word in words]
    if names[:1] and names[0] in DVC:
        return True
    if not names or not names[0].startswith("python"):
        return False
    script = next((name for name in names[1:] if not name.startswith("-")), "")
    return script in DVC or ("-m", "dvc") in pairwise(words[:8])


def users_of_files() -> dict[int, float]:
    """Give the process numbers in DVC's list of files in use, and when the list was written.

    Any such process is using the folder, unless it started after the list was written: then it only
    has the number of a process that is gone.
    """
    try:
        users = json.loads(FILE_LOCKS.read_bytes())
        readers = [reader for group in users.get("read", {}).values() for reader in group]
        written = FILE_LOCKS.stat().st_mtime
        return {user["pid"]: written for user in [*users.get("write", {}).values(), *readers]}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}


def list_has_entries() -> bool:
    """Tell whether DVC's list of files in use has an entry, or is not as DVC writes it.

    A process that ends removes its entries. Without a running ``dvc``, those that are left are
    stale.
    """
    empty: list[dict[str, Any]] = [{}, {"read": {}}, {"write": {}}, {"read": {}, "write": {}}]
    try:
        return json.loads(FILE_LOCKS.read_bytes()) not in empty
    except FileNotFoundError:
        return False
    except ValueError:
        return True


def find_dvc() -> tuple[int, str] | None:
    """Find a running ``dvc`` of this folder: its process number and its command line.

    The lock of the repository does not show one: DVC releases it while a stage runs, and takes it
    again when the stage is done. So this looks at the processes themselves.
    """
    folder, users = Path.cwd(), users_of_files()
    for process in psutil.process_iter():
        # One that ends meanwhile, or that belongs to somebody else, is passed over.
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            words = process.cmdline()
            uses_files = process.create_time() <= users.get(process.pid, 0.0)
            if uses_files or (
                is_dvc(words) and folder in [(cwd := Path(process.cwd())), *cwd.parents]
            ):
                return process.pid, " ".join(words)
    return None


def refuse_beside_dvc() -> None:
    """Stop if a ``dvc`` of this folder is running.

    Raises
    ------
    StageError
        With the process that is at work.
    """
    if found := find_dvc():
        pid, line = found
        raise StageError(f"dvc is at work here (process {pid}: {line}): wait until it is done")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Keep every ``dvc`` out of this folder.

    One that starts meanwhile waits 3 s for the lock, and then stops with an error.

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
        # Look again: a dvc may have started and released the lock since. From here on, one that
        # starts waits.
        refuse_beside_dvc()
        yield
    finally:
        held.close()


def running_stages() -> list[psutil.Process]:
    """Give the processes that a ``dvc`` of this folder started as stages."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            environment, words = process.environ(), process.cmdline()
            ours = environment.get("DVC_ROOT") == str(Path.cwd()) and "DVC_STAGE" in environment
            if ours and any(word.startswith("stages.") for word in words[1:4]):
                found.append(process)
    return found


# --- Git ----------------------------------------------------------------------------------------


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
    from dvc.config import Config  # noqa: PLC0415

    config = Config(str(LOCAL_CONFIG.parent))
    if not git and not config["core"]["no_scm"]:
        with config.edit("local") as local:
            local["core"]["no_scm"] = True
        print("no Git here: DVC does without (core.no_scm in .dvc/config.local)")
    elif git and "no_scm" in config.load_one("local")["core"]:
        with config.edit("local") as local:
            del local["core"]["no_scm"]
        print("Git is here: DVC uses it again (removed core.no_scm from .dvc/config.local)")


# --- What was built -----------------------------------------------------------------------------


def check_lock(lock: Path = LOCK) -> None:
    """Check that DVC takes a ``dvc.lock``: its own schema, which takes half a second to import.

    Raises
    ------
    BrokenLockError
        If it does not.
    """
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA  # noqa: PLC0415 - see above
    from dvc.utils.serialize import ParseError, load_yaml  # noqa: PLC0415
    from voluptuous import Invalid  # noqa: PLC0415

    try:
        COMPILED_LOCKFILE_SCHEMA(load_yaml(str(lock)))
    except (ParseError, Invalid, TypeError, ValueError, RecursionError) as error:
        raise BrokenLockError(str(error)) from None


def read_lock(lock: Path = LOCK) -> dict[str, Any]:
    """Give the stages of a ``dvc.lock`` as it records them.

    Raises
    ------
    BrokenLockError
        If the file is not readable.
    """
    try:
        # libyaml reads it ten times as fast, where PyYAML was built with it.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        recorded = yaml.load(lock.read_text(encoding="utf-8"), loader)  # noqa: S506 - safe ones
        return dict(recorded["stages"])
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BrokenLockError(str(error)) from None


def outputs_of(stages: dict[str, Any]) -> list[tuple[Path, str]]:
    """Give path and sum of every output that ``dvc.lock`` records.

    Raises
    ------
    BrokenLockError
        If an output has no path or no sum, because the file was cut, or lies outside the clone.
    """
    try:
        outputs = [
            (Path(out["path"]), str(out["md5"]))
            for stage in stages.values()
            for out in stage.get("outs", [])
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise BrokenLockError(str(error)) from None
    for path, _ in outputs:
        if path.is_absolute() or not path.parts or ".." in path.parts:
            raise BrokenLockError(f"an output outside of the clone: {path}")
    return outputs


def files_of(path: Path, md5: str) -> Iterator[tuple[Path, str]]:
    """Give every file of an output with the sum that it should have.

    A folder's sum is that of its list, a JSON file in the cache.
    """
    if not md5.endswith(".dir"):
        yield path, md5
        return
    listed = CACHE / md5[:2] / md5[2:]
    data = listed.read_bytes() if listed.is_file() else b""
    # A damaged list could name anything.
    if hashlib.md5(data, usedforsecurity=False).hexdigest() == md5.removesuffix(".dir"):
        for entry in json.loads(data):
            yield path / entry["relpath"], entry["md5"]


# --- Which stages exist -------------------------------------------------------------------------


def stages_of_pipeline(lock: Path = LOCK) -> set[str]:
    """Give the names of all stages of the ``dvc.yaml`` of a lock, each of a `foreach` too."""
    from dvc.repo import Repo  # noqa: PLC0415 - takes a second to import

    with Repo() as repo:
        pipeline = lock.with_suffix(".yaml").as_posix()
        return {s.name for s in repo.index.stages if s.path_in_repo == pipeline}


def forget(stages: Iterable[str], lock: Path = LOCK) -> None:
    """Remove the records of some stages from a ``dvc.lock``."""
    from dvc.utils.serialize import modify_yaml  # noqa: PLC0415

    with modify_yaml(str(lock)) as records:
        for name in stages:
            del records["stages"][name]
