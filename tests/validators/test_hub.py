"""Hugging Face's `datasets` loads the folder of every dataset as it is, offline."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.validators.released import IMAGES, ROOT, arrays


def load(name: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    # A type checker takes the folder of the repository for this package.
    datasets = importlib.import_module("datasets")
    return datasets.load_dataset(str(ROOT / "datasets" / name), cache_dir=str(cache))


@pytest.mark.parametrize("name", IMAGES)
def test_images_and_labels_are_loaded_in_the_order_of_the_pickles(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load(name, tmp_path, monkeypatch)
    assert set(loaded) == {"train", "test"}
    for split, rows in loaded.items():
        images, labels = arrays(name, split)
        assert rows["label"] == labels.tolist()
        assert (np.stack([np.asarray(image) for image in rows["image"]]) == images).all()
        assert set(rows.column_names) == {"image", "class", "row", "label", "tier", "difficulty"}


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
    loaded = load(name, tmp_path, monkeypatch)
    assert {split: len(rows) for split, rows in loaded.items()} == expected
    assert loaded["train"][0]["question"] == "Who are you?"
