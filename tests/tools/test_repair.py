"""The repair removes what is in doubt, nothing else, and nothing while a dvc is at work."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dvc.fs import localfs
from dvc.lock import make_lock
from dvc.rwlock import rwlock

from stages.common.errors import StageError
from stages.common.files import format_sums, md5, sha256
from tools import leftovers, repair

LOCKS = ["dvc.lock", "report/dvc.lock", *(f"{folder}/dvc.lock" for folder in repair.RESULTS)]
CONFLICT = "<<<<<<< HEAD\nschema: '2.0'\n=======\nschema: '2.0'\n>>>>>>> other\n"
MERGED = "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    cmd: y\n    outs: []\n"
AT_WORK = "dvc is at work here"

# What a lock records.
OUTPUTS = {
    "datasets/mine/SHA256SUMS": format_sums(
        {name: sha256(b"{}") for name in ("test.pkl", "val.pkl")}
    ),
    "datasets/mine/test.pkl": "{}",
    "metrics/mine.json": "{}",
    "notes/mine.txt": "written by hand",
    "datasets/../../outside.txt": "of somebody else",
    **{f"{folder}/result.json": "{}" for folder in repair.RESULTS},
}
PIXELS = "build/mine/sample/images.npy"
LIST = json.dumps([{"md5": md5(b"pixels"), "relpath": "images.npy"}])
OBJECT, OBJECT_OF_LIST = (
    f".dvc/cache/files/md5/{md5(data)[:2]}/{md5(data)[2:]}" for data in (b"pixels", LIST.encode())
)
RUN = f".dvc/cache/runs/50/{'5' * 64}"
FILES = {
    **OUTPUTS,
    "dvc.yaml": "",
    "params.yaml": "datasets: {mine: {}}\nsources: {leaves: {}}\ntexts: {}\n",
    PIXELS: "pixels",
    OBJECT: "pixels",
    f"{OBJECT_OF_LIST}.dir": LIST,
    f"{RUN}/{'6' * 64}": "cmd: x\n",
    "datasets/mine/val.pkl": "{}",
}


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
    for name, text in FILES.items():
        write(name, text)
    for lock in LOCKS:
        outs = [{"path": "build/mine/sample", "md5": f"{md5(LIST.encode())}.dir", "size": 6}]
        for name, text in OUTPUTS.items():
            outs.append({"path": name, "md5": md5(text.encode()), "size": len(text)})
        stages = {"serialize@mine": {"cmd": "x", "outs": outs}}
        write(lock, yaml.safe_dump({"schema": "2.0", "stages": stages}, sort_keys=False))
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


def touch(name: str) -> None:
    Path(name).touch()


@pytest.mark.parametrize(
    ("damage", "name", "removed", "why"),
    [
        (touch, "dvc.yaml", "", ""),
        (flip, "metrics/mine.json", "metrics/mine.json", "not what dvc.lock says"),
        (flip, "datasets/mine/test.pkl", "datasets/mine/test.pkl", "not what dvc.lock says"),
        (flip, "datasets/mine/SHA256SUMS", "datasets/mine/SHA256SUMS", "not what dvc.lock says"),
        (flip, "datasets/mine/val.pkl", "datasets/mine/SHA256SUMS", "val.pkl is missing or not"),
        (os.remove, "datasets/mine/val.pkl", "datasets/mine/SHA256SUMS", "val.pkl is missing"),
        (flip, PIXELS, PIXELS, "not what dvc.lock says"),
        (flip, OBJECT, OBJECT, "not what its name says"),
        (flip, f"{OBJECT_OF_LIST}.dir", f"{OBJECT_OF_LIST}.dir", "not what its name says"),
        (os.remove, f"{RUN}/{'6' * 64}", RUN, "no record of a run"),
        (touch, f"{RUN}/half.tmp", RUN, "no record of a run"),
        (touch, "datasets/mine/.val.pkl.part", "datasets/mine/.val.pkl.part", "only half written"),
        (touch, "build/mine/sample/.a.part", "build/mine/sample/.a.part", "only half written"),
        # DVC notices what is missing. The others are their author's, or take PyTorch.
        (os.remove, "metrics/mine.json", "", ""),
        (os.remove, "dvc.lock", "", ""),
        (flip, "notes/mine.txt", "", ""),
        (flip, "../outside.txt", "", ""),
        *((flip, f"{folder}/result.json", "", "") for folder in repair.RESULTS),
    ],
)
def test_only_what_is_in_doubt_is_removed(
    damage: object, name: str, removed: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(damage)
    damage(name)
    before = contents()
    repair.main()
    printed = capsys.readouterr().out
    assert printed.startswith(f"removed {removed}: {why}" if removed else "")
    assert printed.count("\n") == bool(removed)
    stays = {n for n in before if not removed or not f"{n}/".startswith(f"{removed}/")}
    assert contents() == {n: before[n] for n in stays}
    repair.main()
    assert capsys.readouterr().out == ""


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
    # If it is broken there too, DVC writes another.
    Path(lock).write_text(text)
    git("commit", "--quiet", "--all", "--message", "A bad merge")
    repair.main()
    assert contents() == {n: data for n, data in before.items() if n != lock}


def test_no_part_of_a_lock_is_taken_for_another() -> None:
    whole = Path("dvc.lock").read_bytes()
    outputs = repair.read_outputs(whole)
    assert outputs is not None
    assert Path("datasets/mine/test.pkl") in outputs
    for size in range(len(whole)):
        part = repair.read_outputs(whole[:size])
        assert part is None or part.items() <= outputs.items()


def test_nothing_is_touched_while_a_dvc_is_at_work() -> None:
    flip("metrics/mine.json")
    before = contents()
    with make_lock(".dvc/tmp/lock"), pytest.raises(StageError, match=AT_WORK):
        repair.main()
    # Within a stage, DVC holds no lock.
    with (
        rwlock(str(Path(".dvc/tmp").absolute()), localfs, "dvc repro", [], ["build"], False),
        pytest.raises(StageError, match=rf"{AT_WORK} \(process {os.getpid()}\)"),
    ):
        repair.main()
    assert contents() == before


@pytest.mark.parametrize("text", ["", "{", "null", '{"write": {"a": {"pid": PID, "cmd": "x"}}}'])
def test_a_stale_list_of_files_in_use_is_removed(text: str) -> None:
    users = Path(".dvc/tmp/rwlock")
    users.write_text(text.replace("PID", str(os.getpid())))
    # This process has the number of one that is gone: it began after the list was written.
    os.utime(users, (0, 0))
    repair.main()
    assert not users.exists()


@pytest.mark.parametrize("ours", [True, False])
def test_only_stages_of_this_folder_are_ended(
    folder: Path, capsys: pytest.CaptureFixture[str], *, ours: bool
) -> None:
    variables = {"DVC_ROOT": str(folder if ours else folder.parent), "DVC_STAGE": "split@mine"}
    command = [sys.executable, "-c", "print(flush=True); import time; time.sleep(60)"]
    with subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.PIPE
    ) as stage:
        assert stage.stdout
        stage.stdout.readline()
        repair.main()
        ended = "ending split@mine, which a killed dvc had left running\n"
        assert capsys.readouterr().out == (ended if ours else "")
        assert ours or stage.poll() is None
        stage.kill()
        assert stage.wait(60) == -signal.SIGKILL


def test_a_recipe_that_may_guess_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    by_class = {name: {"rows": 10} for name in "abcde"}
    score = {"rows": 50, "by_class": by_class}
    poor = {**score, "accuracy": 0.2, "interval_95": [0.112376, 0.330372]}
    good = {**score, "accuracy": 0.5, "interval_95": [0.366451, 0.633549]}
    few = {**poor, "rows": 5}
    details = {"classroom": {"test": few, "unused": good}, "tuned": {"test": poor}}
    write("build/mine/details.json", json.dumps(details))
    leftovers.main()
    assert capsys.readouterr().out == (
        "mine: tuned may be no better than guessing: 20.0% (11.2 to 33.0) of 50 test rows are "
        "right; naming the most frequent class each time gives 20.0%\n"
    )


def test_what_is_left_of_entries_that_are_gone_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("datasets/notes/notes.md", "metrics/milestones.json", "build/sources/leaves/a"):
        write(name, "")
    leftovers.main()
    assert capsys.readouterr().out == ""
    write("datasets/mine/mine-train.zip", "")
    leftovers.main()
    assert capsys.readouterr().out.endswith("to remove):\ndatasets/mine/mine-train.zip\n")
    write("params.yaml", "datasets: {}\nsources: {}\nown: {}\ntexts: {}\n")
    write("datasets/talks/about.yaml", "")
    before = contents()
    leftovers.main()
    expected = "build/mine build/sources/leaves datasets/mine datasets/talks metrics/mine.json"
    assert capsys.readouterr().out.split()[-5:] == expected.split()
    assert contents() == before
