"""Draw the pictures of the READMEs from the released data: ``python -m tools.pictures``.

Those of ``docs/images.md`` are drawn in a clone in which its tutorial was followed.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

import tinydatasets
from stages.common import command
from stages.common.files import read_json
from stages.common.yaml_file import read_yaml
from stages.report.charts import HEIGHT, WIDTH, curves, still_true

if TYPE_CHECKING:
    import numpy.typing as npt

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs"
SAMPLES = ROOT / "datasets" / "tinymnist" / "samples.csv"
PREDICTIONS = ROOT / "build" / "leaves" / "predictions" / "classroom.csv"
MARGIN = 3
# Where the learning curves are, what their sources are called, and the space between them.
CURVES = ROOT / "experiments" / "curves" / "results"
TITLES = {"digits": "digits, 8 &#215; 8 pixels", "mnist-5k": "MNIST, 28 &#215; 28 pixels"}
GAP = 20


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
    recipes = read_yaml(ROOT / "params.yaml")["recipes"]
    panels = [
        curves(still_true(read_json(CURVES / f"{source}.json"), recipes), classes=10)
        for source in TITLES
    ]
    width = len(panels) * (WIDTH + GAP)
    drawn = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT + 70}" '
            'font-family="sans-serif" font-size="13">'
        ),
        "<title>Accuracy on held-out samples by training samples</title>",
        f'<rect width="{width}" height="{HEIGHT + 70}" fill="#fff"/>',
    ]
    for at, (title, panel) in enumerate(zip(TITLES.values(), panels, strict=True)):
        x = at * (WIDTH + GAP)
        drawn += [
            f'<text x="{x + WIDTH / 2:.0f}" y="20" text-anchor="middle">{title}</text>',
            f'<svg x="{x}" y="30" width="{WIDTH}" height="{HEIGHT}">{panel["samples"]}</svg>',
        ]
    for at, (line, words) in enumerate(panels[0]["legend"]):
        x = 20 + at * width // len(panels[0]["legend"])
        drawn += [
            f'<svg x="{x}" y="{HEIGHT + 44}">{line}</svg>',
            f'<text x="{x + 40}" y="{HEIGHT + 54}">{words}</text>',
        ]
    return "\n".join([*drawn, "</svg>", ""])


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
