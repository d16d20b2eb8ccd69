"""What the commands of ``tinydatasets`` print, and how they end."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.fetch import published
from tests.fetch.conftest import Publish, fetch, home, publish
from tinydatasets.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["home", "publish"]
DATASETS = ROOT / "datasets"
pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ("", ["tinydigits      1000 + 200  ", "`tinydatasets --help`"]),
        ("list", ["tinydigits-150  150 + 47         8 x 8 float32        cc-by-4.0\n"]),
        ("list", ["tinymnist       1000 + 200       28 x 28 uint8        cc-by-sa-3.0\n"]),
        ("list", ["tinytalks       212 + 44 + 44    question and answer  cc-by-4.0\n"]),
        (
            "list",
            ["60000 + 10000    28 x 28 uint8        not here: see `tinydatasets fetch mnist`"],
        ),
        (
            "info tinydigits-150",
            [
                "tinydatasets.load('tinydigits-150') returns a Dataset\n  train.images  float32 (",
                "\nclass  train  test\n0      15     5\n",
                "\n9      15     4\n",
                f"\n{DATASETS / 'tinydigits-150'}\n",
                "  12,652 bytes\n",
            ],
        ),
        (
            "info tinytalks",
            [
                "load_text('tinytalks') returns a Text",
                "level  train  val  test\n1      26     5    5",
            ],
        ),
        ("path tinymnist", [f"{DATASETS / 'tinymnist'}\n"]),
        ("verify", ["tinydigits: all files are as published\n", "tinytalks-1200: all"]),
        ("verify tinydigits", ["tinydigits: all files are as published\n"]),
        ("fetch tinydigits", [f"tinydigits is in {DATASETS / 'tinydigits'}: it ships with"]),
        ("export tinydigits-150 --to csv OUT", ["OUT: 4 files of tinydigits-150\n"]),
    ],
)
def test_what_it_prints(
    arguments: str,
    printed: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    main(arguments.split())
    found = capsys.readouterr().out
    for text in printed:
        assert text in found


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("info tinymist", 1, "Did you mean 'tinymnist'?"),
        ("path mnist", 1, "`tinydatasets fetch mnist --download` fetches it."),
        ("verify tinydigit", 1, "Did you mean 'tinydigits'?"),
        ("export tinytalks --to npz OUT", 1, "no images: export it to csv or parquet"),
        ("export tinydigits --to csv .", 1, "a folder that is empty or not there yet, found ."),
        ("export tinydigits --to csv file/x", 1, "file"),
        ("export tinydigits --to xlsx OUT", 2, "invalid choice: 'xlsx'"),
        ("export tinydigits OUT", 2, "the following arguments are required: --to"),
        ("fetch tinydigit", 2, "invalid choice: 'tinydigit' (choose from "),
        ("lost", 2, "invalid choice: 'lost'"),
    ],
)
def test_what_is_wrong_is_one_message(
    arguments: str, status: int, message: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "tinydatasets", *arguments.split()]
    result = subprocess.run(command, cwd=tmp_path, text=True, capture_output=True, check=False)
    assert (result.returncode, result.stdout) == (status, "")
    assert message in result.stderr
    assert status == 2 or result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_verify_names_each_file_that_differs_is_gone_or_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tinydatasets.loading._folder", lambda: tmp_path)
    folder = tmp_path / "digits"
    shutil.copytree(DATASETS / "tinydigits-150", folder)
    main(["verify"])
    with (folder / "train.pkl").open("ab") as file:
        file.write(b"more")
    (folder / "samples.csv").unlink()
    shutil.copy(folder / "test.pkl", folder / "val.pkl")
    (tmp_path / "oaks").mkdir()
    (tmp_path / "oaks/train.pkl").touch()
    with pytest.raises(SystemExit) as stopped:
        main(["verify"])
    beginnings = [
        f"{folder / 'samples.csv'} is missing. In a clone",
        f"{folder / 'train.pkl'} differs: expected sha256 4bfcce69..., found ",
        f"{folder / 'val.pkl'} is not listed in SHA256SUMS",
        f"{tmp_path / 'oaks/SHA256SUMS'} is missing or empty. ",
        f"{tmp_path / 'oaks/train.pkl'} is not listed in SHA256SUMS",
    ]
    lines = str(stopped.value.code).split("\n")
    assert len(lines) == len(beginnings)
    for line, beginning in zip(lines, beginnings):
        assert line.startswith(beginning)


def test_what_was_fetched_is_listed_and_verified(
    home: Path, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    files = published.mnist_files(published.mnist_arrays())
    publish(published.small_mnist(files), files)
    home.mkdir()
    for name, data in files.items():
        (home / name).write_bytes(data)
    fetch("mnist", "--from", home)
    main(["list"])
    main(["verify", "mnist"])
    printed = capsys.readouterr().out
    assert "  see `tinydatasets fetch mnist`\n" in printed
    assert "mnist: all files are as published\n" in printed
    shutil.copy(home / "mnist/train-labels.npy", home / "mnist/test-labels.npy")
    with pytest.raises(SystemExit, match="the arrays are not those of the published files"):
        main(["verify", "mnist"])


def test_a_damaged_dataset_leaves_the_others_in_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tinydatasets.loading._folder", lambda: tmp_path)
    shutil.copytree(DATASETS / "tinydigits-150", tmp_path / "digits")
    (tmp_path / "oaks").mkdir()
    (tmp_path / "oaks/train.pkl").touch()
    main(["list"])
    printed = capsys.readouterr().out
    assert "150 + 47" in printed
    assert "\noaks     damaged: see `tinydatasets verify oaks`\n" in printed


def test_it_answers_in_less_than_a_moment_above_numpy() -> None:
    def seconds(*command: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        return time.perf_counter() - start

    def least(*command: str) -> float:
        return min(seconds(*command) for _ in range(5))

    assert least("-m", "tinydatasets") - least("-c", "import numpy") < 0.15
