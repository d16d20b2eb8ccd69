"""Images for the page: sheets of many, and single ones; and how many of them there is room for."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stages.common.images import png, scale, to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

COLUMNS = 20
# Of each class, what the page shows before anybody asks for more.
FIRST = 10
# At most: in two lines at the top of the page; mistakes of a recipe, and the hardest images.
HERO, SINGLES = 48, 60
# Bytes that the pictures of all datasets may take, so that the page stays below two megabytes.
LARGEST = 1_200_000
# Bytes of a picture besides its pixels.
AROUND = 240


class Picture(NamedTuple):
    """A picture of some `images`: its address is all of it; width and height are in pixels."""

    address: str
    width: int
    height: int
    images: int


def to_shades(images: npt.NDArray[np.uint8 | np.float32], maximum: int) -> npt.NDArray[np.uint8]:
    """Return images of a pickle as they are shown, from 0 to 255: grey ones dark on white."""
    pixels = to_bytes(scale(images, maximum))
    return 255 - pixels if images.ndim == 3 else pixels


def sheet(pixels: npt.NDArray[np.uint8], columns: int = COLUMNS) -> Picture:
    """Return images side by side, as many as `columns` in a line, a white line around each.

    `pixels` has the shape (n, height, width) or (n, height, width, 3).
    """
    count = len(pixels)
    columns = min(columns, count)
    lines = -(-count // columns)
    margins = [(0, lines * columns - count), (1, 1), (1, 1), (0, 0)][: pixels.ndim]
    tiles = np.pad(pixels, margins, constant_values=255)
    height, width = tiles.shape[1:3]
    grid = tiles.reshape(lines, columns, *tiles.shape[1:]).swapaxes(1, 2)
    image = grid.reshape(lines * height, columns * width, *tiles.shape[3:])
    # Sixteen levels of grey look the same, and take half the space.
    data = png(image, bits=4 if image.ndim == 2 else 8)
    address = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return Picture(address, columns * width, lines * height, count)


class Plan(NamedTuple):
    """How many images of a dataset the page shows.

    `singles` are the mistakes of each recipe, and as many of the hardest images; `hero` are the
    images at the top of the page.
    """

    classes: int
    per_class: int
    singles: int
    hero: int


def _cost_of(shape: tuple[int, ...]) -> int:
    """Return about how many bytes of the page an image takes."""
    pixels = (shape[0] + 2) * (shape[1] + 2)
    return -(-(pixels // 2 if len(shape) == 2 else 3 * pixels) * 4 // 3)


def plan_of(allowance: int, shape: tuple[int, ...], counts: list[int], recipes: int) -> Plan:
    """Return how many images of a dataset fit into the bytes that they may take.

    A tenth of the bytes is for single images, then come ten of each class, and with the rest more
    of each. `counts` are the training images of each class, `recipes` how many there are.

    Examples
    --------
    >>> plan_of(700_000, (28, 28), [100] * 10, 2)
    Plan(classes=10, per_class=80, singles=27, hero=48)
    >>> plan_of(100_000, (32, 32, 3), [50] * 200, 2)
    Plan(classes=1, per_class=10, singles=0, hero=1)
    """
    cost = _cost_of(shape)
    singles = min(SINGLES, allowance // 10 // (recipes + 1) // (cost + AROUND))
    left = allowance - singles * (recipes + 1) * (cost + AROUND)
    hero = min(HERO, left // 20 // cost)
    left -= hero * cost
    classes = min(len(counts), left // 2 // (FIRST * cost))
    per_class = (left - classes * FIRST * cost) // (max(1, classes) * cost)
    # The last line of a sheet is as long as the others.
    if per_class < -(-max(counts) // COLUMNS) * COLUMNS and per_class > COLUMNS:
        per_class -= per_class % COLUMNS
    return Plan(classes, min(max(counts), per_class), singles, hero)


def wanted_by(facts: Mapping[str, Any]) -> int:
    """Return the bytes that all pictures of a dataset would take; a text has none."""
    if facts["kind"] == "text":
        return 0
    cost = _cost_of(facts["source"]["image_shape"])
    train, test = (int(facts["splits"][split]["samples"]) for split in ("train", "test"))
    singles = (len(facts["recipes"]) + 1) * min(SINGLES, train + test)
    return cost * (2 * train + HERO) + singles * (cost + AROUND)


def allowances(wanted: list[int], total: int = LARGEST) -> list[int]:
    """Divide bytes: all get what they want, or those that want most get the same.

    Examples
    --------
    >>> allowances([10, 500, 300], 600)
    [10, 295, 295]
    """
    allowed = [0] * len(wanted)
    for done, at in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        allowed[at] = min(wanted[at], total // (len(wanted) - done))
        total -= allowed[at]
    return allowed
