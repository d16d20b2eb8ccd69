"""Repair what a killed run, a full or damaged disk or a bad merge leaves, before ``dvc repro``.

DVC builds what is missing in seconds: what is in doubt is removed, and a broken ``dvc.lock`` is put
back as Git has it. DVC itself fails on a broken lock, trusts a file whose size and time are as they
were, and leaves its stages running when it is killed. A cache outside the clone is not checked.
"""

import json
import re
import shutil
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import psutil
import zc.lockfile
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import git, md5, sha256, write_bytes
from tinydatasets.types import listed_sums

# Where the pipeline writes: an output elsewhere is the user's own.
FOLDERS = ("build", "datasets", "metrics", "report")
# Their results take minutes, or PyTorch: these are never removed, whatever the lock there says.
RESULTS = ("experiments/curves", "experiments/transformers", "milestones")
CACHE, TMP, LOCAL_CONFIG = Path(".dvc/cache"), Path(".dvc/tmp"), Path(".dvc/config.local")


def remove(path: Path, why: str) -> None:
    """Remove a file or a folder, and say so."""
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    print(f"removed {path.as_posix()}: {why}; it is made again")


def refuse_beside_dvc() -> None:
    """Stop if a ``dvc`` runs a stage: meanwhile it holds no lock, but lists the files in use."""
    users = TMP / "rwlock"
    text = users.read_text(encoding="utf-8", errors="replace") if users.exists() else ""
    for pid in re.findall(r'"pid": (\d{1,9})\b', text):
        with suppress(psutil.NoSuchProcess):
            user = psutil.Process(int(pid))
            # One that began later only has the number of a process that is gone.
            listed = user.create_time() <= users.stat().st_mtime
            if listed and user.status() != psutil.STATUS_ZOMBIE:
                raise StageError(f"dvc is at work here (process {pid}): wait until it is done")


def end_orphans() -> None:
    """End the stages that a killed ``dvc`` left running, and what they started."""
    family, named = [psutil.Process(), *psutil.Process().parents()], set()
    # A dead process has no variables, and those of other users can't be read.
    while orphans := [
        (process, variables["DVC_STAGE"])
        for process in psutil.process_iter(["environ"])
        if (variables := process.info["environ"] or {}).get("DVC_ROOT") == str(Path.cwd())
        and "DVC_STAGE" in variables
        and process not in family
    ]:
        for process, stage in orphans:
            if stage not in named:
                print(f"ending {stage}, which a killed dvc had left running", flush=True)
            named.add(stage)
            with suppress(psutil.NoSuchProcess):
                process.kill()


def settle_git() -> None:
    """Let DVC do without Git where there is none, and with it again once there is."""
    # Nothing is listed where the folder lies in another repository, which ignores it.
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "dvc.yaml")
    here = Path(".git").exists() or listed != b""
    without = LOCAL_CONFIG.exists() and "no_scm" in LOCAL_CONFIG.read_text(encoding="utf-8")
    if here == without:
        change = ["--unset", "core.no_scm"] if here else ["core.no_scm", "true"]
        subprocess.run([sys.executable, "-m", "dvc", "config", "--local", *change], check=True)
        news = "Git is here: DVC uses it again" if here else "no Git here: DVC does without"
        print(f"{news} (core.no_scm in .dvc/config.local)")


def read_outputs(lock: bytes) -> dict[Path, str] | None:
    """Return the sum of every output that a ``dvc.lock`` records; None if it is broken."""
    try:
        # In the order in which DVC writes: a stage that was cut lacks outputs, or the size of one.
        outputs = {
            Path(output["path"]): str(output["md5"])
            for stage in YAML(typ="safe").load(lock)["stages"].values()
            for output in stage["cmd"] and stage.get("outs", ())
            if output["size"] >= 0 and ".." not in output["path"]
        }
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return outputs if lock.endswith(b"\n") else None


def repair_lock(lock: Path) -> dict[Path, str]:
    """Put a broken ``dvc.lock`` back as Git has it; return the outputs that it records."""
    outputs = read_outputs(lock.read_bytes()) if lock.exists() else {}
    if outputs is None:
        remove(lock, "not readable (a killed run or a merge)")
        committed = git("show", f"HEAD:./{lock.as_posix()}")
        if outputs := read_outputs(committed):
            write_bytes(lock, committed)
    return outputs or {}


def repair_runs() -> None:
    """Remove from DVC's run cache what is not whole."""
    for run in list(CACHE.glob("runs/*/*")):
        # DVC fails on an empty folder, and reads a file that it did not finish: its name is short.
        if {len(path.name) for path in run.iterdir()} != {64}:
            remove(run, "no record of a run (a killed run)")


def read_object(total: str) -> bytes:
    """Return an object of DVC's cache; nothing if there is none, or if it had to be removed."""
    path = CACHE / "files/md5" / total[:2] / total[2:]
    data = path.read_bytes() if path.is_file() else b""
    if path.is_file() and md5(data) != total.removesuffix(".dir"):
        remove(path, "not what its name says (a damaged disk)")
        return b""
    return data


def repair_files(outputs: dict[Path, str]) -> None:
    """Remove what is half written, or not as its lock or ``SHA256SUMS`` says."""
    for place in (*FOLDERS, *RESULTS):
        for path in list(Path(place).rglob(".*.part")):
            remove(path, "only half written")
    files = dict(outputs)
    for folder, total in outputs.items():
        # The sum of a folder is that of its list, which the cache has.
        listed = json.loads(read_object(total) or "[]") if total.endswith(".dir") else []
        files |= {folder / file["relpath"]: file["md5"] for file in listed}
    for path, total in files.items():
        # Only objects of the pipeline: those that `dvc add` made can't be built again.
        read_object(total)
        if path.is_file() and path.parts[0] in FOLDERS and md5(path.read_bytes()) != total:
            remove(path, "not what dvc.lock says")
    # Of the files that these list, DVC does not know those that only some datasets have.
    for sums in [path for path in files if path.name == "SHA256SUMS" and path.is_file()]:
        for name, total in listed_sums(sums.parent).items():
            file = sums.with_name(name)
            data = file.read_bytes() if file.is_file() else b""
            if file not in files and sha256(data) != total and sums.exists():
                remove(sums, f"{name} is missing or not what it lists")


def main() -> None:
    """Repair the repository in this folder, so that `dvc repro` can run."""
    TMP.mkdir(parents=True, exist_ok=True)
    # DVC's site cache, as the Makefile names it: DVC itself would let everybody write there.
    (TMP / "site").mkdir(mode=0o700, exist_ok=True)
    try:
        lock = zc.lockfile.SimpleLockFile(str(TMP / "lock"))
    except zc.lockfile.LockError:
        raise StageError("dvc is at work here: wait until it is done") from None
    with closing(lock):
        refuse_beside_dvc()
        settle_git()
        end_orphans()
        # As no dvc is at work, whoever is in its list of files in use is gone.
        (TMP / "rwlock").unlink(missing_ok=True)
        repair_runs()
        for folder in RESULTS:
            repair_lock(Path(folder, "dvc.lock"))
        repair_files(repair_lock(Path("dvc.lock")) | repair_lock(Path("report/dvc.lock")))


if __name__ == "__main__":
    command.run(main)
