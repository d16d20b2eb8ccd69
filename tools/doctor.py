"""Check ``params.yaml``, and repair the state that a killed run, a full disk or a bad merge leaves.

DVC notices most damage by itself. It does not recover from a broken ``dvc.lock`` or a stale list of
files in use. It trusts a cached file to be what its name says. It does not look again at a file
whose size and time have not changed. It does not track the files that only some datasets have,
which ``SHA256SUMS`` lists. And a stage goes on when its DVC is killed. A cache outside the clone is
not checked; files built from it are.
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import psutil

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import write_json
from stages.common.sums import from_text, md5, sha256
from tools import dvc_api
from tools.dvc_api import (
    CACHE,
    CURVES_LOCK,
    FILE_LOCKS,
    LOCK,
    MILESTONES_LOCK,
    NEURAL_LOCK,
    REPORT_LOCK,
    RUNS,
    BrokenLockError,
)

# Where the pipeline writes: an output elsewhere is the user's own.
FOLDERS = ("build", "datasets", "metrics", "report")
HALF_WRITTEN = (
    "build/**/.*.part",
    "datasets/.*.part",
    "datasets/*/.*.part",
    "metrics/**/.*.part",
    "report/.*.part",
)
# Size and time of each file that was right at the last check.
CHECKED = Path(".dvc", "tmp", "checked.json")
SUMS = "SHA256SUMS"
LOCKS = (LOCK, REPORT_LOCK, CURVES_LOCK, NEURAL_LOCK, MILESTONES_LOCK)
PARAMS = Path("params.yaml")
PARAMS_BUILT = Path("build", "params")
ABOUT = "about.yaml"
CURVES = Path("curves", "params.yaml")
NEURAL = Path("neural", "params.yaml")
# How long a killed process may take to end: it may wait for a slow disk.
SECONDS_TO_END = 30


def stamp(path: Path) -> list[int]:
    """Give size and time of a file: what changes when something writes to it."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def read_checked() -> dict[str, Any]:
    """Give the stamps that the last check wrote down."""
    try:
        return dict(json.loads(CHECKED.read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def remove(path: Path, why: str) -> None:
    """Remove a file, or an empty folder, and say so."""
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink()
    print(f"removed {path}: {why}; it is made again")


def end_orphans() -> None:
    """End the stages that a killed ``dvc`` of this folder left running.

    Raises
    ------
    StageError
        If a stage does not end.
    """
    for process in dvc_api.running_stages():
        with contextlib.suppress(psutil.NoSuchProcess):
            name = process.environ()["DVC_STAGE"]
            print(f"ending {name}, which a killed dvc had left running", flush=True)
            process.kill()
            # Not `process.wait`: in a container without an init process, a dead process stays.
            deadline = time.monotonic() + SECONDS_TO_END
            while process.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() > deadline:
                    raise StageError(f"{name} (process {process.pid}) does not end: end it")
                time.sleep(0.01)


def repair_lock(lock: Path, checked: dict[str, Any]) -> list[tuple[Path, str]]:
    """Give every file that a ``dvc.lock`` records, with its sum; remove it if it is broken."""
    try:
        outputs = dvc_api.outputs_of(dvc_api.read_lock(lock))
        if lock.exists() and checked.get(str(lock)) != stamp(lock):
            dvc_api.check_lock(lock)
    except BrokenLockError:
        remove(lock, "not readable (a killed run or a merge)")
        return []
    outputs = [output for output in outputs if output[0].parts[0] in FOLDERS]
    return [*outputs, *(file for output in outputs for file in dvc_api.files_of(*output))]


def check_params(checked: dict[str, Any]) -> dict[str, Any]:
    """Check params.yaml, unless it is as it was at the last check; give its stamp.

    DVC reads those of curves/ and neural/ too, and would say what is wrong in words of its own.

    Raises
    ------
    StageError
        If anything in it is wrong.
    """
    # Before reading, so that an edit meanwhile is checked the next time.
    now = {str(path): stamp(path) for path in (PARAMS, CURVES, NEURAL) if path.is_file()}
    if str(PARAMS) not in now or any(checked.get(name) != now[name] for name in now):
        # Imported here: they take 0.2 s.
        from experiments.curves.params import read_curves  # noqa: PLC0415
        from experiments.transformers.params import read_neural  # noqa: PLC0415
        from stages.check.read import read_params  # noqa: PLC0415

        read_params(PARAMS)
        if CURVES.is_file():
            read_curves(path=CURVES)
        if NEURAL.is_file():
            read_neural(NEURAL)
    return now


def fault_of(sums: Path, tracked: set[Path]) -> str | None:
    """Say which file is not as `sums` beside it lists it, and how; None if all are.

    Files that DVC tracks are passed over: it builds them again by itself.
    """
    try:
        listed = from_text(sums.read_text(encoding="utf-8"))
    except ValueError as error:
        return str(error)
    for name, expected in listed.items():
        path = sums.with_name(name)
        if path in tracked:
            continue
        if not path.is_file():
            return f"{name} is missing"
        if sha256(path.read_bytes()) != expected:
            return f"{name} is not what it lists"
    return None


def ask_for_drafts() -> None:
    """Have stage `params` run again where a dataset has no description: it writes a draft."""
    for kind in ("datasets", "texts"):
        for path in (PARAMS_BUILT / kind).glob("*.json"):
            about = Path("datasets", path.stem, ABOUT)
            if not about.exists():
                remove(path, f"{about.as_posix()} is missing")


def repair(checked: dict[str, Any]) -> dict[str, Any]:
    """Remove what is broken, so that DVC makes it again; give the stamps of what is right."""
    # No dvc is running, so the entries in its list of files in use are stale.
    if dvc_api.list_has_entries():
        remove(FILE_LOCKS, "left by a killed run")
    # DVC makes such a folder, then writes a file to it; it fails on one that is empty.
    for run in [run for run in RUNS.glob("*/*") if run.is_dir() and not any(run.iterdir())]:
        remove(run, "empty (a killed run)")
    # Of these too, but what needs PyTorch can't be made again everywhere: it stays as it is.
    files = [
        file for lock in (LOCK, REPORT_LOCK, CURVES_LOCK) for file in repair_lock(lock, checked)
    ]
    for lock in (NEURAL_LOCK, MILESTONES_LOCK):
        repair_lock(lock, checked)
    used = {expected for _, expected in files}
    for cached in CACHE.glob("??/*"):
        named = f"{cached.parent.name}{cached.name}"
        # A disk can damage a file without changing its time. So files that are used here are read
        # each time, and those of other commits when they are new or changed.
        suspect = named in used or checked.get(str(cached)) != stamp(cached)
        if suspect and md5(cached.read_bytes()) != named.removesuffix(".dir"):
            remove(cached, "not what its name says (a damaged disk or a killed run)")
    for path, expected in files:
        if path.is_file() and md5(path.read_bytes()) != expected:
            remove(path, "not what dvc.lock says")
    # Without its sums, DVC builds all files of a dataset again, those too that it doesn't track.
    tracked = {path for path, _ in files}
    for path in sorted(tracked):
        if path.name == SUMS and path.is_file() and (why := fault_of(path, tracked)):
            remove(path, why)
    ask_for_drafts()
    for pattern in HALF_WRITTEN:
        for path in list(Path().glob(pattern)):
            remove(path, "only half written")
    right = [*CACHE.glob("??/*"), *(lock for lock in LOCKS if lock.exists())]
    return {str(path): stamp(path) for path in right}


def main() -> None:
    """Check params.yaml and repair the repository in this folder, so that `dvc repro` can run."""
    checked = read_checked()
    params = check_params(checked)
    with dvc_api.alone():
        dvc_api.settle_git()
        end_orphans()
        write_json(CHECKED, {**repair(checked), **params})


if __name__ == "__main__":
    command.run(main)
