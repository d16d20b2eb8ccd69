"""MLCommons' mlcroissant takes the metadata of every dataset, and loads its records offline."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import mlcroissant
import numpy as np
import pytest
from etils import epath

from tests.validators.released import IMAGES, NAMES, ROOT, arrays
from tinydatasets.__main__ import main


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Extract archives anew."""
    extract = mlcroissant._src.operation_graph.operations.extract
    monkeypatch.setattr(extract, "EXTRACT_PATH", epath.Path(tmp_path / "extracted"))


def records(folder: Path, name: str) -> list[Any]:
    return list(mlcroissant.Dataset(jsonld=str(folder / "croissant.json")).records(name))


@pytest.mark.parametrize("exported", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_metadata_is_right(name: str, exported: bool, tmp_path: Path) -> None:
    path = ROOT / f"datasets/{name}/croissant.json"
    if exported:
        main(["export", name, "--to", "parquet", str(tmp_path / "out")])
        path = tmp_path / "out/croissant.json"
    issues = mlcroissant.Dataset(jsonld=str(path)).metadata.issues
    assert not issues.errors
    assert not issues.warnings
    # mlcroissant takes metadata without these.
    document = json.loads(path.read_text())
    required = "name description url license version datePublished creator keywords citeAs".split()
    assert [key for key in required if not document.get(key)] == []


@pytest.mark.parametrize("name", IMAGES)
def test_the_records_are_the_images_their_labels_and_the_table(name: str) -> None:
    folder = ROOT / "datasets" / name
    for split in ("train", "test"):
        loaded = [
            (int(record[f"{split}/label"]), np.asarray(record[f"{split}/image"]).tobytes())
            for record in records(folder, split)
        ]
        released = zip(*arrays(name, split))
        assert sorted(loaded) == sorted((int(label), image.tobytes()) for image, label in released)
    lines = list(csv.DictReader((folder / "samples.csv").open()))
    labels = [int(record["samples/label"]) for record in records(folder, "samples")]
    assert labels == [int(line["label"]) for line in lines]


@pytest.mark.parametrize("name", IMAGES)
def test_the_records_of_exported_parquet_are_the_images_and_their_labels(
    name: str, tmp_path: Path
) -> None:
    main(["export", name, "--to", "parquet", str(tmp_path / "out")])
    for split in ("train", "test"):
        images, labels = arrays(name, split)
        loaded = records(tmp_path / "out", split)
        assert [record[f"{split}/label"] for record in loaded] == labels.tolist()
        found = np.stack([np.asarray(record[f"{split}/image"]) for record in loaded])
        assert (found == images).all()


@pytest.mark.parametrize("split", ["train", "val", "test"])
@pytest.mark.parametrize("name", ["tinytalks", "tinytalks-1200"])
def test_the_pairs_are_read(name: str, split: str) -> None:
    folder = ROOT / "datasets" / name
    pairs = [json.loads(line) for line in (folder / f"{split}.jsonl").read_text().splitlines()]
    answers = [record[f"{split}/answer"].decode() for record in records(folder, split)]
    assert answers == [pair["answer"] for pair in pairs]
