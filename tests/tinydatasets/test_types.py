"""What `load` gives: a pair, with more in it."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tinydatasets import Dataset, Split

if TYPE_CHECKING:
    from collections.abc import Callable


def a_split(*labels: int) -> Split:
    return Split(np.zeros((len(labels), 2, 2), np.uint8), np.array(labels, np.int64))


TRAIN, TEST, VAL = a_split(0, 1), a_split(3), a_split(4)
NAMES = ("oak", "ash", "elm", "fir", "yew")


@pytest.mark.parametrize("dataset", [Dataset(TRAIN, TEST), Dataset(TRAIN, TEST, VAL, [*NAMES])])
def test_it_is_the_pair_of_train_and_test_whatever_else_it_has(dataset: Dataset) -> None:
    train, test = dataset
    (_, y_train), (_, y_test) = dataset
    assert (train, test) == (dataset.train, dataset.test) == (dataset[0], dataset[1])
    assert (y_train.tolist(), y_test.tolist()) == ([0, 1], [3])
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
    dataset = Dataset(TRAIN, TEST, VAL, NAMES)
    with pytest.raises(AttributeError):
        setattr(dataset, name, TRAIN)
    with pytest.raises(AttributeError):
        delattr(dataset, name)
    with pytest.raises(TypeError):
        dataset[0] = TEST  # type: ignore[index]


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
