"""Stage `evaluate_text`: figures of the released files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stages import evaluate_text
from tests.conftest import ROOT
from tinydatasets import FormatError

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "datasets/tinytalks"


def test_the_released_files_have_the_released_figures(tmp_path: Path) -> None:
    metrics = tmp_path / "tinytalks.json"
    splits = {split: FOLDER / f"{split}.jsonl" for split in ("train", "val", "test")}
    evaluate_text.main(**splits, metrics=metrics)
    assert metrics.read_bytes() == (ROOT / "metrics/tinytalks.json").read_bytes()


@pytest.mark.parametrize("emptied", ["train", "test"])
def test_an_emptied_file_is_named(tmp_path: Path, emptied: str) -> None:
    splits = {split: FOLDER / f"{split}.jsonl" for split in ("train", "val", "test")}
    splits[emptied] = tmp_path / f"{emptied}.jsonl"
    splits[emptied].touch()
    with pytest.raises(FormatError, match=f"{emptied}.jsonl: not questions and answers"):
        evaluate_text.main(**splits, metrics=tmp_path / "metrics.json")
    assert not (tmp_path / "metrics.json").exists()
