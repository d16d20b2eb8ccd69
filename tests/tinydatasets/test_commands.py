"""What the commands of ``tinydatasets`` print, and how they end."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.fetch import published
from tests.fetch.conftest import Publish, fetch, home, publish
from tinydatasets.__main__ import main

__all__ = ["home", "publish"]
DATASETS = ROOT / "datasets"
pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ("", "tinydigits      1000 + 200       8 x 8 float32        cc-by-4.0\n"),
        ("list", "tinytalks       212 + 44 + 44    question and answer  cc-by-4.0\n"),
        ("list", "  cc-by-sa-3.0  not here: see `tinydatasets fetch mnist`\n"),
        (
            "info tinydigits-150",
            "load('tinydigits-150') returns a Dataset\n  train.images  float32",
        ),
        ("info tinydigits-150", "\nclass  train  test\n0      15     5\n"),
        ("info tinydigits-150", "  12,652 bytes\n"),
        ("info tinytalks", "\nlicence: cc-by-4.0\n\nlevel  train  val  test\n1      26     5   "),
        ("path tinymnist", f"{DATASETS / 'tinymnist'}\n"),
        ("verify", "tinytalks-1200: all files are right\n"),
        ("verify tinydigits", "tinydigits: all files are right\n"),
        ("fetch tinydigits", f"tinydigits is in {DATASETS / 'tinydigits'}: it ships with"),
        ("export tinydigits-150 --to csv OUT", "OUT: 4 files of tinydigits-150\n"),
    ],
)
def test_what_it_prints(
    arguments: str, printed: str, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    main(arguments.split())
    assert printed in capsys.readouterr().out


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


def test_without_numpy_one_line_says_how_to_install_it() -> None:
    command = [sys.executable, "-S", "-m", "tinydatasets", "list"]  # without site-packages
    result = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "tinydatasets needs NumPy: python -m pip install numpy\n"


def test_verify_names_each_file_that_differs_is_gone_or_is_not_listed(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setattr("tinydatasets.loading._folder", lambda: tmp_path)
    folder = tmp_path / "digits"
    shutil.copytree(DATASETS / "tinydigits-150", folder)
    (folder / "train.pkl").write_bytes(b"other")
    (folder / "samples.csv").unlink()
    shutil.copy(folder / "test.pkl", folder / "val.pkl")
    (tmp_path / "oaks").mkdir()
    (tmp_path / "oaks/train.pkl").touch()
    with pytest.raises(SystemExit) as stopped:
        main(["verify"])
    lines = str(stopped.value.code).replace(f"{tmp_path}/", "").split("\n")
    assert [line.split(". ")[0] for line in lines] == [
        "digits/samples.csv is missing",
        "digits/train.pkl differs: expected sha256 4bfcce69..., found d9298a10...",
        "digits/val.pkl is not listed in SHA256SUMS",
        "oaks/SHA256SUMS is missing or empty",
        "oaks/train.pkl is not listed in SHA256SUMS",
    ]
    main(["list"])
    assert re.search("\noaks +damaged: see `tinydatasets verify oaks`", capsys.readouterr().out)


def test_what_was_fetched_is_listed_and_verified(home: Path, publish: Publish, capsys: Any) -> None:
    files = published.mnist_files(published.mnist_arrays())
    publish(published.small_mnist(files), files)
    home.mkdir()
    for name, data in files.items():
        (home / name).write_bytes(data)
    fetch("mnist", "--from", home)
    main(["list"])
    main(["info", "mnist"])
    main(["verify", "mnist"])
    printed = capsys.readouterr().out
    assert "28 x 28 uint8        cc-by-sa-3.0\n" in printed
    assert "\nlicence: by Y. LeCun, " in printed
    assert "mnist: all files are right\n" in printed
    np.save(home / "mnist/test-labels.npy", np.zeros(20, np.int64))
    with pytest.raises(SystemExit, match="the arrays are not those of the published files"):
        main(["verify", "mnist"])
