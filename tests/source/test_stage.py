"""Stage `source`: the images of a source of each kind, and how near they are."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from stages import source
from stages.common.errors import StageError
from stages.sample.difficulty import nearest
from stages.source.folder import ImageFolder
from stages.source.own import fill_in
from tests.fetch.published import mnist_arrays, mnist_files, small_mnist
from tests.in_blocks import in_blocks
from tinydatasets.fetch import benchmarks

DIGITS = {
    "package": "scikit-learn",
    "file": "sklearn/datasets/data/digits.csv.gz",
    "sha256": "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
    "image_shape": [8, 8],
    "maximum": 16,
    "rows_per_class": [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
}


def read(folder: Path, name: str, entry: dict[str, Any]) -> Path:
    """Run the stage on an entry of `sources`, and give the folder that it wrote to."""
    params = folder / "sources" / f"{name}.json"
    params.parent.mkdir(exist_ok=True)
    params.write_text(json.dumps(entry))
    source.main(params=params, out=folder / "out")
    return folder / "out"


def test_images_labels_and_neighbours_are_written(tmp_path: Path) -> None:
    out = read(tmp_path, "digits", DIGITS)
    images, labels = np.load(out / "images.npy"), np.load(out / "labels.npy")
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, load_digits().images)
    np.testing.assert_array_equal(labels, load_digits().target)
    expected = nearest(in_blocks(images, 700), labels)
    np.testing.assert_array_equal(np.load(out / "nearest.npy"), expected)


@pytest.mark.parametrize(
    ("key", "value"),
    [("maximum", 15), ("image_shape", [8, 9]), ("package", "scikit-lern"), ("sha256", "f" * 64)],
)
def test_what_is_not_as_stated_stops_before_anything_is_written(
    tmp_path: Path, key: str, value: object
) -> None:
    with pytest.raises(StageError, match=rf"^params.yaml: sources\.digits\.{key}: "):
        read(tmp_path, "digits", {**DIGITS, key: value})
    assert not (tmp_path / "out").exists()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a small benchmark of MNIST's layout where the full one would be."""
    arrays = mnist_arrays()
    monkeypatch.setitem(benchmarks.BENCHMARKS, "mnist", small_mnist(mnist_files(arrays)))
    monkeypatch.setenv("TINYDATASETS_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "mnist"
    folder.mkdir(parents=True)
    for name, data in mnist_files(arrays).items():
        (folder / name).write_bytes(data)
    return folder


def mnist() -> dict[str, Any]:
    rows = np.bincount(mnist_arrays()[1]).tolist()
    return {
        "benchmark": "mnist",
        "image_shape": [28, 28],
        "maximum": 255,
        "rows_per_class": rows,
    }


@pytest.mark.usefixtures("home")
def test_the_training_images_of_a_benchmark_are_read(tmp_path: Path) -> None:
    out = read(tmp_path, "mnist", mnist())
    images, labels, *_ = mnist_arrays()
    np.testing.assert_array_equal(np.load(out / "images.npy"), images)
    np.testing.assert_array_equal(np.load(out / "labels.npy"), labels)


def test_a_damaged_benchmark_stops(home: Path, tmp_path: Path) -> None:
    path = home / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(b"0" * 30))
    with pytest.raises(
        StageError, match=r"^params.yaml: sources.mnist.benchmark: mnist: "
    ) as caught:
        read(tmp_path, "mnist", mnist())
    assert "is not the published train-labels-idx1-ubyte.gz" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_benchmark_that_was_not_fetched_says_how_to_get_it(home: Path, tmp_path: Path) -> None:
    shutil.rmtree(home)
    with pytest.raises(StageError) as caught:
        read(tmp_path, "mnist", mnist())
    assert str(caught.value).startswith("params.yaml: sources.mnist.benchmark: mnist: ")
    assert str(caught.value).endswith("`tinydatasets fetch mnist` says how to get it.")


@pytest.fixture
def leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Save images of two classes, and give the entry as stage `params` fills it in."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.RandomState(3)
    for row in range(6):
        path = tmp_path / f"data/leaves/{('elm', 'oak')[row // 3]}/{row}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = generator.randint(0, 256, (32, 32, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(path, quality=100)
    return fill_in(ImageFolder(folder="data/leaves")).model_dump()


def test_images_of_a_folder_are_read(leaves: dict[str, Any], tmp_path: Path) -> None:
    out = read(tmp_path, "leaves", leaves)
    images = np.load(out / "images.npy")
    assert images.shape == (6, 32, 32, 3)
    for row, path in enumerate(sorted(tmp_path.glob("data/leaves/*/*"))):
        np.testing.assert_array_equal(images[row], np.asarray(Image.open(path)))
    assert np.load(out / "labels.npy").tolist() == [0, 0, 0, 1, 1, 1]
    assert len(np.load(out / "nearest.npy")) == 6


def test_an_image_that_is_cut_stops_before_anything_is_written(
    leaves: dict[str, Any], tmp_path: Path
) -> None:
    path = Path("data/leaves/oak/4.jpg")
    path.write_bytes(path.read_bytes()[:-500])
    found = fill_in(ImageFolder(folder="data/leaves")).model_dump()
    assert found["sha256"] != leaves["sha256"]
    with pytest.raises(StageError) as caught:
        read(tmp_path, "leaves", found)
    assert str(caught.value).startswith(
        "params.yaml: sources.leaves.folder: data/leaves/oak/4.jpg: image file is truncated"
    )
    assert not (tmp_path / "out").exists()


def test_images_that_changed_since_they_were_looked_at_stop(
    leaves: dict[str, Any], tmp_path: Path
) -> None:
    Image.new("RGB", (32, 32)).save("data/leaves/oak/4.jpg")
    with pytest.raises(StageError) as caught:
        read(tmp_path, "leaves", leaves)
    assert str(caught.value).startswith(
        f"params.yaml: sources.leaves.sha256: {leaves['sha256']}, but the data has "
    )


def test_a_pixel_above_the_largest_value_stops(leaves: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(StageError) as caught:
        read(tmp_path, "leaves", {**leaves, "maximum": 200})
    assert str(caught.value).startswith(
        "params.yaml: sources.leaves.maximum: 200, but the data has pixels of 0 to 255"
    )
