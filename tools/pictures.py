"""Draw the pictures of the READMEs from the released data: ``python -m tools.pictures``.

Those of ``docs/images.md`` are drawn in a clone in which its tutorial was followed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

import tinydatasets
from stages.common import command
from stages.common.files import read_csv, read_json
from stages.common.templates import environment
from stages.common.yaml_file import read_yaml
from stages.report import charts
from stages.report.charts import curves, still_true

if TYPE_CHECKING:
    import numpy.typing as npt

ROOT = Path(__file__).parent.parent
PREDICTIONS = ROOT / "build/leaves/predictions/classroom.csv"
CURVES = ROOT / "experiments/curves/results"
MARGIN = 3


def draw_lines(lines: list[npt.NDArray[np.float32]], zoom: int) -> Image.Image:
    """Draw lines of images in [0, 1], one below the other, those in grey dark on white."""
    drawn = []
    for images in lines:
        is_grey = images.ndim == 3
        pixels = np.round(255 * (1 - images if is_grey else images)).astype(np.uint8)
        tiles = pixels.repeat(zoom, axis=1).repeat(zoom, axis=2)
        margins = [(0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)][: images.ndim]
        drawn.append(np.hstack([*np.pad(tiles, margins, constant_values=255)]))
    return Image.fromarray(np.vstack(drawn))


def tinydigits() -> Image.Image:
    """Draw the first 20 training images of each digit of TinyDigits."""
    images, labels = tinydatasets.load("tinydigits").train
    return draw_lines([images[labels == label][:20] for label in range(10)], zoom=4)


def tinymnist() -> Image.Image:
    """Draw the 7 easiest and the 7 hardest training images of each digit of TinyMNIST."""
    images, labels = tinydatasets.load("tinymnist").train
    rows = read_csv(ROOT / "datasets/tinymnist/samples.csv")
    difficulties = [float(row["difficulty"]) for row in rows if row["split"] == "train"]
    by_rank = np.argsort(difficulties, kind="stable")
    floats, gap = images / np.float32(255), np.zeros((1, 28, 28), np.float32)
    digits = [floats[by_rank[labels[by_rank] == label]] for label in range(10)]
    return draw_lines([np.concatenate([digit[:7], gap, digit[-7:]]) for digit in digits], zoom=1)


def leaves() -> Image.Image:
    """Draw the first 12 training images of each class of the leaves."""
    images, labels = tinydatasets.load("leaves").train
    return draw_lines([images[labels == label][:12] for label in range(3)], zoom=2)


def leaves_predicted() -> Image.Image:
    """Draw the test images of the leaves: true classes from top to bottom, predicted to the right.

    Each cell has four columns of images in the order of the test split, and ends at a gray line.
    """
    dataset = tinydatasets.load("leaves")
    images, labels = dataset.test
    rows = [row for row in read_csv(PREDICTIONS) if row["split"] == "test"]
    predicted = np.array([dataset.classes.index(row["predicted"]) for row in rows])

    def cell(actual: int, guess: int) -> npt.NDArray[Any]:
        tiles = np.ones((12, *images.shape[1:]), np.float32)
        shown = images[(labels == actual) & (predicted == guess)]
        tiles[: len(shown)] = shown
        pixels = np.asarray(draw_lines([tiles[:4], tiles[4:8], tiles[8:]], zoom=2))
        return np.pad(pixels, ((0, 1), (0, 1), (0, 0)), constant_values=128)

    lines = [np.hstack([cell(actual, guess) for guess in range(3)]) for actual in range(3)]
    return Image.fromarray(np.vstack(lines))


def learning_curves() -> str:
    """Draw the learning curves of both sources, with the 95% interval of each mean, as SVG."""
    recipes = read_yaml(ROOT / "params.yaml")["recipes"]
    results = {path.stem: read_json(path) for path in CURVES.glob("*.json")}
    panels = {name: curves(still_true(curve, recipes), 10) for name, curve in results.items()}
    return environment("tools").get_template("curves.svg.j2").render(panels=panels, charts=charts)


def main() -> None:
    """Draw the pictures of docs/ from the released data, and from that of the leaves if built."""
    for picture in (tinydigits, tinymnist, leaves, leaves_predicted):
        if picture in (tinydigits, tinymnist) or PREDICTIONS.exists():
            name = picture.__name__.replace("_", "-")
            picture().save(ROOT / f"docs/{name}.png", optimize=True)
    (ROOT / "docs/curves.svg").write_text(learning_curves(), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
