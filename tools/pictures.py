"""Draw the pictures of the READMEs from the released data: ``python -m tools.pictures``.

Those of ``docs/images.md`` are drawn in a clone in which its tutorial was followed.
"""

from __future__ import annotations

import csv
import math
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

import tinydatasets
from stages.lib import command

if TYPE_CHECKING:
    import numpy.typing as npt

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs"
SAMPLES = ROOT / "datasets" / "tinymnist" / "samples.csv"
PREDICTIONS = ROOT / "build" / "leaves" / "predictions" / "classroom.csv"
MARGIN = 3
# Where the learning curves are, and how each recipe and each budget is drawn.
CURVES = FOLDER.parent / "curves"
TITLES = {"digits": "digits, 8 &#215; 8 pixels", "mnist-5k": "MNIST, 28 &#215; 28 pixels"}
COLOURS = {"classroom": "#0072b2", "tuned": "#d55e00"}
DASHES = {"epochs": "none", "steps": "7 4"}
WIDTH, HEIGHT, GAP = 300, 260, 90


def draw(lines: list[npt.NDArray[np.float32]], zoom: int) -> Image.Image:
    """Draw images in lines, those in grey dark on white.

    Parameters
    ----------
    lines : list of ndarray of shape (columns, height, width) or (columns, height, width, 3)
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
        is_gray = images.ndim == 3
        pixels = np.round(255 * (1 - images if is_gray else images)).astype(np.uint8)
        tiles = pixels.repeat(zoom, axis=1).repeat(zoom, axis=2)
        margins = [(0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)][: images.ndim]
        padded = np.pad(tiles, margins, constant_values=255)
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


def leaves() -> Image.Image:
    """Draw the first 12 training images of each class of the leaves."""
    images, labels = tinydatasets.load("leaves").train
    return draw([images[labels == label][:12] for label in range(3)], zoom=2)


def leaves_predicted() -> Image.Image:
    """Draw the test images of the leaves: true classes from top to bottom, predicted to the right.

    Each cell has four columns of images in the order of the test split, and ends at a gray line.
    """
    dataset = tinydatasets.load("leaves")
    with PREDICTIONS.open(encoding="utf-8", newline="") as file:
        names = [line["predicted"] for line in csv.DictReader(file) if line["split"] == "test"]
    images, labels = dataset.test
    predicted = np.array([dataset.classes.index(name) for name in names])
    drawn = []
    for label in range(3):
        cells = []
        for guess in range(3):
            cell = np.ones((12, *images.shape[1:]), np.float32)
            found = images[(labels == label) & (predicted == guess)]
            cell[: len(found)] = found
            pixels = np.asarray(draw([*cell.reshape(3, 4, *images.shape[1:])], zoom=2))
            cells.append(np.pad(pixels, ((0, 1), (0, 1), (0, 0)), constant_values=128))
        drawn.append(np.hstack(cells))
    return Image.fromarray(np.vstack(drawn))


def learning_curves() -> str:
    """Draw the learning curves of both sources, with the 95% interval of each mean, as SVG."""
    width, height = 2 * (WIDTH + GAP), HEIGHT + 130
    drawn = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="sans-serif" font-size="13">'
        ),
        "<title>Accuracy on held-out rows by training rows per class</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for panel, source in enumerate(TITLES):
        with (CURVES / f"{source}.csv").open(encoding="ascii", newline="") as file:
            lines = list(csv.DictReader(file))
        drawn += [f'<g transform="translate({70 + panel * (WIDTH + GAP)} 40)">']
        drawn += [*_axes(TITLES[source]), *_curves(lines), "</g>"]
    for at, (recipe, budget) in enumerate((r, b) for r in COLOURS for b in DASHES):
        x, words = 40 + 185 * at, {"epochs": "20 epochs", "steps": "640 steps"}[budget]
        drawn += [
            f'<path d="M{x} {height - 20}h34" fill="none" {_stroke(recipe, budget)}/>',
            f'<text x="{x + 40}" y="{height - 16}">{recipe}, {words}</text>',
        ]
    return "\n".join([*drawn, "</svg>", ""])


def _stroke(recipe: str, budget: str) -> str:
    return f'stroke="{COLOURS[recipe]}" stroke-width="2" stroke-dasharray="{DASHES[budget]}"'


def _place(size: float, accuracy: float) -> str:
    """Give where a point is: from 2 to 150 rows on a logarithmic scale, from 0 to 100%."""
    x = WIDTH * math.log(size / 2) / math.log(150 / 2)
    return f"{x:.1f} {HEIGHT * (1 - accuracy):.1f}"


def _axes(title: str) -> list[str]:
    drawn = [f'<text x="{WIDTH / 2:.0f}" y="-16" text-anchor="middle">{title}</text>']
    for percent in range(0, 101, 20):
        x, y = _place(2, percent / 100).split()
        drawn += [
            f'<path d="M{x} {y}h{WIDTH}" stroke="#ddd"/>',
            f'<text x="-8" y="{float(y) + 4:.1f}" text-anchor="end">{percent}%</text>',
        ]
    for size in (2, 5, 10, 20, 50, 100, 150):
        x, y = _place(size, 0).split()
        drawn += [
            f'<path d="M{x} {y}v5" stroke="#555"/>',
            f'<text x="{x}" y="{float(y) + 20:.1f}" text-anchor="middle">{size}</text>',
        ]
    below = f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT + 42}" text-anchor="middle">'
    return [*drawn, f"{below}training rows per class</text>"]


def _curves(lines: list[dict[str, str]]) -> list[str]:
    drawn = []
    for (recipe, budget), group in groupby(
        lines, key=lambda line: (line["recipe"], line["budget"])
    ):
        points = [
            {key: float(line[key]) for key in ("size", "mean", "low", "high")} for line in group
        ]
        low, mean, high = (
            [_place(point["size"], point[which]) for point in points]
            for which in ("low", "mean", "high")
        )
        drawn += [
            (
                f'<path d="M{" ".join([*low, *reversed(high)])}z" fill="{COLOURS[recipe]}" '
                'fill-opacity="0.15"/>'
            ),
            f'<path d="M{" ".join(mean)}" fill="none" {_stroke(recipe, budget)}/>',
        ]
    return drawn


def main() -> None:
    """Draw the pictures of docs/ from the released data, and from that of the leaves if built."""
    tinydigits().save(FOLDER / "tinydigits.png", optimize=True)
    tinymnist().save(FOLDER / "tinymnist.png", optimize=True)
    if PREDICTIONS.exists():
        leaves().save(FOLDER / "leaves.png", optimize=True)
        leaves_predicted().save(FOLDER / "leaves-predicted.png", optimize=True)
    (FOLDER / "curves.svg").write_text(learning_curves(), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
