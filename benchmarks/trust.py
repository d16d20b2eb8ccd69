"""Measure what a split that tears groups apart hides: the figures and the picture of docs/trust.md.

Run ``python -m benchmarks.trust`` after ``dvc repro``. The page says what is drawn. New things are
one photo of each of the source's other images.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import accuracy, mean_sd
from benchmarks.curation import COUNTS
from stages.common import command
from stages.common.arrays import Ints, Pixels, read_array
from stages.common.blocks import Block, Data, Groups
from stages.common.images import to_inputs
from stages.papers.overlaps import compare
from stages.params.read import read_recipes
from stages.sample.draw import draw
from stages.sample.hash_draw import draw_blocks
from stages.train_mlp.mlp import train
from tools.pictures import draw_lines

SEEDS = range(20)
THINGS, PHOTOS = 40, 5
PICTURE = Path("docs", "trust.png")


def photograph(images: Pixels, random: np.random.RandomState) -> Pixels:
    """Return a photo of each image: moved by up to one pixel, 70 to 100% as bright."""
    moves = random.randint(-1, 2, (len(images), 2))
    moved = np.stack([np.roll(image, move, (0, 1)) for image, move in zip(images, moves)])
    return np.rint(moved * random.uniform(0.7, 1, (len(images), 1, 1))).astype(np.uint8)


def by_groups(photos: Pixels, labels: Ints, things: Ints, seed: int) -> dict[str, Ints]:
    """Return the rows of train and test, drawn by hash with each thing as a group."""
    blocks = [Block(0, len(photos), lambda: photos)]
    groups = Groups([str(thing) for thing in range(things.max() + 1)], things)
    counts = {split: [*per_class.values()] for split, per_class in COUNTS.items()}
    return draw_blocks(Data(blocks, labels, groups=groups), counts, seed)


def nearest_pairs(photos: Pixels, labels: Ints, rows: dict[str, Ints]) -> list[Any]:
    """Return two lines for a picture: a test photo of each digit, its nearest training photo."""
    tests = rows["test"][np.unique(labels[rows["test"]], return_index=True)[1]]
    nearest, _ = compare(photos[tests], photos[rows["train"]])
    return [photos[tests] / 255, photos[rows["train"][nearest]] / 255]


def main() -> None:
    """Print mean and standard deviation of the accuracy over 20 seeds, and draw the picture."""
    source = Path("build/sources/mnist-5k")
    images, digits = read_array(source / "images.npy"), read_array(source / "labels.npy")
    recipe = asdict(read_recipes()["tuned"])
    percents: dict[str, list[float]] = {}
    lines = []
    for seed in SEEDS:
        random = np.random.RandomState(seed)
        chosen = np.concatenate(
            [random.choice(np.flatnonzero(digits == d), THINGS, replace=False) for d in range(10)]
        )
        things = np.repeat(np.arange(len(chosen)), PHOTOS)
        photos, labels = photograph(images[chosen[things]], random), digits[chosen[things]]
        others = np.setdiff1d(np.arange(len(images)), chosen)
        new, truth = to_inputs(photograph(images[others], random), 255), digits[others]
        splits = {
            "photo by photo": draw(labels, COUNTS, random),
            "by groups": by_groups(photos, labels, things, seed),
        }
        x = to_inputs(photos, 255)
        for name, rows in splits.items():
            learned, tests = rows["train"], rows["test"]
            model = train(x[learned], labels[learned], **{**recipe, "seed": seed})
            for scored, percent in (
                ("test", accuracy(model, x[tests], labels[tests])),
                ("new things", accuracy(model, new, truth)),
            ):
                percents.setdefault(f"{name}, {scored}", []).append(percent)
            if seed == SEEDS[0]:
                lines += nearest_pairs(photos, labels, rows)
    for name, values in percents.items():
        print(f"{name}: {mean_sd(values)}, {min(values):.1f} to {max(values):.1f}")
    draw_lines(lines, zoom=2).save(PICTURE, optimize=True)


if __name__ == "__main__":
    command.run(main)
