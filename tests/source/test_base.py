"""Data that is not what is stated of it is no source."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stages.common.errors import StageError
from stages.source.base import as_stated

PIXELS = np.array([[0.0, 7.0], [9.0, 0.0], [1.0, 1.0]])
STATED: dict[str, Any] = {"image_shape": [1, 2], "maximum": 9, "rows_per_class": [2, 1]}
LABELS = np.array([0, 1, 0])


def test_what_is_as_stated_is_taken() -> None:
    images = as_stated(PIXELS, LABELS, **STATED)
    assert images.dtype == np.uint8
    assert images.tolist() == [[[0, 7]], [[9, 0]], [[1, 1]]]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("image_shape", [2, 2], "image_shape: [2, 2] is 4 pixels, the data has 2 an image"),
        ("maximum", 8, "maximum: 8, but the data has pixels of 0 to 9"),
        ("rows_per_class", [1, 2], "rows_per_class: [1, 2], but the data has [2, 1]"),
    ],
)
def test_what_is_not_as_stated_is_said(key: str, value: object, message: str) -> None:
    with pytest.raises(StageError) as caught:
        as_stated(PIXELS, LABELS, **{**STATED, key: value})
    assert str(caught.value).startswith(message)


def test_pixels_are_whole_numbers() -> None:
    with pytest.raises(StageError, match="or some that are no whole numbers"):
        as_stated(PIXELS / 2, LABELS, **STATED)
