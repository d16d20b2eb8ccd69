"""Draw the leaves of ``docs/images.md``: a folder of images to try a dataset of your own with.

The leaves are drawn with whole numbers alone, so that the pixels are the same on every machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from stages.common import command
from stages.common.errors import StageError

if TYPE_CHECKING:
    import numpy.typing as npt

CLASSES = ("beech", "oak", "pine")
PER_CLASS = 60
# Height and width of an image are drawn from these.
SIZES = range(20, 29)
# How a leaf may be turned: cosine and sine as fractions of whole numbers.
ANGLES = ((4, 3, 5), (12, 5, 13), (1, 0, 1), (12, -5, 13), (4, -3, 5))
SLATE = (16, 18, 24)
GREEN, BROWN = (96, 156, 64), (196, 132, 52)


def outline(
    kind: str, along: npt.NDArray[np.int64], across: npt.NDArray[np.int64], length: int
) -> npt.NDArray[np.bool_]:
    """Return which points are within a leaf of half the `length`, which lies `along` a line.

    A beech is an ellipse, an oak one with six lobes, and a pine a needle.

    Examples
    --------
    >>> side = np.arange(0, 100, 20)
    >>> [int(outline(kind, 0 * side, side, 100).sum()) for kind in CLASSES]
    [3, 4, 1]
    """
    if kind == "pine":
        return (abs(along) <= length) & (12 * abs(across) <= 2 * length - along)
    width = {"beech": 40, "oak": 30}[kind]
    found = (100 * across) ** 2 + (width * along) ** 2 <= (width * length) ** 2
    if kind == "oak":
        for middle in (-50, 0, 50):
            far = (100 * along - middle * length) ** 2 + (100 * abs(across) - 44 * length) ** 2
            found |= far <= (22 * length) ** 2
    return found


def draw_leaf(kind: str, generator: np.random.RandomState) -> npt.NDArray[np.uint8]:
    """Draw a leaf of some size, place, turn and colour: shape (height, width, 3), on slate."""
    height, width = generator.choice(SIZES, 2)
    cosine, sine, one = ANGLES[generator.randint(len(ANGLES))]
    length = one * min(height, width) * generator.randint(60, 95) // 100
    # In half pixels from the middle of the leaf, which is up to a pixel from that of the image.
    rows = 2 * np.arange(height)[:, np.newaxis] + 1 - height + generator.randint(-2, 3)
    columns = 2 * np.arange(width) + 1 - width + generator.randint(-2, 3)
    along, across = cosine * rows + sine * columns, cosine * columns - sine * rows
    brown = generator.randint(101)
    leaf = [(brown * b + (100 - brown) * g) // 100 for g, b in zip(GREEN, BROWN, strict=True)]
    within = outline(kind, along, across, length)[..., np.newaxis]
    grain = generator.randint(-6, 7, (height, width, 1))
    return (np.where(within, leaf, SLATE) + grain).astype(np.uint8)


def main(out: Path) -> None:
    """Draw 60 images of each of three kinds of leaves into the new folder OUT."""
    if out.exists():
        raise StageError(f"{out} exists already; name a new folder")
    generator = np.random.RandomState(42)
    for kind in CLASSES:
        (out / kind).mkdir(parents=True)
        for number in range(1, PER_CLASS + 1):
            Image.fromarray(draw_leaf(kind, generator)).save(out / kind / f"{number:02}.png")
    print(f"{out}: {PER_CLASS} images each of {', '.join(CLASSES)}")


if __name__ == "__main__":
    command.run(main)
