"""The repair removes what is in doubt, nothing else, and nothing while a dvc is at work."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
import zc.lockfile
from dvc.fs import localfs
from dvc.lock import make_lock
from dvc.rwlock import rwlock

from stages.common.errors import StageError
from tools import leftovers, repair

LOCKS = ["dvc.lock", "report/dvc.lock", *(f"{folder}/dvc.lock" for folder in repair.RESULTS)]
AT_WORK = "dvc is at work here"
SUMS = "".join(
    f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in ("train.pkl", "val.pkl")
)
LIST = json.dumps(
    [{"md5": hashlib.md5(b"pixels", usedforsecurity=False).hexdigest(), "relpath": "images.npy"}]
)
# What was built, and whether a lock records it.
FILES = {
    "dvc.yaml": ("", False),
    "params.yaml": ("datasets: {mine: {}}\nsources: {leaves: {}}\ntexts: {}\n", False),
    "build/mine/sample/images.npy": ("pixels", False),
    "datasets/mine/val.pkl": ("val.pkl", False),
    "datasets/mine/SHA256SUMS": (SUMS, True),
    "datasets/mine/train.pkl": ("train.pkl", True),
    "metrics/mine.json": ("{}", True),
    "notes/mine.txt": ("written by hand", True),
    "datasets/../../outside.txt": ("of somebody else", True),
}


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def cached(text: str, suffix: str = "") -> str:
    return f".dvc/cache/files/md5/{md5(text)[:2]}/{md5(text)[2:]}{suffix}"


RUN = f".dvc/cache/runs/50/{'5' * 64}/{'6' * 64}"
FOLDER = {"path": "build/mine/sample", "md5": f"{md5(LIST)}.dir", "size": 6, "nfiles": 1}


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=A Teacher", "-c", "user.email=teacher@example.org")
    subprocess.run(["git", *identity, *arguments], check=True, timeout=60)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, in which a small pipeline was built and committed."""
    clone = tmp_path / "small"
    (clone / ".dvc/tmp").mkdir(parents=True)
    monkeypatch.chdir(clone)
    outs = [FOLDER]
    for name, (text, recorded) in FILES.items():
        write(name, text)
        if recorded:
            outs.append({"path": name, "md5": md5(text), "size": len(text)})
    for lock in LOCKS:
        stages = {"serialize@mine": {"cmd": "x", "outs": outs}}
        write(lock, yaml.safe_dump({"schema": "2.0", "stages": stages}, sort_keys=False))
        result = Path(lock).with_name("result.json").as_posix()
        outs = [{"path": result, "md5": md5("[]"), "size": 2}]
        write(result, "[]")
    write(cached("pixels"), "pixels")
    write(cached(LIST, ".dir"), LIST)
    write(RUN, "cmd: x\n")
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "A state")
    return clone


def contents() -> dict[str, bytes]:
    files = [path for path in Path().rglob("*") if path.is_file() and path.parts[0] != ".git"]
    return {str(path): path.read_bytes() for path in files if path.parts[:2] != (".dvc", "tmp")}


def flip(name: str) -> None:
    """Flip a bit as a bad disk does: no size or time tells."""
    path, before = Path(name), Path(name).stat()
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    ("damage", "name", "removed"),
    [
        (None, None, None),
        (flip, "metrics/mine.json", "metrics/mine.json: not what dvc.lock says"),
        (flip, "datasets/mine/train.pkl", "datasets/mine/train.pkl: not what dvc.lock says"),
        (flip, "datasets/mine/SHA256SUMS", "datasets/mine/SHA256SUMS: not what dvc.lock says"),
        (flip, "datasets/mine/val.pkl", "datasets/mine/SHA256SUMS: val.pkl is missing or not what"),
        (os.remove, "datasets/mine/val.pkl", "datasets/mine/SHA256SUMS: val.pkl is missing or"),
        (flip, "build/mine/sample/images.npy", "build/mine/sample/images.npy: not what dvc.lock"),
        (flip, cached("pixels"), f"{cached('pixels')}: not what its name says"),
        (flip, cached(LIST, ".dir"), f"{cached(LIST, '.dir')}: not what its name says"),
        (os.remove, RUN, f"{RUN[:-65]}: no record of a run"),
        (Path.touch, Path(RUN).with_name("x.tmp"), f"{RUN[:-65]}: no record of a run"),
        (Path.touch, Path("datasets/mine/.val.pkl.part"), "datasets/mine/.val.pkl.part: only half"),
        (Path.touch, Path("build/mine/sample/.a.part"), "build/mine/sample/.a.part: only half"),
        # Missing is what DVC notices; the others are their author's, or can't be built everywhere.
        (os.remove, "metrics/mine.json", None),
        (os.remove, "dvc.lock", None),
        (flip, "notes/mine.txt", None),
        (flip, "../outside.txt", None),
        *((flip, f"{folder}/result.json", None) for folder in repair.RESULTS),
    ],
)
def test_only_what_is_in_doubt_is_removed(
    damage: object, name: object, removed: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if callable(damage):
        damage(name)
    before = contents()
    repair.main()
    printed = capsys.readouterr().out
    assert printed.startswith(f"removed {removed}" if removed else "")
    assert printed.count("\n") == (1 if removed else 0)
    path = (removed or "nothing").partition(":")[0]
    assert contents() == {
        n: data for n, data in before.items() if not f"{n}/".startswith(f"{path}/")
    }
    repair.main()
    assert capsys.readouterr().out == ""


MERGED = "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    cmd: y\n    outs: []\n"
CONFLICT = "<<<<<<< HEAD\nschema: '2.0'\n=======\nschema: '2.0'\n>>>>>>> other\n"


@pytest.mark.parametrize(
    ("lock", "text"),
    [
        *(("dvc.lock", text) for text in ("", "x: 2026-99-99\n", "schema: '2.0'\n", MERGED)),
        *((lock, CONFLICT) for lock in LOCKS),
    ],
)
def test_a_broken_lock_is_put_back_as_git_has_it(lock: str, text: str) -> None:
    before = contents()
    Path(lock).write_text(text)
    repair.main()
    assert contents() == before


@pytest.mark.parametrize("how", ["git add --all", "git rm --cached --quiet dvc.lock"])
def test_a_lock_that_git_does_not_have_either_is_removed(how: str) -> None:
    before = contents()
    Path("dvc.lock").write_text(CONFLICT)
    git(*how.split()[1:])
    git("commit", "--quiet", "--message", "Another")
    repair.main()
    del before["dvc.lock"]
    assert contents() == before


def test_no_part_of_a_lock_is_taken_for_another() -> None:
    whole = Path("dvc.lock").read_bytes()
    outputs = repair.read_outputs(whole)
    assert outputs is not None
    assert Path("datasets/mine/train.pkl") in outputs
    for size in range(len(whole)):
        some = repair.read_outputs(whole[:size])
        assert some is None or some.items() <= outputs.items()


# --- Who is running -----------------------------------------------------------------------------


def test_nothing_is_touched_while_a_dvc_has_its_lock() -> None:
    flip("metrics/mine.json")
    before = contents()
    with make_lock(".dvc/tmp/lock"), pytest.raises(StageError, match=AT_WORK):
        repair.main()
    with (
        rwlock(str(Path(".dvc/tmp").absolute()), localfs, "dvc repro", [], ["build"], False),
        pytest.raises(StageError, match=rf"{AT_WORK} \(process {os.getpid()}\)"),
    ):
        repair.main()
    assert contents() == before
    repair.main()
    assert contents() != before


def test_no_dvc_can_start_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: object) -> None:
        with pytest.raises(zc.lockfile.LockError):
            zc.lockfile.LockFile(".dvc/tmp/lock")
        raise StageError("and dvc did not")

    monkeypatch.setattr(repair, "repair_files", start)
    with pytest.raises(StageError, match="and dvc did not"):
        repair.main()
    make_lock(".dvc/tmp/lock").lock()


@pytest.mark.parametrize(
    "text", ["", "{", "null", '{"write": {"build": {"pid": PID, "cmd": "x"}}}']
)
def test_a_stale_list_of_files_in_use_is_removed(text: str) -> None:
    users = Path(".dvc/tmp/rwlock")
    users.write_text(text.replace("PID", str(os.getpid())))
    # This process has the number of one that is gone: it began after the list was written.
    os.utime(users, (0, 0))
    repair.main()
    assert not users.exists()


@pytest.mark.parametrize("ours", [True, False], ids=["this folder", "another folder"])
def test_only_stages_of_this_folder_are_ended(
    folder: Path, capsys: pytest.CaptureFixture[str], *, ours: bool
) -> None:
    variables = {"DVC_ROOT": str(folder if ours else folder.parent), "DVC_STAGE": "split@mine"}
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); import time; time.sleep(60)"],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
    ) as stage:
        assert stage.stdout
        stage.stdout.readline()
        repair.main()
        said = "ending split@mine, which a killed dvc had left running\n"
        assert capsys.readouterr().out == (said if ours else "")
        assert ours or stage.poll() is None
        stage.kill()
        assert stage.wait(60) == -signal.SIGKILL


# --- Git, and what is left ----------------------------------------------------------------------


def test_dvc_does_without_git_until_there_is_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Path(".dvc/config.local")
    shutil.rmtree(".git")
    Path("dvc.lock").write_text(CONFLICT)
    repair.main()
    assert "no_scm = true" in config.read_text()
    assert capsys.readouterr().out.startswith("no Git here: DVC does without")
    assert not Path("dvc.lock").exists()
    # Another repository counts, unless it ignores this folder.
    git("init", "--quiet", str(folder.parent))
    for ignored in ("", "small/"):
        write("../.gitignore", ignored)
        repair.main()
        assert ("no_scm" in config.read_text()) == bool(ignored)
    repair.main()


def test_what_is_left_of_entries_that_are_gone_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("datasets/notes/about.yaml", "")
    write("metrics/milestones.json", "{}")
    write("build/sources/leaves/images.npy", "")
    write("build/checked", "")
    leftovers.main()
    assert capsys.readouterr().out == ""
    write("params.yaml", "datasets: {}\nsources: {}\nown: {}\ntexts: {}\n")
    write("datasets/talks/train.jsonl", "")
    before = contents()
    leftovers.main()
    assert capsys.readouterr().out.splitlines()[1:] == [
        "build/mine",
        "build/sources/leaves",
        "datasets/mine",
        "datasets/talks",
        "metrics/mine.json",
    ]
    assert contents() == before
