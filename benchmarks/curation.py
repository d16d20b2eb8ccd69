"""Random against curated: accuracy of five models trained on either, in TinyMNIST's README.

Both are drawn with TinyMNIST's counts from its source, with 20 seeds each. A model is scored on
the rows that neither train nor test took; and, since curation looks at those too, once more with
40% of the source held out before anything is drawn. Prints a table in Markdown.
"""

import warnings
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from benchmarks import mean_sd
from stages.common import command
from stages.common.arrays import Ints, read_arrays
from stages.common.blocks import Block, npy_blocks, select
from stages.common.distances import nearest
from stages.common.images import scale
from stages.sample.curation import curate, difficulty, tiers
from stages.sample.draw import draw

SEEDS = range(20)
COUNTS = {s: dict.fromkeys(range(10), n) for s, n in (("train", 100), ("val", 0), ("test", 20))}
HELD_OUT = 0.4
# The recipe `tuned`.
TUNED = {"solver": "sgd", "learning_rate_init": 0.1, "momentum": 0.9, "nesterovs_momentum": False}
TUNED |= {"batch_size": 32, "max_iter": 20, "alpha": 0.0, "tol": 0.0, "n_iter_no_change": 21}
# Each but that one as scikit-learn has it.
MODELS: dict[str, Callable[[int], Any]] = {
    "1-nearest neighbour": lambda _: KNeighborsClassifier(1),
    "logistic regression": lambda _: LogisticRegression(max_iter=200),
    "SVC, RBF kernel": lambda _: SVC(),
    "random forest": lambda seed: RandomForestClassifier(random_state=seed),
    "MLP, `tuned`": lambda seed: MLPClassifier((32,), **TUNED, random_state=seed),
}


def draw_rows(
    strategy: str, blocks: list[Block], labels: Ints, seed: int, maximum: int
) -> dict[str, Ints]:
    """Return rows for each split, as many as TinyMNIST has."""
    generator = np.random.RandomState(seed)
    if strategy == "random":
        return draw(labels, COUNTS, generator)
    ratios = difficulty(nearest(blocks, labels), labels, list(COUNTS["train"]))
    shuffle = generator.shuffle
    return curate(blocks, labels, tiers(ratios, labels), COUNTS, shuffle=shuffle, maximum=maximum)


def main(*, source: Path, maximum: int) -> None:
    """Print the accuracies of models trained on random and on curated images of `source`."""
    blocks = npy_blocks(source / "images.npy")
    images, labels = read_arrays(source)
    x = scale(images, maximum).reshape(len(labels), -1)
    everything = np.arange(len(labels))
    accuracies: dict[str, dict[str, list[float]]] = {name: {} for name in MODELS}
    for seed, scored_on, strategy in product(SEEDS, ("unused", "held out"), ("random", "curated")):
        rows, scored = everything, everything
        if scored_on == "held out":
            options = {"test_size": HELD_OUT, "stratify": labels, "random_state": seed}
            rows, scored = map(np.sort, train_test_split(everything, **options))
        drawn = draw_rows(strategy, select(blocks, rows), labels[rows], seed, maximum)
        train = rows[drawn["train"]]
        scored = np.setdiff1d(scored, [*train, *rows[drawn["test"]]])
        for name, make in MODELS.items():
            model = make(seed).fit(x[train], labels[train])
            percent = 100 * model.score(x[scored], labels[scored])
            accuracies[name].setdefault(f"{strategy}, {scored_on}", []).append(percent)
    for of_model in accuracies.values():
        gains = np.subtract(of_model["curated, held out"], of_model["random, held out"])
        of_model["gain, held out"] = gains.tolist()
    columns = [*accuracies["SVC, RBF kernel"]]
    print("| model |", " | ".join(columns), "|")
    print("|---|" + "---|" * len(columns))
    for name, columns_of in accuracies.items():
        print(f"| {name} |", " | ".join(map(mean_sd, columns_of.values())), "|")


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    command.run(main)
