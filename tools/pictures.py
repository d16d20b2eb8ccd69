"""Draw the pictures of the READMEs from the released data: ``python -m tools.pictures``."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

import tinydatasets
from stages.lib import command

if TYPE_CHECKING:
    import numpy.typing as npt

FOLDER = Path(__file__).parent.parent / "docs"
SAMPLES = FOLDER.parent / "datasets" / "tinymnist" / "samples.csv"
MARGIN = 3


def draw(lines: list[npt.NDArray[np.float32]], zoom: int) -> Image.Image:
    """Draw images in lines, dark on white.

    Parameters
    ----------
    lines : list of ndarray of shape (columns, height, width)
        A line of images each, pixels in [0, 1].
    zoom : int
        How wide and high a pixel becomes.

    Returns
    -------
    PIL.Image.Image
        The lines, one below the other, with a margin around each image.
    """
    drawn = []
    for images in lines:
        gray = np.round(255 * (1 - images)).astype(np.uint8)
        tiles = gray.repeat(zoom, axis=1).repeat(zoom, axis=2)
        padded = np.pad(tiles, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)), constant_values=255)
        drawn.append(np.hstack(list(padded)))
    return Image.fromarray(np.vstack(drawn))


def tinydigits() -> Image.Image:
    """Draw the first 20 training images of each digit of TinyDigits."""
    images, labels = tinydatasets.load("tinydigits").train
    return draw([images[labels == label][:20] for label in range(10)], zoom=4)


def tinymnist() -> Image.Image:
    """Draw the 7 easiest and the 7 hardest training images of each digit of TinyMNIST."""
    images, labels = tinydatasets.load("tinymnist").train
    with SAMPLES.open(encoding="ascii", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["split"] == "train"]
    difficulties = np.array([float(line["difficulty"]) for line in lines])
    floats = images / np.float32(255)
    gap = np.zeros((1, 28, 28), np.float32)
    drawn = []
    for label in range(10):
        rows = np.flatnonzero(labels == label)
        by_rank = rows[np.argsort(difficulties[rows], kind="stable")]
        drawn.append(np.concatenate([floats[by_rank[:7]], gap, floats[by_rank[-7:]]]))
    return draw(drawn, zoom=1)


def main() -> None:
    """Draw docs/tinydigits.png and docs/tinymnist.png from the released data."""
    tinydigits().save(FOLDER / "tinydigits.png", optimize=True)
    tinymnist().save(FOLDER / "tinymnist.png", optimize=True)


if __name__ == "__main__":
    command.run(main)
