"""What a student types."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import tinydatasets
from tinydatasets import FormatError, Split, pickles

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("name", "size", "largest", "train", "test"),
    [
        ("tinydigits", 8, np.float32(1), [100] * 10, [20] * 10),
        ("tinydigits-150", 8, np.float32(1), [15] * 10, [5, 5, 5, 5, 5, 5, 5, 4, 4, 4]),
        ("tinymnist", 28, np.uint8(255), [100] * 10, [20] * 10),
    ],
)
def test_both_splits_are_loaded(
    name: str, size: int, largest: np.generic, train: list[int], test: list[int]
) -> None:
    dataset = tinydatasets.load(name)
    for split, rows_per_class in ((dataset.train, train), (dataset.test, test)):
        assert split.images.shape == (sum(rows_per_class), size, size)
        assert (split.images.dtype, split.labels.dtype) == (largest.dtype, np.int64)
        assert np.bincount(split.labels).tolist() == rows_per_class
        assert (split.images.min(), split.images.max()) == (0, largest)
    assert dataset.classes == tuple("0123456789")
    assert dataset.val is None


@pytest.mark.parametrize("name", ["tinydigit", "../datasets/tinydigits", "", "TINYDIGITS"])
def test_an_unknown_name_says_which_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"no dataset .*; there are tinydigits, tinydigits-150"):
        tinydatasets.load(name)


@pytest.mark.parametrize(
    ("load", "name", "hint"),
    [
        (tinydatasets.load, "TinyMNIST", "Did you mean 'tinymnist'?"),
        (tinydatasets.load, "MNIST", "once fetched cifar10, mnist. Did you mean 'mnist'?"),
        (tinydatasets.load, "tinydigit", "Did you mean 'tinydigits'?"),
        (tinydatasets.load, "tinytalks", "Did you mean `tinydatasets.load_text('tinytalks')`?"),
        (tinydatasets.load_text, "tinydigits", "Did you mean `tinydatasets.load('tinydigits')`?"),
    ],
)
def test_a_near_miss_is_understood(load: Callable[[str], object], name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        load(name)


# --- What only some datasets have ---------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the dataset `leaves`, 2 + 2 images in colour."""
    monkeypatch.setattr("tinydatasets.loading._folder", lambda: tmp_path)
    write(tmp_path / "leaves/train.pkl", 0, 2)
    write(tmp_path / "leaves/test.pkl", 1, 0)
    return tmp_path / "leaves"


def write(path: Path, *labels: int) -> None:
    path.parent.mkdir(exist_ok=True)
    images = np.full((len(labels), 4, 5, 3), 7, np.uint8)
    path.write_bytes(pickles.dumps(Split(images, np.array(labels))))


@pytest.mark.usefixtures("folder")
def test_without_more_files_there_is_no_val_and_numbers_are_the_names() -> None:
    dataset = tinydatasets.load("leaves")
    train, test = dataset
    assert train.images.shape == test.images.shape == (2, 4, 5, 3)
    assert dataset.val is None
    assert dataset.classes == ("0", "1", "2")


def test_val_and_names_are_loaded_where_they_are_there(folder: Path) -> None:
    write(folder / "val.pkl", 2, 3)
    assert tinydatasets.load("leaves").classes == ("0", "1", "2", "3")
    (folder / "classes.json").write_text('["oak", "ash", "elm", "érable"]', encoding="utf-8")
    dataset = tinydatasets.load("leaves")
    assert isinstance(dataset.val, Split)
    assert dataset.val.labels.tolist() == [2, 3]
    assert dataset.classes == ("oak", "ash", "elm", "érable")
    train, test = dataset
    assert (train.labels.tolist(), test.labels.tolist()) == ([0, 2], [1, 0])


def test_names_that_are_too_few_for_any_split_are_refused(folder: Path) -> None:
    path = folder / "classes.json"
    path.write_text('["oak", "ash", "elm"]')
    assert tinydatasets.load("leaves").classes == ("oak", "ash", "elm")
    write(folder / "val.pkl", 3)
    message = (
        f"{path}: not names of classes: expected at least 4 names, one for each label, found 3"
    )
    with pytest.raises(FormatError, match=f"^{re.escape(message)}$"):
        tinydatasets.load("leaves")


@pytest.mark.parametrize("name", ["train.pkl", "test.pkl", "val.pkl", "classes.json"])
def test_a_damaged_file_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x80\x04")
    with pytest.raises(FormatError, match=f"^{re.escape(str(folder / name))}: not "):
        tinydatasets.load("leaves")
