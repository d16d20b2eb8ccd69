"""Measure how much the baselines' figures vary with the seed: ``python -m benchmarks.seeds``.

Trains every recipe of params.yaml on every dataset with 20 seeds, and `classroom` on the 150
samples once more for as many optimizer steps as the 1000 samples get. Prints mean and standard
deviation of the accuracy in percent, and before them those of TinyTalks over 20 seeds of its split.
Needs what ``dvc repro`` has built.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from stages.check.read import read_entry, read_params
from stages.common import command
from stages.common.arrays import read_split
from stages.common.files import read_json
from stages.common.pixels import to_inputs
from stages.texts.evaluate_text import evaluate_text
from stages.texts.expand_text import read_pairs_source
from stages.texts.split_text import split_text
from stages.train_mlp.mlp import logits, train
from tinydatasets import load

SEEDS = range(20)


def accuracies(name: str, maximum: int, recipe: dict[str, Any]) -> str:
    """Give mean and standard deviation on test and on unused rows of a dataset."""
    rows, test = load(name)
    unused = read_split(Path("build", name, "arrays", "unused"))
    found = []
    for seed in SEEDS:
        model = train(to_inputs(rows.images, maximum), rows.labels, **{**recipe, "seed": seed})
        found.append(
            [
                (
                    model["classes"][logits(model, to_inputs(images, maximum)).argmax(axis=1)]
                    == labels
                ).mean()
                for images, labels in (test, unused)
            ]
        )
    mean, deviation = 100 * np.mean(found, axis=0), 100 * np.std(found, axis=0, ddof=1)
    return " / ".join(f"{m:.1f} ± {d:.1f}" for m, d in zip(mean, deviation, strict=True))


def text_figures() -> str:
    """Give mean and standard deviation of the fraction answered and of the bits per character."""
    entry = read_entry("texts", "tinytalks")
    table = read_pairs_source(Path(entry.source))
    found = []
    for seed in SEEDS:
        figures = evaluate_text(**split_text(replace(entry, seed=seed), table))
        found.append([figures["answered"], figures["bits"]])
    mean, deviation = np.mean(found, axis=0), np.std(found, axis=0, ddof=1)
    names = ("answered", "bits")
    return ", ".join(
        f"{name} {m:.3f} ± {d:.3f}" for name, m, d in zip(names, mean, deviation, strict=True)
    )


def main() -> None:
    """Print means and standard deviations over 20 seeds, for each recipe, dataset and TinyTalks."""
    print(f"tinytalks: {text_figures()}")
    params = read_params()
    for recipe_name, recipe in params.recipes.items():
        for name in params.datasets:
            maximum = read_json(Path("build", name, "arrays", "facts.json"))["maximum"]
            print(f"{recipe_name}, {name}: {accuracies(name, maximum, asdict(recipe))}")
    # 1000 samples in batches of 32 are 32 steps an epoch, 150 are 5: 20 epochs against 128.
    longer = {**asdict(params.recipes["classroom"]), "epochs": 128}
    print(f"classroom for 640 steps, tinydigits-150: {accuracies('tinydigits-150', 16, longer)}")


if __name__ == "__main__":
    command.run(main)
