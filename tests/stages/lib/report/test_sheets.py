"""Sheets show the images that they are made of."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from stages.lib.report.sheets import Picture, draw, sheet, shown_per_class


def pixels(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    kind, data = picture.address.split(",")
    assert kind == "data:image/png;base64"
    image = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert image.shape[:2] == (picture.height, picture.width)
    return image


def test_grey_images_are_dark_on_white_in_lines() -> None:
    images = np.zeros((5, 2, 3), np.float32)
    images[3] = 1
    shown = sheet(draw(images, 16), columns=3)
    found = pixels(shown)
    assert (shown.width, shown.height, shown.images) == (3 * 5, 2 * 4, 5)
    # The fourth is the first of the second line, black within a white edge.
    assert (found[5:7, 1:4] == 0).all()
    assert (found[4] == 255).all()
    # After the last there is nothing.
    assert (found[4:, 10:] == 255).all()


def test_colours_stay_as_they_are() -> None:
    images = np.random.RandomState(0).randint(0, 256, (2, 4, 4, 3)).astype(np.uint8)
    found = pixels(sheet(draw(images, 255)))
    assert (found[1:5, 7:11] == images[1]).all()


def test_whole_numbers_are_scaled_by_their_maximum() -> None:
    assert draw(np.array([[[0, 16]]], np.uint8), 16).tolist() == [[[255, 0]]]


def test_a_large_dataset_shows_a_part_of_each_class() -> None:
    assert shown_per_class(100, (28, 28), 10) == 100
    assert shown_per_class(10_000, (28, 28), 10) == 163
    assert shown_per_class(10_000, (1000, 1000, 3), 10) == 1
