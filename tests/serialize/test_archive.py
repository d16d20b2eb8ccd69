"""Archives of PNG files, as any program that knows both formats reads them."""

from __future__ import annotations

import csv
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

import tinydatasets
from stages.serialize.archive import archive
from tests.conftest import ROOT
from tinydatasets.types import Split


def lines_of(zipped: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(zipped.read("metadata.csv").decode().splitlines()))


@pytest.mark.parametrize(("name", "maximum"), [("tinydigits-150", 16), ("tinymnist", 255)])
@pytest.mark.parametrize("split", ["train", "test"])
def test_the_released_archives_have_the_images_of_the_pickles(
    name: str, maximum: int, split: str
) -> None:
    images, labels = getattr(tinydatasets.load(name), split)
    samples = csv.DictReader((ROOT / f"datasets/{name}/samples.csv").read_text().splitlines())
    with zipfile.ZipFile(ROOT / f"datasets/{name}/{name}-{split}.zip") as zipped:
        lines = lines_of(zipped)
        paths = [line.pop("file_name") for line in lines]
        assert [*paths, "metadata.csv"] == zipped.namelist()
        assert [tuple(map(int, path[:-4].split("/")[1:])) for path in paths] == [
            (label, row) for row, label in enumerate(labels)
        ]
        pixels = np.stack([np.asarray(Image.open(zipped.open(path))) for path in paths])
    unscaled = images * 16 if maximum == 16 else images
    assert (np.rint(pixels / 255 * maximum) == unscaled).all()
    assert [{"split": split, **line} for line in lines] == [
        {"class": line["label"], **line} for line in samples if line["split"] == split
    ]


def test_colours_and_names_of_classes_stay() -> None:
    images = np.random.RandomState(0).randint(0, 256, (11, 4, 5, 3)).astype(np.uint8)
    labels = np.arange(11) % 2
    table = [{"split": "train", "row": str(40 + i), "label": str(i % 2)} for i in range(11)]
    names = ["Ahorn/Bäume", ".. "]
    zipped = zipfile.ZipFile(io.BytesIO(archive(Split(images, labels), table, 255, names)))
    first, second = zipped.namelist()[:2]
    assert (first[8:], second[8:]) == ("/Ahorn%2FB%C3%A4ume/00.png", "/%2E%2E%20/01.png")
    assert (np.asarray(Image.open(zipped.open(second))) == images[1]).all()
    assert lines_of(zipped)[1] == {"file_name": second, "class": ".. ", "row": "41", "label": "1"}
    assert {entry.date_time for entry in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_other_images_are_in_a_folder_of_another_name() -> None:
    splits = (Split(np.full((1, 2, 2), value, np.uint8), np.array([0])) for value in (0, 1))
    archives = (archive(split, [{"label": "0"}], 255, ["0"]) for split in splits)
    assert len({zipfile.ZipFile(io.BytesIO(data)).namelist()[0] for data in archives}) == 2
