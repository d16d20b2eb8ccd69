"""Sheets show the images that they are made of."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from stages.report.sheets import (
    FIRST,
    HERO,
    SINGLES,
    Picture,
    Plan,
    plan_of,
    sheet,
    shrink,
    to_shades,
    wanted_by,
)


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


def test_where_there_is_room_for_all_nothing_is_left_out() -> None:
    split = {"samples": 150}
    facts = {
        "kind": "images",
        "source": {"image_shape": [8, 8]},
        "recipes": {"a": {}, "b": {}},
        "splits": {"train": split, "test": split},
    }
    plan = plan_of(wanted_by(facts), (8, 8), [15] * 10, 2)
    assert plan == Plan(classes=10, first=FIRST, per_class=15, singles=SINGLES, hero=HERO)


@pytest.mark.parametrize(
    ("shape", "counts"),
    [
        ((8, 8), [100] * 10),
        ((28, 28), [6000] * 10),
        ((32, 32, 3), [10] * 200),
        ((32, 32, 3), [5000] * 10),
        ((500, 500, 3), [9, 9]),
    ],
)
def test_pictures_take_no_more_than_they_may(shape: tuple[int, ...], counts: list[int]) -> None:
    allowance, recipes = 400_000, 3
    plan = plan_of(allowance, shape, counts, recipes)
    assert 0 < plan.first <= plan.per_class <= max(counts)
    assert plan.singles > 0
    # Of no class are there two images while another has none.
    assert plan.classes == len(counts) or plan.first == 1
    image = shrink(np.zeros((1, *shape), np.uint8))
    single, ten, many, top = (
        len(sheet(np.repeat(image, count, axis=0)).address) if count else 0
        for count in (1, plan.first, plan.per_class, plan.hero)
    )
    taken = top + single * plan.singles * (recipes + 2) + plan.classes * (ten + many)
    assert taken < 1.05 * allowance
