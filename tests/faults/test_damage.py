"""Damage what is there: the way back is ``make repro``, and nothing wrong is taken for right."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tinydatasets
from tests.pipeline.test_released import RELEASED, released
from tests.pipeline.test_subsets import ZEROS_AND_ONES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Repository

DIGITS = {name: sums for name, sums in RELEASED.items() if "/tinydigits" in name}


def put_right(repository: Repository) -> str:
    """Do what ``make repro`` does once .venv is there, and check that all is as released."""
    printed = repository.run(sys.executable, "-m", "tools.doctor")
    printed += repository.run("dvc", "repro")
    assert released(repository) == DIGITS
    assert repository.changes() == ""
    assert "up to date" in repository.run("dvc", "status")
    return printed


def flip(path: Path) -> None:
    """Flip a bit in the middle as a bad disk does: no size, time or mode tells."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(before.st_mode)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def cut(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("datasets/tinydigits/train.pkl", flip),
        ("datasets/tinydigits/train.pkl", cut),
        ("metrics/tinydigits.json", flip),
        ("build/sources/digits/images.npy", flip),
        ("build/tinydigits/split.json", cut),
        ("build/tinydigits-150/arrays/unused/images.npy", flip),
        ("build/tinydigits-150/models/tuned.safetensors", flip),
    ],
)
def test_a_damaged_file_is_found_and_made_again(
    digits: Repository, name: str, damage: Callable[[Path], None]
) -> None:
    damage(digits.folder / name)
    assert f"removed {name}: not what dvc.lock says" in put_right(digits)


def test_a_damaged_text_is_found_and_made_again(built: Repository) -> None:
    path = built.folder / "datasets/tinytalks/test.txt"
    flip(path)
    built.run(sys.executable, "-m", "tools.doctor")
    assert not path.exists()
    built.run("dvc", "repro", "serialize_text@tinytalks")
    assert built.changes() == ""


def test_a_pickle_cut_short_is_not_loaded(digits: Repository) -> None:
    path = digits.folder / "datasets/tinydigits/train.pkl"
    cut(path)
    with pytest.raises(tinydatasets.FormatError):
        tinydatasets.read_split(path)


def test_damaged_cache_objects_are_not_trusted(digits: Repository) -> None:
    cached = [
        path
        for path in (digits.folder / ".dvc/cache/files/md5").glob("??/*")
        if path.stat().st_size > 100
    ]
    for path in cached:
        flip(path)
    subprocess.run(["rm", "-rf", "build"], cwd=digits.folder, check=True)
    assert put_right(digits).count("not what its name says") == len(cached)


CUT = "schema: '2.0'\nstages:\n  params:\n    cmd: py"
CONFLICT = "<<<<<<< HEAD\nschema: '2.0'\n=======\nschema: '2.0'\n>>>>>>> other\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "schema: '2.0'\nstages: []\n",
        "schema: '2.0'\nstages:\n  split@tinydigits:\n    cmd: x\n    outs:\n    - path: build/x\n",
        "x: 2026-99-99\n",
        CONFLICT,
    ],
    ids=["empty", "wrong", "cut at a line's end", "no date", "conflict"],
)
def test_a_broken_lock_is_removed(digits: Repository, text: str) -> None:
    (digits.folder / "dvc.lock").write_text(text)
    printed = digits.run(sys.executable, "-m", "tools.doctor")
    assert "removed dvc.lock: not readable" in printed
    assert not (digits.folder / "dvc.lock").exists()


@pytest.mark.parametrize("text", [CUT, CONFLICT], ids=["cut", "conflict"])
def test_a_broken_lock_is_made_again(digits: Repository, text: str) -> None:
    (digits.folder / "dvc.lock").write_text(text)
    assert "dvc.lock" in put_right(digits)


@pytest.mark.parametrize(
    "text", ["{", "null", '{"build/tinydigits/models": {"write": {"pid": 1, "cmd": "dvc repro"}}}']
)
def test_stale_lock_files_of_dvc_are_removed(digits: Repository, text: str) -> None:
    locks = digits.folder / ".dvc" / "tmp"
    (locks / "rwlock").write_text(text)
    (locks / "lock").write_text("99999999")
    digits.replace("metrics/tinydigits.json", "0.76", "0.77")
    assert f"removed {Path('.dvc', 'tmp', 'rwlock')}" in put_right(digits)


@pytest.mark.parametrize(
    "name", ["tinydigits/.train.pkl.part", "tinytalks/.val.txt.part", "tinytalks/.val.jsonl.part"]
)
def test_half_written_files_are_removed(digits: Repository, name: str) -> None:
    part = digits.folder / "datasets" / name
    part.write_bytes(b"\x80")
    put_right(digits)
    assert not part.exists()


def test_a_git_lfs_pointer_is_replaced(digits: Repository) -> None:
    path = digits.folder / "datasets/tinydigits-150/test.pkl"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12652\n")
    assert "not what dvc.lock says" in put_right(digits)


@pytest.mark.parametrize("folder", ["build", "datasets/tinydigits"])
@pytest.mark.parametrize(
    ("option", "message"),
    [("size=64k", "No space left on device"), ("ro", "Read-only file system")],
)
def test_a_full_or_read_only_disk_is_said_and_survived(
    digits: Repository, folder: str, option: str, message: str
) -> None:
    at = digits.folder / folder
    saved = digits.folder.parent / "saved"
    at.rename(saved)
    at.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", option, "tmpfs", at], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small disk")
    try:
        printed = digits.run("dvc", "repro", "--force", status=255)
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)
    assert message in printed
    assert "When that is mended, `make repro` goes on from here." in printed
    assert "Traceback" not in printed
    at.rmdir()
    saved.rename(at)
    put_right(digits)


def test_a_folder_that_cannot_be_written_is_said(digits: Repository) -> None:
    digits.run("rm", "-rf", "datasets/tinydigits-150")
    (digits.folder / "datasets/tinydigits-150").write_text("a file where a folder should be")
    printed = digits.run("dvc", "repro", status=255)
    assert "datasets/tinydigits-150" in printed
    assert "Traceback" not in printed
    (digits.folder / "datasets/tinydigits-150").unlink()
    authored = [f"datasets/tinydigits-150/{name}" for name in ("LICENSE", "README.md")]
    digits.run("git", "checkout", *authored)
    put_right(digits)


def test_two_runs_at_once_do_no_harm(digits: Repository) -> None:
    digits.replace("params.yaml", "seed: 42", "seed: 43")
    runs = [
        digits.start("dvc", "repro", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    printed = [run.communicate()[0] for run in runs]
    # Each builds, or stops because the other has what it needs.
    assert all("Traceback" not in text for text in printed)
    digits.run("git", "checkout", "params.yaml")
    put_right(digits)


def test_the_doctor_waits_for_a_run(digits: Repository) -> None:
    digits.replace("params.yaml", "epochs: 20", "epochs: 10000")
    digits.replace("params.yaml", "hidden: 32", "hidden: 1024")
    run = digits.start("dvc", "repro", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.stdout
    while "Running stage 'train_mlp@" not in run.stdout.readline():
        assert run.poll() is None
    printed = digits.run(sys.executable, "-m", "tools.doctor", status=1)
    assert re.fullmatch(rf"dvc is at work here \(process {run.pid}: .*\): wait .*\n", printed)
    run.kill()
    run.wait()
    run.stdout.close()
    # Its stage goes on without it, until the doctor ends it.
    assert "which a killed dvc had left running" in digits.run(sys.executable, "-m", "tools.doctor")
    assert digits.run(sys.executable, "-m", "tools.doctor") == ""
    digits.run("git", "checkout", "params.yaml")
    put_right(digits)


@pytest.mark.parametrize("tool", ["tools.doctor", "tools.prune"])
def test_nothing_is_touched_beside_a_run(digits: Repository, tool: str) -> None:
    """DVC holds its lock only between stages: the tool may not rely on it."""
    digits.replace("params.yaml", "seed: 42", "seed: 43")
    run = digits.start("dvc", "repro", "--quiet")
    beside = []
    while run.poll() is None:
        beside.append(digits.run(sys.executable, "-m", tool, status=None))
    assert run.wait() == 0
    # Before dvc is known as one, and after its end, there is nothing to do.
    assert all(printed == "" or "dvc is at work here" in printed for printed in beside)
    assert any("dvc is at work here" in printed for printed in beside)


@pytest.fixture
def sleeper(digits: Repository) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a process that sleeps: what the doctor sees of a program of DVC that holds no lock."""
    started: list[Any] = []

    def start(name: str, folder: Path) -> subprocess.Popen[bytes]:
        script = digits.folder.parent / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text("print(flush=True)\nimport time\ntime.sleep(600)\n")
        process = subprocess.Popen([sys.executable, script], cwd=folder, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_dvc_that_holds_no_lock_keeps_the_doctor_out(
    digits: Repository, sleeper: Callable[..., subprocess.Popen[bytes]]
) -> None:
    part = digits.folder / "datasets/tinydigits/.train.pkl.part"
    part.write_bytes(b"")
    process = sleeper("dvc", digits.folder / "docs")
    printed = digits.run(sys.executable, "-m", "tools.doctor", status=1)
    assert f"dvc is at work here (process {process.pid}" in printed
    assert part.exists()
    process.kill()
    process.wait()
    sleeper("dvc", digits.folder.parent)  # of another folder
    sleeper("other", digits.folder)  # another program
    assert "only half written" in digits.run(sys.executable, "-m", "tools.doctor")


def test_a_program_in_the_list_of_files_in_use_keeps_the_doctor_out(
    digits: Repository, sleeper: Callable[..., subprocess.Popen[bytes]]
) -> None:
    process = sleeper("script.py", digits.folder.parent)
    users = {"write": {"build/tinydigits": {"pid": process.pid, "cmd": "script.py"}}, "read": {}}
    (digits.folder / ".dvc/tmp/rwlock").write_text(json.dumps(users))
    printed = digits.run(sys.executable, "-m", "tools.doctor", status=1)
    assert f"dvc is at work here (process {process.pid}" in printed
    # Written before that process began: it only has the number of one that is gone.
    os.utime(digits.folder / ".dvc/tmp/rwlock", (0, 0))
    assert "left by a killed run" in digits.run(sys.executable, "-m", "tools.doctor")


@pytest.mark.parametrize("ours", [True, False], ids=["this folder's", "another folder's"])
def test_only_stages_of_this_folder_are_ended(digits: Repository, *, ours: bool) -> None:
    folder = digits.folder if ours else digits.folder.parent
    # As DVC starts a stage, and without a dvc above it.
    stage = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", "stages.train_mlp"],
        env={**digits.environ(), "DVC_ROOT": str(folder), "DVC_STAGE": "train_mlp@tinydigits"},
    )
    printed = digits.run(sys.executable, "-m", "tools.doctor")
    assert ("ending train_mlp@tinydigits" in printed) == ours
    if not ours:
        assert stage.poll() is None
        stage.kill()
    assert stage.wait(10) == -signal.SIGKILL


def test_branches_that_each_add_a_dataset_merge(digits: Repository) -> None:
    for branch, entry in (
        ("one", ZEROS_AND_ONES),
        (
            "two",
            (
                "threes-and-fives: {source: digits, seed: 1, train_per_class: {3: 9, 5: 9}, "
                "test_per_class: {3: 9}}"
            ),
        ),
    ):
        digits.run("git", "checkout", "--quiet", "-b", branch, "main")
        place = "datasets:\n" if branch == "one" else "\n# The baselines"
        text = f"datasets:\n  {entry}\n" if branch == "one" else f"  {entry}\n\n# The baselines"
        digits.replace("params.yaml", place, text)
        digits.run("dvc", "repro")
        digits.commit()
    digits.run("git", "merge", "--quiet", "--message", "Both", "one")
    digits.run(sys.executable, "-m", "tools.doctor")
    digits.run("dvc", "repro")
    digits.commit()
    assert {"zeros-and-ones", "threes-and-fives"} <= {
        p.name for p in (digits.folder / "datasets").iterdir()
    }
    assert "up to date" in digits.run("dvc", "status")
    assert released(digits).items() >= DIGITS.items()
    assert json.loads(digits.read("metrics/threes-and-fives.json"))
