"""MLCommons' mlcroissant takes the metadata of every dataset, and loads its records offline."""

from __future__ import annotations

import csv
import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import mlcroissant
import numpy as np
import pytest
from etils import epath

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(path.parent.name for path in ROOT.glob("datasets/*/croissant.json"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Extract archives anew."""
    extract = mlcroissant._src.operation_graph.operations.extract
    monkeypatch.setattr(extract, "EXTRACT_PATH", epath.Path(tmp_path / "extracted"))


def load(name: str) -> mlcroissant.Dataset:
    return mlcroissant.Dataset(jsonld=str(ROOT / f"datasets/{name}/croissant.json"))


def test_there_are_four() -> None:
    assert NAMES == ["tinydigits", "tinydigits-150", "tinymnist", "tinytalks"]


@pytest.mark.parametrize("name", NAMES)
def test_the_metadata_is_right(name: str) -> None:
    metadata = load(name).metadata
    assert not metadata.issues.errors
    assert not metadata.issues.warnings
    # mlcroissant takes metadata without these.
    document = json.loads((ROOT / f"datasets/{name}/croissant.json").read_text())
    required = "name description url license version datePublished creator keywords citeAs".split()
    assert [key for key in required if not document.get(key)] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tinytalks"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_the_records_are_the_images_and_their_labels(name: str, split: str) -> None:
    records = list(load(name).records(split))
    found: dict[int, list[bytes]] = {}
    for record in records:
        pixels = np.asarray(record[f"{split}/image"])
        found.setdefault(int(record[f"{split}/label"]), []).append(pixels.tobytes())
    # The pickles of these files hold nothing but arrays.
    images, labels = released(name, split)
    expected = {
        int(label): sorted(image.tobytes() for image in images[labels == label])
        for label in np.unique(labels)
    }
    assert {label: sorted(of_label) for label, of_label in found.items()} == expected


def released(name: str, split: str) -> tuple[Any, Any]:
    """Give the images of a split as bytes from 0 to 255, and its labels."""
    arrays = pickle.loads((ROOT / f"datasets/{name}/{split}.pkl").read_bytes())
    images = arrays["images"]
    if images.dtype == np.float32:
        images = np.rint(images * 255).astype(np.uint8)
    return images, arrays["labels"]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tinytalks"])
def test_the_table_of_samples_is_read(name: str) -> None:
    records = list(load(name).records("samples"))
    lines = list(csv.DictReader((ROOT / f"datasets/{name}/samples.csv").open()))
    assert len(records) == len(lines)
    assert [int(record["samples/label"]) for record in records] == [
        int(line["label"]) for line in lines
    ]


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_the_pairs_are_read(split: str) -> None:
    records = list(load("tinytalks").records(split))
    text = (ROOT / f"datasets/tinytalks/{split}.jsonl").read_text()
    pairs = [json.loads(line) for line in text.splitlines()]
    assert [record[f"{split}/answer"].decode() for record in records] == [
        pair["answer"] for pair in pairs
    ]


def test_a_dataset_that_was_built_anew_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    """What was extracted from an archive of the same name is kept; nothing is better than that."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in (ROOT / "datasets/tinydigits-150").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    document = folder / "croissant.json"
    list(mlcroissant.Dataset(jsonld=str(document)).records("test"))
    other = (ROOT / "datasets/tinydigits/tinydigits-test.zip").read_bytes()
    (folder / "tinydigits-150-test.zip").write_bytes(other)
    text = (ROOT / "datasets/tinydigits/croissant.json").read_text()
    document.write_text(text.replace("tinydigits-", "tinydigits-150-"))
    assert list(mlcroissant.Dataset(jsonld=str(document)).records("test")) == []
    shutil.rmtree(tmp_path / "extracted")
    assert len(list(mlcroissant.Dataset(jsonld=str(document)).records("test"))) == 200
