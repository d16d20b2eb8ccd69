"""Damage what is there: the way back is ``make repro``, and nothing wrong is taken for right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import tinydatasets
from tests.conftest import PIPELINES
from tests.pipeline.test_released import RELEASED, released
from tests.pipeline.test_subsets import ZEROS_AND_ONES
from tests.tools.test_dvc_api import CONFLICT

if TYPE_CHECKING:
    from tests.conftest import Repository

DIGITS = {name: sums for name, sums in RELEASED.items() if "/tinydigits" in name}


def put_right(repository: Repository, expected: dict[str, tuple[int, str]] = DIGITS) -> str:
    """Do what ``make repro`` does once .venv is there, and check that all is as released."""
    printed = repository.run(sys.executable, "-m", "tools.doctor")
    printed += repository.run("dvc", "repro", *PIPELINES)
    assert released(repository) == expected
    assert repository.changes() == ""
    assert "up to date" in repository.run("dvc", "status", *PIPELINES)
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


def test_damaged_files_are_found_and_made_again(built: Repository) -> None:
    damaged = {
        "datasets/tinydigits/train.pkl": flip,
        "datasets/tinymnist/train.pkl": cut,
        "datasets/tinytalks/test.txt": flip,
        "metrics/tinydigits.json": flip,
        "build/sources/digits/images.npy": flip,
        "build/tinydigits/split.csv": cut,
        "build/tinydigits-150/arrays/unused/images.npy": flip,
        "build/tinydigits-150/models/tuned.safetensors": flip,
    }
    for name, damage in damaged.items():
        damage(built.folder / name)
    printed = built.run(sys.executable, "-m", "tools.doctor")
    assert {f"removed {name}: not what dvc.lock says; it is made again" for name in damaged} == {
        *printed.splitlines()
    }
    put_right(built, RELEASED)


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


# A lock that parses, and knows nothing.
CUT = "schema: '2.0'\nstages:\n  code:\n    cmd: py"


@pytest.mark.parametrize("text", [CUT, CONFLICT], ids=["cut", "conflict"])
def test_a_broken_lock_is_made_again(digits: Repository, text: str) -> None:
    (digits.folder / "dvc.lock").write_text(text)
    # And with it what else a killed run may leave.
    locks = digits.folder / ".dvc" / "tmp"
    (locks / "rwlock").write_text("{")
    (locks / "lock").write_text("99999999")
    part = digits.folder / "datasets/tinydigits/.train.pkl.part"
    part.write_bytes(b"\x80")
    printed = put_right(digits)
    assert "dvc.lock" in printed
    assert f"removed {Path('.dvc', 'tmp', 'rwlock')}" in printed
    assert not part.exists()


def test_a_git_lfs_pointer_is_replaced(digits: Repository) -> None:
    path = digits.folder / "datasets/tinydigits-150/test.pkl"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12652\n")
    assert "not what dvc.lock says" in put_right(digits)


def test_a_missing_file_that_only_the_sums_list_is_noticed(digits: Repository) -> None:
    sums = digits.folder / "datasets/tinydigits/SHA256SUMS"
    sums.write_text(f"{sums.read_text()}{'0' * 64}  val.pkl\n")
    digits.run("dvc", "commit", "--force", "serialize@tinydigits")
    assert "up to date" in digits.run("dvc", "status", "dvc.yaml")
    printed = put_right(digits)
    assert "removed datasets/tinydigits/SHA256SUMS: val.pkl is missing" in printed
    assert printed.count("Running stage ") == 1


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
    digits.run("git", "checkout", "datasets/tinydigits-150/about.yaml")
    put_right(digits)


def test_two_runs_at_once_do_no_harm(digits: Repository) -> None:
    digits.set_param("datasets.tinydigits.seed", 43)
    runs = [
        digits.start("dvc", "repro", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    printed = [run.communicate()[0] for run in runs]
    # Each builds, or stops because the other has what it needs.
    assert all("Traceback" not in text for text in printed)
    digits.run("git", "checkout", "params.yaml")
    put_right(digits)


def line(name: str, entry: dict[str, Any]) -> str:
    """Write an entry of a part of params.yaml in one line."""
    text = yaml.safe_dump({name: entry}, default_flow_style=True, sort_keys=False, width=999)
    return f"  {text.strip()[1:-1]}\n"


def test_branches_that_each_add_a_dataset_merge(digits: Repository) -> None:
    threes = {"source": "digits", "seed": 1, "train_per_class": {3: 9, 5: 9}}
    # One as the first of the datasets and one as the last, so that Git can merge params.yaml.
    for branch, place, text in (
        ("one", "datasets:\n", f"datasets:\n{line('zeros-and-ones', ZEROS_AND_ONES)}"),
        (
            "two",
            "recipes:\n",
            f"{line('threes-and-fives', {**threes, 'test_per_class': {3: 9}})}recipes:\n",
        ),
    ):
        digits.run("git", "checkout", "--quiet", "-b", branch, "main")
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
    assert "up to date" in digits.run("dvc", "status", "dvc.yaml")
    assert released(digits).items() >= DIGITS.items()
    assert json.loads(digits.read("metrics/threes-and-fives.json"))
