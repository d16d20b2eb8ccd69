"""Sheets show the images that they are made of."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from stages.report.sheets import Picture, sheet, shrink, to_shades


def pixels(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    kind, data = picture.address.split(",")
    assert kind == "data:image/png;base64"
    image = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert image.shape[:2] == (picture.height, picture.width)
    return image


def test_grey_images_are_dark_on_white_in_lines() -> None:
    images = np.zeros((5, 2, 3), np.float32)
    images[3] = 1
    shown = sheet(to_shades(images, 16), columns=3)
    found = pixels(shown)
    assert (shown.width, shown.height, shown.images) == (3 * 5, 2 * 4, 5)
    # The fourth is the first of the second line, black within a white edge.
    assert (found[5:7, 1:4] == 0).all()
    assert (found[4] == 255).all()
    # After the last there is nothing.
    assert (found[4:, 10:] == 255).all()


def test_colours_stay_and_whole_numbers_are_scaled_by_their_maximum() -> None:
    images = np.random.RandomState(0).randint(0, 256, (2, 4, 4, 3)).astype(np.uint8)
    found = pixels(sheet(to_shades(images, 255)))
    assert (found[1:5, 7:11] == images[1]).all()
    assert to_shades(np.array([[[0, 16]]], np.uint8), 16).tolist() == [[[255, 0]]]


@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_large_image_is_shown_by_the_means_of_squares(channels: tuple[int, ...]) -> None:
    image = np.random.RandomState(0).randint(0, 256, (2, 66, 9, *channels)).astype(np.uint8)
    shown = shrink(image)
    assert shown.shape == (2, 22, 3, *channels)
    assert (shown[1, 4, 1] == image[1, 12:15, 3:6].reshape(9, -1).mean(axis=0) // 1).all()
    # A square that the edge cuts off is no darker, and no side is lost.
    white = np.full((2, 65, 1, *channels), 255, np.uint8)
    assert (shrink(white) == white[:, :22]).all()
