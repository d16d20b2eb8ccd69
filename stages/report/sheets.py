"""Images for the page: sheets of many, and single ones; and how many of them there is room for."""

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stages.common.images import scale
from tinydatasets.png import png, to_bytes

COLUMNS = 20
# Of each class, what the page shows before anybody asks for more.
FIRST = 10
# At most: at the top of the page; mistakes of a recipe, and the hardest images.
HERO, SINGLES = 16, 60
# An image is shown in as many pixels at most, on its longer side.
SIDE = 32
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
    pixels = shrink(to_bytes(scale(images, maximum)))
    return 255 - pixels if images.ndim == 3 else pixels


def shrink_factor(shape: tuple[int, ...]) -> int:
    """Return how many times an image of a shape is wider and higher than it is shown."""
    return -(-max(shape[:2]) // SIDE)


def shrink(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return images of which no side is longer than `SIDE`: a pixel is the mean of a square.

    Examples
    --------
    >>> shrink(np.array([[[0, 1, 2] + 32 * [7]]], np.uint8)).tolist()
    [[[0, 4, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]]]
    """
    factor = shrink_factor(pixels.shape[1:])
    if factor == 1:
        return pixels
    # A last square that is cut off by the edge goes on with the pixels there.
    more = [(0, -length % factor) for length in pixels.shape[1:3]]
    padded = np.pad(pixels, [(0, 0), *more, (0, 0)][: pixels.ndim], mode="edge")
    count, height, width, *channels = padded.shape
    squares = padded.reshape(count, height // factor, factor, width // factor, factor, *channels)
    # Sums of whole numbers are exact.
    means: npt.NDArray[np.int64] = squares.sum(axis=(2, 4), dtype=np.int64) // factor**2
    return means.astype(np.uint8)


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

    Of so many `classes`, the page shows the `first`, and `per_class` to those who ask for more.
    `singles` are the mistakes of each recipe, as many of the hardest images, and of those in pairs;
    `hero` are the images at the top of the page.
    """

    classes: int
    first: int
    per_class: int
    singles: int
    hero: int


def _cost_of(shape: tuple[int, ...]) -> int:
    """Return about how many bytes of the page an image takes."""
    height, width = (-(-length // shrink_factor(shape)) + 2 for length in shape[:2])
    pixels = height * width
    return -(-(pixels // 2 if len(shape) == 2 else 3 * pixels) * 4 // 3)


def plan_of(allowance: int, shape: tuple[int, ...], counts: list[int], recipes: int) -> Plan:
    """Return how many images of a dataset fit into the bytes that they may take.

    A tenth of the bytes, or what the rest leaves, is for single images. One at least is at the top.
    Then come ten of each class, or fewer where there are many classes, and with the rest more of
    each. `counts` are the training images of each class, `recipes` how many there are.

    Examples
    --------
    >>> plan_of(700_000, (28, 28), [100] * 10, 2)
    Plan(classes=10, first=10, per_class=80, singles=20, hero=16)
    """
    cost = _cost_of(shape)
    spare = allowance - cost * (2 * sum(counts) + HERO)
    singles = min(SINGLES, max(allowance // 10, spare) // (recipes + 2) // (cost + AROUND))
    left = allowance - singles * (recipes + 2) * (cost + AROUND)
    hero = max(1, min(HERO, left // 4 // cost))
    left = max(0, left - hero * cost)
    classes = min(len(counts), left // 2 // cost)
    first = min(FIRST, max(counts), left // 2 // cost // max(1, classes))
    per_class = (left - classes * first * cost) // (max(1, classes) * cost)
    # The last line of a sheet is as long as the others.
    if per_class < -(-max(counts) // COLUMNS) * COLUMNS and per_class > COLUMNS:
        per_class -= per_class % COLUMNS
    return Plan(classes, first, min(max(counts), per_class), singles, hero)


def wanted_by(facts: Mapping[str, Any]) -> int:
    """Return the bytes that all pictures of a dataset would take; a text has none."""
    if facts["kind"] == "text":
        return 0
    cost = _cost_of(facts["source"]["image_shape"])
    train, test = (int(facts["splits"][split]["samples"]) for split in ("train", "test"))
    singles = (len(facts["recipes"]) + 2) * min(SINGLES, train + test)
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
