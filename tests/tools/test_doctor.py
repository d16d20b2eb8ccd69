"""The doctor removes what is broken, nothing else, and nothing while a dvc is at work."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from stages.common.errors import StageError
from tests.tools.test_dvc_api import BROKEN
from tools import doctor
from tools.dvc_api import CACHE, CURVES_LOCK, FILE_LOCKS, LOCK, MILESTONES_LOCK, NEURAL_LOCK

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.tools.conftest import Sleeper


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def built(path: str, data: bytes, *, lock: str = "serialize@mine") -> Path:
    """Write a file, and what dvc.lock and the cache have of it."""
    out = {"path": path, "md5": md5(data), "hash": "md5", "size": len(data)}
    stages = yaml.safe_load(LOCK.read_text())["stages"] if LOCK.exists() else {}
    stages.setdefault(lock, {"cmd": "x", "outs": []})["outs"].append(out)
    LOCK.write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))
    for file in (Path(path), cached(data)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return Path(path)


def cached(data: bytes) -> Path:
    return CACHE / md5(data)[:2] / md5(data)[2:]


def flip(path: Path) -> None:
    """Flip a bit as a bad disk does: no size or time tells."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def removed(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Run the doctor and give what it says that it removed, and why."""
    doctor.main()
    lines = capsys.readouterr().out.splitlines()
    found = [re.fullmatch(r"removed (\S+): (.*); it is made again", line) for line in lines]
    return {match[1]: match[2] for match in found if match}


pytestmark = pytest.mark.usefixtures("folder")


@pytest.mark.parametrize("users", ["{}", '{"read": {}}', '{"write": {}}'])
def test_what_is_right_stays(users: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = built("datasets/mine/train.pkl", b"right")
    FILE_LOCKS.write_text(users)
    for _ in range(2):
        doctor.main()
        assert capsys.readouterr().out == ""
    assert path.exists()
    assert LOCK.exists()
    assert cached(b"right").exists()


@pytest.mark.parametrize("lock", [CURVES_LOCK, NEURAL_LOCK], ids=str)
def test_a_broken_lock_of_another_pipeline_is_removed(
    lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = built("datasets/mine/train.pkl", b"right")
    lock.parent.mkdir()
    lock.write_text("schema: '2.0'\nstages:\n  curve@digits: {")
    said = "not readable (a killed run or a merge)"
    assert removed(capsys) == {str(lock): said}
    assert not lock.exists()
    assert path.exists()


def test_what_the_curves_build_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    path = built("metrics/digits.json", b"this is right")
    CURVES_LOCK.parent.mkdir()
    LOCK.rename(CURVES_LOCK)
    assert removed(capsys) == {}
    flip(path)
    assert removed(capsys) == {str(path): "not what dvc.lock says"}
    assert not path.exists()


@pytest.mark.parametrize("lock", [NEURAL_LOCK, MILESTONES_LOCK])
def test_what_not_every_machine_can_build_again_stays(
    lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = built("experiments/transformers/mine.json", b"this was measured")
    lock.parent.mkdir()
    LOCK.rename(lock)
    flip(path)
    assert removed(capsys) == {}
    assert path.exists()


# What the other pipelines have beside a number of seeds in the second line.
PARAMS = {
    "experiments/curves/params.yaml": "sizes: {digits: [2]}\nseeds: 2\nsteps: 7\n",
    "experiments/transformers/params.yaml": (
        "texts: [mine]\nseeds: 2\ncheckpoints: 1\nrecipes: {words: {width: 8, layers: 1, heads: 2, "
        "dropout: 0.1, question_weight: 0.0, batch_size: 8, learning_rate: 0.1, "
        "weight_decay: 0.1, steps: 100}}\n"
    ),
}


@pytest.mark.parametrize(("path", "right"), PARAMS.items())
def test_what_is_wrong_in_another_pipeline_is_said_before_dvc_does(path: str, right: str) -> None:
    Path(path).parent.mkdir()
    Path(path).write_text(right)
    doctor.main()
    # What was right once and is wrong now.
    Path(path).write_text(right.replace("seeds: 2", "seeds: 1"))
    with pytest.raises(StageError, match=rf"^{path}, line 2: seeds: 1: expected"):
        doctor.main()


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_lock_is_removed(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = built("datasets/mine/train.pkl", b"right")
    LOCK.write_text(text)
    assert removed(capsys) == {"dvc.lock": "not readable (a killed run or a merge)"}
    assert not LOCK.exists()
    # Nobody knows now what it should be, and DVC will look.
    assert path.exists()


@pytest.mark.parametrize(
    "text", ["{", "null", '{"build/tinydigits/models": {"write": {"pid": 1, "cmd": "dvc repro"}}}']
)
def test_a_stale_list_of_files_in_use_is_removed(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    FILE_LOCKS.write_text(text)
    Path(".dvc/tmp/lock").write_text("99999999")
    assert removed(capsys) == {str(FILE_LOCKS): "left by a killed run"}
    assert not FILE_LOCKS.exists()


@pytest.mark.parametrize(
    "name",
    [
        "datasets/mine/.train.pkl.part",
        "datasets/mine/.val.jsonl.part",
        "metrics/.mine.json.part",
        "experiments/transformers/.mine.json.part",
        "build/mine/arrays/test/.images.npy.part",
    ],
)
def test_a_half_written_file_is_removed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).parent.mkdir(parents=True)
    Path(name).write_bytes(b"\x80")
    Path(name).with_name("mine.part").touch()
    assert removed(capsys) == {name: "only half written"}
    assert Path(name).with_name("mine.part").exists()


@pytest.mark.parametrize("name", ["datasets/mine/a.pkl", "metrics/mine.json", "build/mine/a.csv"])
def test_a_damaged_output_is_removed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path, other = built(name, b"this is right"), built("build/other", b"so is this")
    doctor.main()
    flip(path)
    assert removed(capsys) == {name: "not what dvc.lock says"}
    assert not path.exists()
    assert other.exists()


def test_a_damaged_file_of_a_folder_is_removed(capsys: pytest.CaptureFixture[str]) -> None:
    files = {"a.csv": b"first", "below/b.csv": b"second"}
    listed = json.dumps(
        [{"md5": md5(data), "relpath": name} for name, data in files.items()]
    ).encode()
    built("build/mine/tables", b"", lock="evaluate@mine")
    Path("build/mine/tables").unlink()
    lock = yaml.safe_load(LOCK.read_text())
    lock["stages"]["evaluate@mine"]["outs"][0]["md5"] = f"{md5(listed)}.dir"
    LOCK.write_text(yaml.safe_dump(lock))
    at = CACHE / md5(listed)[:2] / f"{md5(listed)[2:]}.dir"
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_bytes(listed)
    for name, data in files.items():
        path = Path("build/mine/tables", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert removed(capsys) == {}
    flip(Path("build/mine/tables/below/b.csv"))
    assert removed(capsys) == {"build/mine/tables/below/b.csv": "not what dvc.lock says"}
    assert Path("build/mine/tables/a.csv").exists()
    flip(at)
    assert str(at) in removed(capsys)


def with_sums(lines: dict[str, bytes]) -> Path:
    """Build a dataset's sums, which DVC knows, of files that are as they list them."""
    text = "".join(f"{hashlib.sha256(lines[name]).hexdigest()}  {name}\n" for name in sorted(lines))
    sums = built("datasets/mine/SHA256SUMS", text.encode())
    for name, data in lines.items():
        (sums.parent / name).write_bytes(data)
    return sums


FILES = {"classes.json": b'["oak"]\n', "train.pkl": b"train", "val.pkl": b"val"}


@pytest.mark.parametrize("name", ["classes.json", "val.pkl"])
@pytest.mark.parametrize("fault", ["is missing", "is not what it lists"])
def test_sums_go_when_a_file_that_only_they_know_is_not_as_they_say(
    name: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sums = with_sums(FILES)
    assert removed(capsys) == {}
    path = sums.parent / name
    if fault == "is missing":
        path.unlink()
    else:
        flip(path)
    left = {file.name: file.read_bytes() for file in sums.parent.iterdir()}
    assert removed(capsys) == {str(sums): f"{name} {fault}"}
    # Only the sums: DVC builds the rest again, or what stands there is somebody's own.
    del left["SHA256SUMS"]
    assert {file.name: file.read_bytes() for file in sums.parent.iterdir()} == left


def test_sums_stay_when_dvc_itself_knows_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    sums = with_sums(FILES)
    path = built("datasets/mine/train.pkl", b"train")
    flip(path)
    assert removed(capsys) == {str(path): "not what dvc.lock says"}
    assert removed(capsys) == {}
    assert sums.exists()


@pytest.mark.parametrize(
    "text", ["", "not sums\n", "\xff", f"{hashlib.sha256(b'').hexdigest()}  ../../params.yaml\n"]
)
def test_sums_that_dvc_knows_may_be_anything(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    sums = built("datasets/mine/SHA256SUMS", text.encode("latin-1"))
    found = removed(capsys)
    assert set(found) == ({str(sums)} if text else set())
    assert sums.exists() == (not text)
    assert Path("params.yaml").exists()


def test_sums_that_dvc_does_not_know_are_their_authors(capsys: pytest.CaptureFixture[str]) -> None:
    built("datasets/other/train.pkl", b"right")
    own = Path("datasets/mine/SHA256SUMS")
    own.parent.mkdir()
    own.write_text(f"{'0' * 64}  photographs.zip\n")
    assert removed(capsys) == {}
    assert own.exists()


def test_an_output_elsewhere_is_its_authors(capsys: pytest.CaptureFixture[str]) -> None:
    path = built("notes/mine.txt", b"right")
    path.write_bytes(b"written by hand")
    assert removed(capsys) == {}
    assert path.exists()


def test_a_damaged_object_of_the_cache_is_removed(capsys: pytest.CaptureFixture[str]) -> None:
    built("datasets/mine/train.pkl", b"in use")
    # Of another commit.
    other = cached(b"not in use")
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(b"not in use")
    doctor.main()
    flip(cached(b"in use"))
    why = "not what its name says (a damaged disk or a killed run)"
    assert removed(capsys) == {str(cached(b"in use")): why}
    other.write_bytes(b"cut")
    assert removed(capsys) == {str(other): why}


@pytest.mark.parametrize("text", ["", "{", "null", "[1]", '{"dvc.lock": 1}'])
def test_what_the_last_check_wrote_down_may_be_anything(text: str) -> None:
    built("datasets/mine/train.pkl", b"right")
    doctor.CHECKED.write_text(text)
    doctor.main()
    assert LOCK.exists()


def test_wrong_params_stop_before_anything_is_touched() -> None:
    part = Path("datasets/mine/.train.pkl.part")
    part.parent.mkdir(parents=True)
    part.touch()
    text = Path("params.yaml").read_text()
    for wrong in (text.replace("seed: 42", "seed: -1"), "{"):
        Path("params.yaml").write_text(wrong)
        with pytest.raises(StageError, match=r"^params\.yaml"):
            doctor.main()
        assert part.exists()
    Path("params.yaml").write_text(text)
    doctor.main()
    assert not part.exists()
    # What was right once and is wrong now.
    Path("params.yaml").write_text(text.replace("seed: 42", "seed: -1"))
    with pytest.raises(StageError, match=r"^params\.yaml"):
        doctor.main()


def test_nothing_is_touched_while_a_dvc_is_there(folder: Path, sleeper: Sleeper) -> None:
    part = Path("datasets/mine/.train.pkl.part")
    part.parent.mkdir(parents=True)
    part.touch()
    process = sleeper("dvc", folder / "docs")
    with pytest.raises(StageError, match=rf"dvc is at work here \(process {process.pid}"):
        doctor.main()
    assert part.exists()


@pytest.mark.parametrize("ours", [True, False], ids=["this folder's", "another folder's"])
def test_only_stages_of_this_folder_are_ended(
    folder: Path, capsys: pytest.CaptureFixture[str], *, ours: bool
) -> None:
    root = folder if ours else folder.parent
    # As DVC starts a stage, and without a dvc above it.
    stage = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "print(flush=True); import time; time.sleep(600)",
            "stages.train_mlp",
        ],
        env={**os.environ, "DVC_ROOT": str(root), "DVC_STAGE": "train_mlp@tinydigits"},
        stdout=subprocess.PIPE,
    )
    assert stage.stdout
    stage.stdout.readline()
    doctor.main()
    said = "ending train_mlp@tinydigits, which a killed dvc had left running\n"
    assert capsys.readouterr().out == (said if ours else "")
    if not ours:
        assert stage.poll() is None
        stage.kill()
    assert stage.wait(10) == -signal.SIGKILL
    stage.stdout.close()


# --- Beside the real dvc ------------------------------------------------------------------------


def test_the_doctor_waits_for_a_run_and_ends_what_is_left_of_it(digits: Repository) -> None:
    for recipe in digits.params()["recipes"]:
        digits.set_param(f"recipes.{recipe}.epochs", 10_000)
        digits.set_param(f"recipes.{recipe}.hidden", 1024)
    run = digits.start("dvc", "repro", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.stdout
    while "Running stage 'train_mlp@" not in run.stdout.readline():
        assert run.poll() is None
    # Within a stage DVC holds no lock of the repository: the tools may not rely on it.
    for tool in ("tools.doctor", "tools.prune"):
        printed = digits.run(sys.executable, "-m", tool, status=1)
        assert re.fullmatch(rf"dvc is at work here \(process {run.pid}: .*\): wait .*\n", printed)
    run.kill()
    run.wait()
    run.stdout.close()
    # Its stage goes on without it, until the doctor ends it.
    assert "which a killed dvc had left running" in digits.run(sys.executable, "-m", "tools.doctor")


def test_nothing_is_touched_beside_a_run(digits: Repository) -> None:
    digits.set_param("datasets.tinydigits.seed", 43)
    run = digits.start("dvc", "repro", "--quiet")
    beside = []
    while run.poll() is None:
        for tool in ("tools.doctor", "tools.prune"):
            beside.append(digits.run(sys.executable, "-m", tool, status=None))
            time.sleep(0.2)
    assert run.wait() == 0
    # Before dvc is known as one, and after its end, there is nothing to do.
    assert all(printed == "" or "dvc is at work here" in printed for printed in beside)
    assert any("dvc is at work here" in printed for printed in beside)


def test_an_empty_folder_of_the_run_cache_is_removed(capsys: pytest.CaptureFixture[str]) -> None:
    empty, full = Path(".dvc/cache/runs/50/5032"), Path(".dvc/cache/runs/50/5033")
    empty.mkdir(parents=True)
    full.mkdir()
    (full / "a").write_text("cmd: x\n")
    assert removed(capsys) == {empty.as_posix(): "empty (a killed run)"}
    assert not empty.exists()
    assert (full / "a").exists()
