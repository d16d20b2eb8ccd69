"""Stage `params`: what it writes, and how it stops."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from stages import params
from stages.lib import command
from tests.stages.lib.params.example import TEXT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where the example is params.yaml."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(TEXT)
    pairs = Path("datasets/tinytalks/pairs.tsv")
    pairs.parent.mkdir(parents=True)
    pairs.touch()
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.usefixtures("folder")
def test_each_entry_has_a_file_until_it_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    out = Path("out")
    params.main(out=out)
    assert capsys.readouterr().out == (
        "params.yaml is right; datasets: tinydigits, tinydigits-150, tinymnist, tinytalks\n"
    )
    assert json.loads((out / "datasets/tinymnist.json").read_bytes())["strategy"] == "curated"
    before = files(out)
    text = TEXT.replace("  tinydigits-150:", "  other:").partition("texts:")[0] + "texts: {}\n"
    Path("params.yaml").write_text(text)
    params.main(out=out)
    gone = {"datasets/tinydigits-150.json", "texts/tinytalks.json"}
    assert set(files(out)) == set(before) - gone | {"datasets/other.json"}


def test_without_a_folder_it_writes_nothing(folder: Path) -> None:
    before = files(folder)
    params.main()
    assert files(folder) == before


def test_what_is_wrong_is_all_that_it_says_and_nothing_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("params.yaml").write_text(TEXT.replace("seed: 42", "seed: -1", 1))
    before = files(folder)
    monkeypatch.setattr(sys, "argv", ["params", "--out", "out"])
    with pytest.raises(SystemExit) as stopped:
        command.run(params.main)
    # A string makes the interpreter print it and end with 1.
    assert isinstance(stopped.value.code, str)
    assert stopped.value.code.startswith("params.yaml, line 25: datasets.tinydigits.seed: -1: ")
    assert "\n" not in stopped.value.code
    assert files(folder) == before
