"""Draw the pictures of the READMEs from the released data: ``python -m tools.pictures``.

That of ``docs/images.md`` is drawn in a clone in which its tutorial was followed.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

import tinydatasets
from stages.common import command
from stages.common.files import read_csv, read_json
from stages.common.templates import environment
from stages.common.yaml_file import read_yaml
from stages.report import charts
from stages.report.charts import curves, still_true

ROOT = Path(__file__).parent.parent
PREDICTIONS = ROOT / "build/mydigits/predictions/tuned.csv"
CURVES = ROOT / "experiments/curves/results"
MARGIN = 3


def draw_lines(lines: list[npt.NDArray[np.float32]], zoom: int) -> Image.Image:
    """Draw lines of images in [0, 1], one below the other, dark on white."""
    margins, drawn = [(0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)], []
    for images in lines:
        pixels = np.round(255 * (1 - images)).astype(np.uint8)
        tiles = pixels.repeat(zoom, axis=1).repeat(zoom, axis=2)
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


def mydigits() -> Image.Image:
    """Draw a test image for each true digit, from top to bottom, and predicted one, to the right.

    A cell has the first such image of the test split; if there is none, it is empty.
    """
    images, labels = tinydatasets.load("mydigits").test
    rows = [row for row in read_csv(PREDICTIONS) if row["split"] == "test"]
    predicted = np.array([int(row["predicted"]) for row in rows])
    none, digits = np.zeros((1, *images.shape[1:]), np.float32), range(10)
    lines = [
        [[*images[(labels == digit) & (predicted == guess)], *none][0] for guess in digits]
        for digit in digits
    ]
    return draw_lines([np.stack(line) for line in lines], zoom=2)


def learning_curves() -> str:
    """Draw the learning curves of both sources, with the 95% interval of each mean, as SVG."""
    recipes = read_yaml(ROOT / "params.yaml")["recipes"]
    results = {path.stem: read_json(path) for path in CURVES.glob("*.json")}
    panels = {name: curves(still_true(curve, recipes), 10) for name, curve in results.items()}
    return environment("tools").get_template("curves.svg.j2").render(panels=panels, charts=charts)


def main() -> None:
    """Draw the pictures of docs/ from the released data, and from that of its tutorial if built."""
    for picture in (tinydigits, tinymnist, *([mydigits] if PREDICTIONS.exists() else [])):
        picture().save(ROOT / f"docs/{picture.__name__}.png", optimize=True)
    (ROOT / "docs/curves.svg").write_text(learning_curves(), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
