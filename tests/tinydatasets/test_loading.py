"""What a student types."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import tinydatasets

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("name", "train", "test"),
    [
        ("tinydigits", [100] * 10, [20] * 10),
        ("tinydigits-150", [15] * 10, [5, 5, 5, 5, 5, 5, 5, 4, 4, 4]),
    ],
)
def test_both_splits_are_loaded(name: str, train: list[int], test: list[int]) -> None:
    dataset = tinydatasets.load(name)
    for split, rows_per_class in ((dataset.train, train), (dataset.test, test)):
        assert split.images.shape == (sum(rows_per_class), 8, 8)
        assert split.images.dtype == np.float32
        assert split.labels.dtype == np.int64
        assert np.bincount(split.labels).tolist() == rows_per_class
        assert (split.images.min(), split.images.max()) == (0, 1)


def test_tinymnist_has_the_pixels_of_mnist() -> None:
    for split, rows in zip(tinydatasets.load("tinymnist"), (1000, 200)):
        assert split.images.shape == (rows, 28, 28)
        assert split.images.dtype == np.uint8
        assert (split.images.min(), split.images.max()) == (0, 255)
        assert np.bincount(split.labels).tolist() == [rows // 10] * 10


@pytest.mark.parametrize("name", ["tinydigit", "../datasets/tinydigits", "", "TINYDIGITS"])
def test_an_unknown_name_says_which_there_are(name: str) -> None:
    with pytest.raises(ValueError, match="no dataset ") as caught:
        tinydatasets.load(name)
    assert "there are tinydigits, tinydigits-150" in str(caught.value)


@pytest.mark.parametrize(
    ("load", "name", "hint"),
    [
        (tinydatasets.load, "TinyMNIST", "Did you mean 'tinymnist'?"),
        (tinydatasets.load, "MNIST", "Did you mean 'mnist'?"),
        (tinydatasets.load, "tinytalks", "Did you mean `tinydatasets.load_text('tinytalks')`?"),
        (tinydatasets.load_text, "tinydigits", "Did you mean `tinydatasets.load('tinydigits')`?"),
    ],
)
def test_a_near_miss_is_understood(load: Callable[[str], object], name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        load(name)


def test_the_nearest_name_is_proposed() -> None:
    with pytest.raises(ValueError, match=re.escape("Did you mean 'tinydigits'?")):
        tinydatasets.load("tinydigit")


def test_a_damaged_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tinydigits"
    folder.mkdir()
    (folder / "train.pkl").write_bytes(b"\x80\x04")
    monkeypatch.setattr("tinydatasets.loading._folder", lambda: tmp_path)
    with pytest.raises(tinydatasets.FormatError, match=re.escape(str(folder / "train.pkl"))):
        tinydatasets.load("tinydigits")
