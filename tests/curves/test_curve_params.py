"""Stage `curve_params`: a file for each curve, from both files of parameters."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from stages import curve_params
from stages.common.errors import StageError
from tests.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with the parameters of the project."""
    (tmp_path / "curves").mkdir()
    for name in (
        "params.yaml",
        "experiments/curves/params.yaml",
        "datasets/tinytalks/templates.yaml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_has_all_that_a_curve_depends_on_and_stays_until_it_is_gone(folder: Path) -> None:
    (folder / "experiments/curves/params.yaml").write_text(
        "sizes: {digits: [2, 5], mnist-5k: [3]}\nseeds: 4\nsteps: 9\n"
    )
    curve_params.main(out=Path("out"))
    assert {path.name for path in Path("out").iterdir()} == {"digits.json", "mnist-5k.json"}
    recipes = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["recipes"]
    assert json.loads(Path("out/digits.json").read_bytes()) == {
        "sizes": [2, 5],
        "seeds": 4,
        "steps": 9,
        "maximum": 16,
        "recipes": recipes,
    }
    assert json.loads(Path("out/mnist-5k.json").read_bytes())["maximum"] == 255
    (folder / "experiments/curves/params.yaml").write_text(
        "sizes: {digits: [2, 5]}\nseeds: 4\nsteps: 9\n"
    )
    curve_params.main(out=Path("out"))
    assert {path.name for path in Path("out").iterdir()} == {"digits.json"}


def test_without_a_folder_it_only_checks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.rglob("*"))
    curve_params.main()
    assert sorted(folder.rglob("*")) == before
    printed = capsys.readouterr().out
    assert printed == "experiments/curves/params.yaml is right; curves: digits, mnist-5k\n"


def test_a_size_that_a_source_lacks_is_said(folder: Path) -> None:
    path = folder / "experiments/curves/params.yaml"
    path.write_text("seeds: 20\nsteps: 640\nsizes:\n  digits: [2, 174]\n")
    with pytest.raises(StageError) as caught:
        curve_params.main(out=Path("out"))
    assert str(caught.value) == (
        "experiments/curves/params.yaml, line 4: sizes.digits[1]: 174: class 8 has 174 rows, and one at least "
        "must be left to score on"
    )
    assert not Path("out").exists()
