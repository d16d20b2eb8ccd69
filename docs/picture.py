"""Draw the picture of the README from the released data: ``python -m docs.picture``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import tinydatasets

PATH = Path(__file__).parent / "tinydigits.png"
COLUMNS = 20
ZOOM = 4
MARGIN = 3


def draw(split: tinydatasets.Split) -> Image.Image:
    """Draw the first rows of each class, dark on white.

    Parameters
    ----------
    split : tinydatasets.Split
        Images of 10 classes.

    Returns
    -------
    PIL.Image.Image
        One line of `COLUMNS` images for each class, every pixel `ZOOM` wide and high.
    """
    lines = []
    for label in range(10):
        images = split.images[split.labels == label][:COLUMNS]
        gray = np.round(255 * (1 - images)).astype(np.uint8)
        tiles = gray.repeat(ZOOM, axis=1).repeat(ZOOM, axis=2)
        padded = np.pad(tiles, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)), constant_values=255)
        lines.append(np.hstack(list(padded)))
    return Image.fromarray(np.vstack(lines))


if __name__ == "__main__":
    draw(tinydatasets.load("tinydigits").train).save(PATH, optimize=True)
