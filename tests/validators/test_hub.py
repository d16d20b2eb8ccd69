"""Hugging Face's `datasets` loads the folder of every dataset as it is, offline."""

from __future__ import annotations

import importlib
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from huggingface_hub import DatasetCard

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(path.parent.name for path in ROOT.glob("datasets/*/croissant.json"))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def load(name: str, tmp_path: Path) -> Any:
    # A type checker takes the folder of the repository for this package.
    datasets = importlib.import_module("datasets")
    return datasets.load_dataset(str(ROOT / "datasets" / name), cache_dir=str(tmp_path))


@pytest.mark.parametrize("name", NAMES)
def test_the_head_of_the_card_is_what_the_hub_reads(name: str) -> None:
    card = DatasetCard.load(ROOT / f"datasets/{name}/README.md")
    data = card.data.to_dict()
    assert data["license"] in {"cc-by-4.0", "cc-by-sa-3.0"}
    assert data["pretty_name"]
    assert data["size_categories"][0] in {"n<1K", "1K<n<10K"}
    (config,) = data["configs"]
    for file in config["data_files"]:
        assert (ROOT / "datasets" / name / file["path"]).exists()
    # Once more, read by another parser.
    head = (ROOT / f"datasets/{name}/README.md").read_text().split("---\n")[1]
    assert yaml.safe_load(head) == data


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tinytalks"])
def test_images_and_labels_are_loaded_in_the_order_of_the_pickles(
    name: str, tmp_path: Path
) -> None:
    loaded = load(name, tmp_path)
    assert set(loaded) == {"train", "test"}
    for split, rows in loaded.items():
        released = pickle.loads((ROOT / f"datasets/{name}/{split}.pkl").read_bytes())
        assert rows["label"] == released["labels"].tolist()
        images = released["images"]
        if images.dtype == np.float32:
            images = np.rint(images * 255).astype(np.uint8)
        assert (np.stack([np.asarray(image) for image in rows["image"]]) == images).all()
        assert set(rows.column_names) == {"image", "class", "row", "label", "tier", "difficulty"}


def test_pairs_are_loaded(tmp_path: Path) -> None:
    loaded = load("tinytalks", tmp_path)
    assert {split: len(rows) for split, rows in loaded.items()} == {
        "train": 210,
        "validation": 45,
        "test": 45,
    }
    assert loaded["train"][0]["question"] == "What is your name?"
