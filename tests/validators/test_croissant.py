"""MLCommons' mlcroissant takes the metadata of every dataset, and loads its records offline."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import mlcroissant
import numpy as np
import pytest

from tests.validators.released import IMAGES, NAMES, ODD, ROOT, arrays
from tinydatasets.__main__ import main

# What a dataset needs, which mlcroissant takes without: of the format, and of NeurIPS 2026.
REQUIRED = """
name description url license version datePublished creator keywords citeAs
rai:dataLimitations rai:dataBiases rai:personalSensitiveInformation rai:dataUseCases
rai:dataSocialImpact rai:hasSyntheticData prov:wasDerivedFrom prov:wasGeneratedBy
"""
# What mlcroissant calls the properties of the vocabulary RAI.
RAI = """
data_collection data_annotation_protocol data_biases data_limitations data_use_cases
data_social_impact personal_sensitive_information data_release_maintenance_plan
"""


def records(folder: Path, name: str) -> list[Any]:
    return list(mlcroissant.Dataset(jsonld=str(folder / "croissant.json")).records(name))


@pytest.mark.parametrize("exported", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_metadata_is_right(name: str, exported: bool, tmp_path: Path) -> None:
    path = ROOT / f"datasets/{name}/croissant.json"
    if exported:
        main(["export", name, "--to", "parquet", str(tmp_path / "out")])
        path = tmp_path / "out/croissant.json"
    metadata = mlcroissant.Dataset(jsonld=str(path)).metadata
    assert not metadata.issues.errors
    assert not metadata.issues.warnings
    assert [key for key in RAI.split() if not getattr(metadata, key)] == []
    document = json.loads(path.read_text())
    assert [key for key in REQUIRED.split() if document.get(key) in (None, "", [])] == []


@pytest.mark.parametrize("name", IMAGES)
def test_the_records_are_the_samples(name: str) -> None:
    folder = ROOT / "datasets" / name
    labels = [record["samples/label"] for record in records(folder, "samples")]
    assert labels == [*arrays(name, "train")[1], *arrays(name, "test")[1]]


def test_names_that_look_like_something_else_are_read_as_they_are(tmp_path: Path) -> None:
    path = shutil.copytree(ROOT / "datasets/tinydigits-150", tmp_path / "odd") / "croissant.json"
    document = json.loads(path.read_text())
    for row, name in zip(document["recordSet"][1]["data"], ODD, strict=True):
        row["classes/name"] = name
    path.write_text(json.dumps(document))
    expected = [{"classes/label": i, "classes/name": name} for i, name in enumerate(ODD)]
    assert records(path.parent, "classes") == expected
    assert len(records(path.parent, "samples")) == 197


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
