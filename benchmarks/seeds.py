"""Measure how much the baselines' figures vary with the seed: ``python -m benchmarks.seeds``.

Trains every recipe of params.yaml on every dataset with 20 seeds, and `classroom` on 150 samples
for as many optimizer steps as 1000 get. TinyTalks has 20 seeds of its split. Needs ``dvc repro``.
"""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks import accuracy, mean_sd, read_inputs
from stages.common import command
from stages.params.read import read_text
from stages.params.validate import read_params
from stages.texts.evaluate_text import evaluate_text
from stages.texts.expand_text import read_pairs_source
from stages.texts.split_text import split_text
from stages.train_mlp.mlp import train

SEEDS = range(20)


def accuracies(name: str, recipe: dict[str, Any]) -> str:
    """Return mean and standard deviation on test and on unused rows of a dataset."""
    rows, *scored = (read_inputs(name, split) for split in ("train", "test", "unused"))
    models = [train(*rows, **{**recipe, "seed": seed}) for seed in SEEDS]
    return " / ".join(mean_sd([accuracy(model, *part) for model in models]) for part in scored)


def text_figures() -> str:
    """Return mean and standard deviation of the bits per character, and of the nearest question."""
    text = read_text("tinytalks")
    table = read_pairs_source(Path(text.source))
    runs = [evaluate_text(**split_text(replace(text, seed=seed), table)) for seed in SEEDS]
    bits, nearest = ([run[name] for run in runs] for name in ("bits", "nearest"))
    return f"bits {mean_sd(bits, 3)}, nearest question {mean_sd(nearest, 3)}"


def main() -> None:
    """Print means and standard deviations over 20 seeds, for each recipe, dataset and TinyTalks."""
    print(f"tinytalks: {text_figures()}")
    params = read_params()
    for recipe_name, recipe in params.recipes.items():
        for name in params.datasets:
            print(f"{recipe_name}, {name}: {accuracies(name, asdict(recipe))}")
    # 1000 samples in batches of 32 are 32 steps an epoch, 150 are 5: 20 epochs against 128.
    longer = {**asdict(params.recipes["classroom"]), "epochs": 128}
    print(f"classroom for 640 steps, tinydigits-150: {accuracies('tinydigits-150', longer)}")


if __name__ == "__main__":
    command.run(main)
