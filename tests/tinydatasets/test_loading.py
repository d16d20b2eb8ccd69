"""What a student types."""

from __future__ import annotations

import copy
import pickle
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

import tinydatasets
from tinydatasets import Dataset, FormatError, Split, pickles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
        assert [array.dtype for array in split] == [largest.dtype, np.int64]
        assert np.bincount(split.labels).tolist() == rows_per_class
        assert (split.images.min(), split.images.max()) == (0, largest)
    assert dataset.classes == tuple("0123456789")
    assert dataset.val is None


@pytest.mark.parametrize(
    ("load", "name", "hint"),
    [
        (tinydatasets.load, "../datasets/tinydigits", "; there are tinydigits, tinydigits-150, "),
        (tinydatasets.load, "TinyMNIST", "Did you mean 'tinymnist'?"),
        (tinydatasets.load, "MNIST", "once fetched cifar10, mnist. Did you mean 'mnist'?"),
        (tinydatasets.load, "tinydigit", "Did you mean 'tinydigits'?"),
        (tinydatasets.load, "tinytalks", "Did you mean `tinydatasets.load_text('tinytalks')`?"),
        (tinydatasets.load_text, "tinytalk", "there are tinytalks. Did you mean 'tinytalks'?"),
        (tinydatasets.load_text, "tinydigits", "Did you mean `tinydatasets.load('tinydigits')`?"),
    ],
)
def test_an_unknown_name_says_which_was_meant(
    load: Callable[[str], object], name: str, hint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        load(name)


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


def test_val_and_names_are_loaded_where_they_are_there(folder: Path) -> None:
    assert tinydatasets.load("leaves").classes == ("0", "1", "2")
    write(folder / "val.pkl", 2, 3)
    assert tinydatasets.load("leaves").classes == ("0", "1", "2", "3")
    (folder / "classes.json").write_text('["oak", "ash", "elm", "érable"]', encoding="utf-8")
    dataset = tinydatasets.load("leaves")
    splits = [split.labels.tolist() for split in (*dataset, dataset.val) if split]
    assert splits == [[0, 2], [1, 0], [2, 3]]
    assert dataset.classes == ("oak", "ash", "elm", "érable")


def test_names_that_are_too_few_for_any_split_are_refused(folder: Path) -> None:
    path = folder / "classes.json"
    path.write_text('["oak", "ash", "elm"]')
    assert tinydatasets.load("leaves").classes == ("oak", "ash", "elm")
    write(folder / "val.pkl", 3)
    message = f"{path}: not names of classes: expected at least 4 names, one for each label, found"
    with pytest.raises(FormatError, match=f"^{re.escape(message)} 3$"):
        tinydatasets.load("leaves")


@pytest.mark.parametrize("name", ["train.pkl", "test.pkl", "val.pkl", "classes.json"])
def test_a_damaged_file_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x80\x04")
    with pytest.raises(FormatError, match=f"^{re.escape(str(folder / name))}: not "):
        tinydatasets.load("leaves")


def a_split(*labels: int) -> Split:
    return Split(np.zeros((len(labels), 2, 2), np.uint8), np.array(labels, np.int64))


TRAIN, TEST, VAL = a_split(0, 1), a_split(3), a_split(4)
NAMES = ("oak", "ash", "elm", "fir", "yew")


@pytest.mark.parametrize("dataset", [Dataset(TRAIN, TEST), Dataset(TRAIN, TEST, VAL, [*NAMES])])
def test_it_is_the_pair_of_train_and_test_whatever_else_it_has(dataset: Dataset) -> None:
    train, test = dataset
    assert (train, test) == (dataset.train, dataset.test) == (dataset[0], dataset[1])
    assert (train, test) == (TRAIN, TEST)
    assert isinstance(dataset, tuple)
    assert len(dataset) == 2
    assert dataset == Dataset(TRAIN, TEST)


def test_without_names_they_are_the_numbers_of_all_labels() -> None:
    assert Dataset(TRAIN, TEST).classes == ("0", "1", "2", "3")
    assert Dataset(TRAIN, TEST, VAL).classes == ("0", "1", "2", "3", "4")
    assert Dataset(TEST, a_split()).classes == ("0", "1", "2", "3")
    assert Dataset(TRAIN, TEST, classes=()).classes == ()


@pytest.mark.parametrize("name", ["train", "test", "val", "classes"])
def test_nothing_in_it_is_replaced(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Dataset(TRAIN, TEST, VAL, NAMES), name, TRAIN)


COPIES: list[Callable[[Dataset], Dataset]] = [
    copy.copy,
    copy.deepcopy,
    *(lambda x, p=p: pickle.loads(pickle.dumps(x, p)) for p in range(pickle.HIGHEST_PROTOCOL + 1)),
]


@pytest.mark.parametrize("again", COPIES)
@pytest.mark.parametrize("val", [None, VAL])
def test_a_copy_has_all_of_it(again: Callable[[Dataset], Dataset], val: Split | None) -> None:
    dataset = Dataset(TRAIN, TEST, val, NAMES)
    # It is shown with all that it has.
    assert repr(again(dataset)) == repr(dataset)
    assert repr(dataset).startswith("Dataset(train=Split(images=array(")
    assert f", val={val!r}, classes={NAMES!r})" in repr(dataset)
