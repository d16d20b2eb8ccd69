"""Put right what a killed run, a full disk or a bad merge left behind, so that DVC can go on.

DVC notices most of it by itself. It does not get past a broken ``dvc.lock`` or a broken lock file
of its own, believes that a cached file is what its name says, and does not look at a file again
whose size and time have not changed. A stage whose DVC was killed goes on and may still write.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from dvc.utils.serialize import ParseError, load_yaml
from voluptuous import Invalid

from stages import shell
from stages.shell import StageError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = Path("dvc.lock")
CACHE = Path(".dvc/cache/files/md5")
RWLOCK = Path(".dvc/tmp/rwlock")


def md5(path: Path) -> str:
    """Give the sum by which DVC knows a file."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def end_orphans() -> None:
    """End the stages of this folder whose ``dvc`` is gone.

    Raises
    ------
    StageError
        If a stage runs whose ``dvc`` is there: putting right would put wrong what it does.
    """
    orphans = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            environment = process.environ()
            if process.pid == os.getpid() or environment.get("DVC_ROOT") != str(Path.cwd()):
                continue
            words = [word for parent in process.parents() for word in parent.cmdline()[:3]]
            if any(Path(word).name == "dvc" for word in words):
                raise StageError(
                    f"dvc is building {environment['DVC_STAGE']} here (process {process.pid}): "
                    "wait until it is done"
                )
            orphans.append(process)
            process.kill()
            print(f"ended {environment['DVC_STAGE']}, which a killed dvc had left running")
    psutil.wait_procs(orphans)


def remove(path: Path, why: str) -> None:
    """Remove a file and say so."""
    path.unlink()
    print(f"removed {path}: {why}; it is made again")


def read_lock() -> dict[str, Any]:
    """Read the stages of ``dvc.lock``, or remove it if DVC could not: it is then made anew."""
    try:
        lock = COMPILED_LOCKFILE_SCHEMA(load_yaml(str(LOCK)))
    except FileNotFoundError:
        return {}
    except (ParseError, Invalid):
        remove(LOCK, "not readable (a killed run or a merge)")
        return {}
    return dict(lock.get("stages", {}))


def outputs(stage: dict[str, Any]) -> list[tuple[Path, str]]:
    """Give path and sum of what a stage made."""
    return [(Path(out["path"]), out["md5"]) for out in stage.get("outs", [])]


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


def main() -> None:
    """Put the repository in this folder right, so that ``dvc repro`` can go on."""
    end_orphans()
    if RWLOCK.is_file():
        try:
            json.loads(RWLOCK.read_bytes())
        except ValueError:
            remove(RWLOCK, "not readable (a killed run)")
    for cached in CACHE.glob("??/*"):
        if md5(cached) != f"{cached.parent.name}{cached.name.removesuffix('.dir')}":
            remove(cached, "not what its name says (a damaged disk or a killed run)")
    for stage in read_lock().values():
        for output, expected in outputs(stage):
            for path, right in files_of(output, expected):
                if path.is_file() and md5(path) != right:
                    remove(path, "not what dvc.lock says")
    for folder in ("build", "datasets", "metrics"):
        for path in list(Path(folder).rglob(".*.part")):
            remove(path, "only half written")


if __name__ == "__main__":
    shell.run(main)
