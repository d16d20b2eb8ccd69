"""What we ask of DVC's private functions: if an update of DVC changes them, this says so."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from dvc.fs import localfs
from dvc.lock import LockError, make_lock
from dvc.rwlock import rwlock

from stages.common.errors import StageError
from tests.conftest import ROOT, Repository
from tools import dvc_api
from tools.dvc_api import (
    FILE_LOCKS,
    LOCAL_CONFIG,
    LOCK,
    REPORT_LOCK,
    REPOSITORY_LOCK,
    BrokenLockError,
    alone,
    check_lock,
    files_of,
    forget,
    has_git,
    outputs_of,
    read_lock,
    settle_git,
    stages_of_pipeline,
    users_of_files,
)

if TYPE_CHECKING:
    from tests.tools.conftest import Sleeper

CONFLICT = "<<<<<<< HEAD\nschema: '2.0'\n=======\nschema: '2.0'\n>>>>>>> other\n"
BROKEN = {
    "empty": "",
    "wrong": "schema: '2.0'\nstages: []\n",
    "cut at a line's end": (
        "schema: '2.0'\nstages:\n  split@tinydigits:\n    cmd: x\n    outs:\n    - path: build/x\n"
    ),
    "no date": "x: 2026-99-99\n",
    "conflict": CONFLICT,
}

# --- dvc.lock -----------------------------------------------------------------------------------


def test_the_lock_of_the_repository_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    check_lock()
    stages = read_lock()
    assert {"params", "source@digits", "serialize@tinydigits", "evaluate_text@tinytalks"} <= {
        *stages
    }
    outputs = dict(outputs_of(stages))
    for name in ("datasets/tinydigits/train.pkl", "metrics/tinytalks.json"):
        assert outputs[Path(name)] == md5(ROOT / name)


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_lock_is_refused(text: str) -> None:
    LOCK.write_text(text)

    def use() -> None:
        outputs_of(read_lock())
        check_lock()

    with pytest.raises(BrokenLockError):
        use()


@pytest.mark.usefixtures("folder")
def test_without_a_lock_there_is_nothing() -> None:
    assert read_lock() == {}
    assert outputs_of({}) == []


def test_every_file_that_was_built_is_what_the_lock_and_the_cache_say(
    built_once: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built_once.folder)
    outputs = [*outputs_of(read_lock()), *outputs_of(read_lock(REPORT_LOCK))]
    files = dict(file for output in outputs for file in files_of(*output))
    assert {path: md5(path) for path in files} == files
    # All that the pipeline makes, but the files of folders that DVC keeps out of its cache.
    built = {path for path in Path("build").rglob("*") if path.is_file()}
    kept_out = {path for path in built if path.parts[1] in {"code", "params"}}
    assert built - kept_out <= set(files)
    assert len(kept_out) > 10


@pytest.mark.parametrize("lock", [LOCK, REPORT_LOCK], ids=str)
def test_the_stages_are_those_that_dvc_lists(
    clone: Repository, monkeypatch: pytest.MonkeyPatch, lock: Path
) -> None:
    monkeypatch.chdir(clone.folder)
    params = yaml.safe_load(Path("params.yaml").read_text())
    expected = set()
    for name, stage in yaml.safe_load(lock.with_suffix(".yaml").read_text())["stages"].items():
        part = re.sub(r"[${}]", "", stage.get("foreach", ""))
        expected |= {f"{name}@{key}" for key in params[part]} if part else {name}
    assert stages_of_pipeline(lock) == expected == set(read_lock(lock))


def test_stages_are_forgotten_and_the_rest_stays_as_it_is(
    clone: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clone.folder)
    text, before = LOCK.read_text(), read_lock()
    forget([])
    assert LOCK.read_text() == text
    forget(["source@digits"])
    del before["source@digits"]
    assert read_lock() == before
    # No line is new or in another place: a diff shows what is gone alone.
    lines = iter(text.splitlines())
    assert all(line in lines for line in LOCK.read_text().splitlines())
    check_lock()


# --- Who is running -----------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_the_list_of_files_in_use_is_as_dvc_writes_it() -> None:
    tmp = str(Path(".dvc/tmp").absolute())
    assert users_of_files() == {}
    for read, write in ((["a"], []), ([], ["b"]), (["a", "c"], ["b"])):
        with rwlock(tmp, localfs, "dvc repro", read, write, False):
            assert list(users_of_files()) == [os.getpid()]
            # This process began before it wrote the list.
            found = dvc_api.find_dvc()
            assert found is not None
            assert found[0] == os.getpid()
            with pytest.raises(StageError, match=rf"dvc is at work here \(process {os.getpid()}: "):
                dvc_api.refuse_beside_dvc()
        assert users_of_files() == {}
    # What the doctor takes for a list without any user: every stage reads and writes.
    assert FILE_LOCKS.read_bytes() == b"{}"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"write": {"a": 1}}', '{"read": [1]}'])
def test_a_list_of_files_in_use_that_is_none_has_no_user(text: str) -> None:
    FILE_LOCKS.write_text(text)
    assert users_of_files() == {}


@pytest.mark.usefixtures("folder")
def test_the_lock_of_the_repository_is_that_of_dvc() -> None:
    at_work = "dvc is at work here: wait until it is done"
    with make_lock(str(REPOSITORY_LOCK)), pytest.raises(StageError, match=at_work), alone():
        pytest.fail("not alone")
    with alone(), pytest.raises(LockError):
        make_lock(str(REPOSITORY_LOCK)).lock()
    with alone(), make_lock(str(REPOSITORY_LOCK.with_name("other"))):
        pass
    with make_lock(str(REPOSITORY_LOCK)):
        pass


def test_a_dvc_of_this_folder_keeps_others_out(folder: Path, sleeper: Sleeper) -> None:
    process = sleeper("dvc", folder / "docs")
    with (
        pytest.raises(StageError, match=rf"dvc is at work here \(process {process.pid}: "),
        alone(),
    ):
        pytest.fail("not alone")
    process.kill()
    process.wait()
    sleeper("dvc", folder.parent)  # of another folder
    sleeper("other", folder)  # another program
    with alone():
        pass


def test_a_user_of_files_keeps_others_out_whatever_program_it_is(
    folder: Path, sleeper: Sleeper
) -> None:
    process = sleeper("script.py", folder.parent)
    users = {"write": {"build/tinydigits": {"pid": process.pid, "cmd": "script.py"}}, "read": {}}
    FILE_LOCKS.write_text(json.dumps(users))
    with (
        pytest.raises(StageError, match=rf"dvc is at work here \(process {process.pid}: "),
        alone(),
    ):
        pytest.fail("not alone")
    # Written before that process began: it only has the number of one that is gone.
    os.utime(FILE_LOCKS, (0, 0))
    with alone():
        pass


# --- Git ----------------------------------------------------------------------------------------


def test_dvc_does_without_git_until_there_is_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settle_git()
    assert not LOCAL_CONFIG.exists()
    (folder / ".git").rmdir()
    settle_git()
    settle_git()
    assert "no_scm = True" in LOCAL_CONFIG.read_text()
    said = "no Git here: DVC does without (core.no_scm in .dvc/config.local)\n"
    assert capsys.readouterr().out == said
    (folder / ".git").mkdir()
    settle_git()
    settle_git()
    assert "no_scm" not in LOCAL_CONFIG.read_text()
    said = "Git is here: DVC uses it again (removed core.no_scm from .dvc/config.local)\n"
    assert capsys.readouterr().out == said


@pytest.mark.parametrize("ignored", [False, True])
def test_another_repository_counts_unless_it_ignores_this_folder(
    folder: Path, *, ignored: bool
) -> None:
    (folder / ".git").rmdir()
    assert not has_git()
    subprocess.run(["git", "init", "--quiet"], cwd=folder.parent, check=True)
    if ignored:
        (folder.parent / ".gitignore").write_text(f"/{folder.name}/\n")
    # DVC takes the outer one, but does not see a pipeline that it ignores.
    assert has_git() != ignored


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("dvc repro", True),
        ("/env/bin/python -u /env/bin/dvc repro", True),
        ("/usr/bin/python3.11 -X utf8=1 -m dvc repro", True),
        ("vim dvc.yaml", False),
        ("less dvc.lock", False),
        ("git commit -m dvc", False),
        ("python -m dvc_tools", False),
        ("python", False),
        ("", False),
    ],
)
def test_a_command_line_is_that_of_dvc(line: str, *, found: bool) -> None:
    assert dvc_api.is_dvc(line.split()) == found


@pytest.mark.parametrize("path", ["datasets/../../x", "/etc/passwd", "."])
def test_an_output_outside_of_the_clone_is_a_broken_lock(path: str) -> None:
    stages = {"split@mine": {"outs": [{"path": path, "md5": "0" * 32}]}}
    with pytest.raises(dvc_api.BrokenLockError):
        dvc_api.outputs_of(stages)
