"""Archives of PNG files, as any program that knows both formats reads them."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

import tinydatasets
from stages.lib.archive import archive
from tests.conftest import ROOT
from tinydatasets.types import Split


@pytest.mark.parametrize(("name", "maximum"), [("tinydigits-150", 16), ("tinymnist", 255)])
@pytest.mark.parametrize("split", ["train", "test"])
def test_the_released_archives_have_the_images_of_the_pickles(
    name: str, maximum: int, split: str
) -> None:
    images, labels = getattr(tinydatasets.load(name), split)
    with zipfile.ZipFile(ROOT / f"datasets/{name}/{split}.zip") as zipped:
        paths = zipped.namelist()
        assert [(int(path.split("/")[0]), int(path.split("/")[1][:-4])) for path in paths] == [
            (label, row) for row, label in enumerate(labels)
        ]
        pixels = np.stack([np.asarray(Image.open(zipped.open(path))) for path in paths])
    unscaled = images * 16 if maximum == 16 else images
    assert (np.rint(pixels / 255 * maximum) == unscaled).all()


def test_colours_and_names_of_classes_stay() -> None:
    images = np.random.RandomState(0).randint(0, 256, (11, 4, 5, 3)).astype(np.uint8)
    split = Split(images, np.arange(11) % 2)
    zipped = zipfile.ZipFile(io.BytesIO(archive(split, 255, ["Ahorn/Bäume", ".. "])))
    assert zipped.namelist()[:2] == ["Ahorn%2FBäume/00.png", "%2E%2E%20/01.png"]
    assert (np.asarray(Image.open(zipped.open("%2E%2E%20/01.png"))) == images[1]).all()
    assert {entry.date_time for entry in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}
