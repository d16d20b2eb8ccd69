"""Measure how much the baselines' figures vary with the seed: ``python -m benchmarks.seeds``.

Trains every recipe of params.yaml on every dataset with 20 seeds, and `classroom` on 150 samples
for as many optimizer steps as 1000 get. Needs ``dvc repro``.
"""

from dataclasses import asdict
from typing import Any

from benchmarks import accuracy, mean_sd, read_inputs
from stages.common import command
from stages.params.validate import read_params
from stages.train_mlp.mlp import train

SEEDS = range(20)


def accuracies(name: str, recipe: dict[str, Any]) -> str:
    """Return mean and standard deviation on test and on unused rows of a dataset."""
    rows, *scored = (read_inputs(name, split) for split in ("train", "test", "unused"))
    models = [train(*rows, **{**recipe, "seed": seed}) for seed in SEEDS]
    return " / ".join(mean_sd([accuracy(model, *part) for model in models]) for part in scored)


def main() -> None:
    """Print means and standard deviations over 20 seeds, for each recipe and dataset."""
    params = read_params()
    for recipe_name, recipe in params.recipes.items():
        for name in params.datasets:
            print(f"{recipe_name}, {name}: {accuracies(name, asdict(recipe))}")
    # 1000 samples in batches of 32 are 32 steps an epoch, 150 are 5: 20 epochs against 128.
    longer = {**asdict(params.recipes["classroom"]), "epochs": 128}
    print(f"classroom for 640 steps, tinydigits-150: {accuracies('tinydigits-150', longer)}")


if __name__ == "__main__":
    command.run(main)
