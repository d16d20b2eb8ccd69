"""Images for the page: sheets of many, and single ones."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stages.lib.pixels import scale
from stages.lib.png import png, to_bytes

if TYPE_CHECKING:
    import numpy.typing as npt

COLUMNS = 20
# Of a dataset: with more, a sheet shows the first images of each class only.
LARGEST = 640_000


@dataclass(frozen=True)
class Picture:
    """A picture in the page itself.

    Attributes
    ----------
    address : str
        All of it, as the address of an image.
    width, height : int
        How wide and high it is, in pixels.
    images : int
        How many images are in it.
    """

    address: str
    width: int
    height: int
    images: int


def draw(images: npt.NDArray[np.uint8 | np.float32], maximum: int) -> npt.NDArray[np.uint8]:
    """Give images as they are shown: grey ones dark on white.

    Parameters
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, 3)
        Pixels of a pickle.
    maximum : int
        The largest value that a pixel of the source can have.

    Returns
    -------
    ndarray of the same shape, dtype uint8
        Pixels from 0 to 255.
    """
    pixels = to_bytes(scale(images, maximum))
    return 255 - pixels if images.ndim == 3 else pixels


def sheet(pixels: npt.NDArray[np.uint8], columns: int = COLUMNS) -> Picture:
    """Put images side by side.

    Parameters
    ----------
    pixels : ndarray of shape (n, height, width) or (n, height, width, 3), dtype uint8
        The images, as `draw` gives them.
    columns : int
        How many stand in a line.

    Returns
    -------
    Picture
        All of them, with a white line of a pixel around each.
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


def shown_per_class(count: int, shape: tuple[int, ...], classes: int) -> int:
    """Give how many images of each class a page can show: all, or as many as its size allows.

    Examples
    --------
    >>> shown_per_class(100, (28, 28), 10), shown_per_class(5000, (32, 32, 3), 10)
    (100, 20)
    """
    size = int(np.prod(shape)) // (2 if len(shape) == 2 else 1)
    return min(count, max(1, LARGEST // (size * classes)))
