"""What a file holds is images and labels, or one message says which row is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stages.common.errors import StageError
from stages.source.own_files import to_images, to_labels

GREY = np.arange(48).reshape(3, 4, 4)
COLOUR = np.arange(72).reshape(3, 4, 2, 3)


@pytest.mark.parametrize("dtype", ["u1", ">u2", "i8", "f2", ">f8"])
@pytest.mark.parametrize("pixels", [GREY, COLOUR])
def test_whole_numbers_of_any_type_are_pixels(pixels: np.ndarray[Any, Any], dtype: str) -> None:
    images = to_images(pixels.astype(dtype), None)
    assert images.dtype == np.uint8
    assert images.tolist() == pixels.tolist()


def test_a_row_of_pixels_has_the_shape_that_is_stated_or_is_square() -> None:
    assert to_images(GREY.reshape(3, 16), None).tolist() == GREY.tolist()
    assert to_images(COLOUR.reshape(3, 24), [4, 2, 3]).tolist() == COLOUR.tolist()


def wrong(value: float) -> np.ndarray[Any, Any]:
    pixels = GREY.astype(float)
    pixels[1, 2, 3] = value
    return pixels


@pytest.mark.parametrize(
    ("pixels", "shape", "message"),
    [
        (wrong(np.nan), None, "numbers from 0 to 255, found nan in image 2 of 3"),
        (wrong(-1), None, "numbers from 0 to 255, found -1 in image 2 of 3"),
        (wrong(np.inf), None, "numbers from 0 to 255, found inf in image 2 of 3"),
        (wrong(0.5), None, "numbers from 0 to 255, found 0.5 in image 2 of 3"),
        (GREY.astype(np.uint16) + 209, None, "numbers from 0 to 255, found 256 in image 3 of 3"),
        (GREY > 3, None, "expected pixels that are numbers, found bool"),
        (GREY.astype(str), None, "expected pixels that are numbers, found <U"),
        (GREY[:0], None, "no pixel"),
        (GREY[:, :0], None, "no pixel"),
        (GREY[0, 0], None, "expected images of shape (n, height, width) or (n, height, width, 3)"),
        (GREY.reshape(3, 2, 2, 4), None, "or (n, height, width, 3), found (3, 2, 2, 4)"),
        (GREY.reshape(3, 2, 8)[:, :, :6].reshape(3, 12), None, "12 pixels an image, which are no"),
        (GREY.reshape(3, 16), [4, 5], "image_shape: [4, 5] is 20 pixels, but the data has 16 an i"),
    ],
)
def test_what_are_no_images_is_said(
    pixels: np.ndarray[Any, Any], shape: list[int] | None, message: str
) -> None:
    with pytest.raises((ValueError, StageError)) as caught:
        to_images(pixels, shape)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("values", "stated", "labels", "names"),
    [
        ([1, 0, 1], None, [1, 0, 1], ["0", "1"]),
        ([1, 0, 1], ["b", "a"], [1, 0, 1], ["b", "a"]),
        (["b", " a", "b "], None, [1, 0, 1], ["a", "b"]),
        (["b", "a", "b"], ["b", "a"], [0, 1, 0], ["b", "a"]),
        # By code point; é as one character or as two is one name.
        (["橡", "é", "e\u0301", "z", "A"], None, [3, 2, 2, 1, 0], ["A", "z", "é", "橡"]),
        (["سنديان", "oak tree", "10", "9"], None, [3, 2, 0, 1], ["10", "9", "oak tree", "سنديان"]),
    ],
)
def test_labels_and_names_become_labels(
    values: list[Any], stated: list[str] | None, labels: list[int], names: list[str]
) -> None:
    found = to_labels(np.array(values), len(values), stated)
    assert found[0].dtype == np.int64
    assert (found[0].tolist(), found[1]) == (labels, names)


@pytest.mark.parametrize(
    ("values", "stated", "message"),
    [
        ([0, 1], None, "expected 3 labels, one for each image, found shape (2,)"),
        ([[0], [1], [0]], None, "expected 3 labels, one for each image, found shape (3, 1)"),
        ([0, 2, 0], None, "expected labels of 0 and more without a gap, found no 1"),
        ([1, 2, 1], None, "expected labels of 0 and more without a gap, found no 0"),
        ([-1, 0, 1], None, "expected labels of 0 and more, found -1"),
        ([0, 0, 0], None, "expected two classes or more, found 0 alone"),
        (["a", "a", "a"], None, "expected two classes or more, found a alone"),
        (["a", "", "b"], None, "a row has no class"),
        ([0.0, 1.0, 0.0], None, "expected whole numbers or text, found float64"),
        ([True, False, True], None, "expected whole numbers or text, found bool"),
        ([0, 1, 2], ["a", "b"], "classes: 2 names, but the data has 3 labels"),
        (["a", "b", "b"], ["a", "c"], "classes: ['a', 'c'], but the data has ['a', 'b']"),
    ],
)
def test_what_are_no_labels_is_said(
    values: list[Any], stated: list[str] | None, message: str
) -> None:
    with pytest.raises((ValueError, StageError)) as caught:
        to_labels(np.array(values), 3, stated)
    assert str(caught.value) == message
