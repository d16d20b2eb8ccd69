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


def test_it_is_the_pair_of_train_and_test_whatever_else_it_has() -> None:
    for dataset in (Dataset(TRAIN, TEST), Dataset(TRAIN, TEST, VAL, NAMES)):
        train, test = dataset
        (_, y_train), (_, y_test) = dataset
        assert (train, test) == (dataset.train, dataset.test) == (dataset[0], dataset[1])
        assert train is TRAIN
        assert test is TEST
        assert (y_train.tolist(), y_test.tolist()) == ([0, 1], [3])
        assert len(dataset) == 2
        assert isinstance(dataset, tuple)
        with pytest.raises(ValueError, match="not enough values to unpack"):
            _, _, _ = dataset  # type: ignore[misc]


def test_val_and_names_are_attributes() -> None:
    dataset = Dataset(TRAIN, TEST, VAL, [*NAMES])
    assert dataset.val is VAL
    assert dataset.classes == NAMES
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


@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        *(
            lambda dataset, protocol=protocol: pickle.loads(pickle.dumps(dataset, protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_a_copy_has_all_of_it(again: Callable[[Dataset], Dataset]) -> None:
    for val in (None, VAL):
        found = again(Dataset(TRAIN, TEST, val, NAMES))
        assert type(found) is Dataset
        for split, expected in zip((*found, found.val), (TRAIN, TEST, val)):
            assert (split is None) == (expected is None)
            for array, same in zip(split or (), expected or ()):
                np.testing.assert_array_equal(array, same)
        assert found.classes == NAMES


def test_it_is_shown_with_its_names() -> None:
    shown = repr(Dataset(TRAIN, TEST, VAL, NAMES))
    assert shown.startswith("Dataset(train=Split(images=array(")
    assert ", val=Split(images=array(" in shown
    assert shown.endswith(f", classes={NAMES!r})")
