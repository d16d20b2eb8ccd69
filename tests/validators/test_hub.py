"""Hugging Face's `datasets` loads texts as they are, and every dataset as Parquet, offline."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinydatasets
from tests.validators.released import IMAGES, NAMES, ODD, ROOT, arrays
from tinydatasets.__main__ import main
from tinydatasets.export import write


def load(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    # A type checker takes the folder of the repository for this package.
    datasets = importlib.import_module("datasets")
    return datasets.load_dataset(str(folder), cache_dir=str(cache))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tinytalks", {"train": 212, "validation": 44, "test": 44}),
        ("tinytalks-1200", {"train": 840, "validation": 180, "test": 180}),
    ],
)
def test_pairs_are_loaded(
    name: str, expected: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load(ROOT / "datasets" / name, tmp_path, monkeypatch)
    assert {split: len(rows) for split, rows in loaded.items()} == expected
    assert loaded["train"][0]["question"] == "Who are you?"


def test_names_of_classes_are_never_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ROOT / "datasets/tinydigits-150"
    # Of what is released, it takes samples.csv for no samples.
    with pytest.raises(FileNotFoundError, match=r"No .*data files"):
        load(source, tmp_path / "cache", monkeypatch)
    train, test = tinydatasets.load("tinydigits-150")
    data = tinydatasets.Dataset(train, test, classes=ODD)
    write(data, "odd", "parquet", source, tmp_path / "odd")
    loaded = load(tmp_path / "odd", tmp_path / "cache", monkeypatch)
    assert loaded["test"].features["label"].names == ODD


@pytest.mark.parametrize("name", NAMES)
def test_exported_parquet_is_loaded_with_the_names_of_classes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["export", name, "--to", "parquet", str(tmp_path / "out")])
    loaded = load(tmp_path / "out", tmp_path / "cache", monkeypatch)
    rows = {split: list(part) for split, part in loaded.items()}
    if name not in IMAGES:
        expected = tinydatasets.load_text(name).val
        assert rows["validation"] == [pair._asdict() for pair in expected]
        return
    assert loaded["train"].features["label"].names == [*map(str, range(10))]
    for split, samples in rows.items():
        images, labels = arrays(name, split)
        assert [row["label"] for row in samples] == labels.tolist()
        assert (np.stack([np.asarray(row["image"]) for row in samples]) == images).all()
