"""Random against curated: accuracy of five models trained on either, in TinyMNIST's README.

Both are drawn with TinyMNIST's counts from its source, with five seeds each. A model is scored on
the rows that neither train nor test took; and, since curation looks at those too, once more with
40% of the source held out before anything is drawn. Prints a table in Markdown.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from stages.common import command
from stages.common.arrays import read_array
from stages.common.blocks import npy_blocks, select
from stages.common.neighbours import nearest
from stages.common.pixels import scale
from stages.sample.curation import by_shuffle, curate
from stages.sample.difficulty import difficulty, tiers
from stages.sample.draw import draw

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = range(5)
TRAIN, TEST = 100, 20
HELD_OUT = 0.4
# Each as scikit-learn has it, but for the MLP, which is the recipe `tuned`.
MODELS: dict[str, Callable[[int], Any]] = {
    "1-nearest neighbour": lambda _: KNeighborsClassifier(1),
    "logistic regression": lambda _: LogisticRegression(max_iter=200),
    "SVC, RBF kernel": lambda _: SVC(),
    "random forest": lambda seed: RandomForestClassifier(random_state=seed),
    "MLP, `tuned`": lambda seed: MLPClassifier(
        (32,),
        solver="sgd",
        learning_rate_init=0.1,
        momentum=0.9,
        nesterovs_momentum=False,
        batch_size=32,
        max_iter=20,
        alpha=0.0,
        tol=0.0,
        n_iter_no_change=21,
        random_state=seed,
    ),
}


def main(*, source: Path, maximum: int) -> None:
    """Print the accuracies of models trained on random and on curated images of `source`."""
    blocks = npy_blocks(source / "images.npy")
    images = read_array(source / "images.npy")
    labels = read_array(source / "labels.npy")
    x = scale(images, maximum).reshape(len(images), -1)
    counts = {
        split: dict.fromkeys(np.unique(labels).tolist(), n)
        for split, n in (("train", TRAIN), ("val", 0), ("test", TEST))
    }
    everything = np.arange(len(labels))
    accuracies: dict[tuple[str, str, str], list[float]] = {}
    for seed in SEEDS:
        pool, held_out = train_test_split(
            everything, test_size=HELD_OUT, stratify=labels, random_state=seed
        )
        for scored_on, rows in (("unused", everything), ("held out", np.sort(pool))):
            for strategy in ("random", "curated"):
                generator = np.random.RandomState(seed)
                if strategy == "random":
                    drawn = draw(labels[rows], counts, generator)
                else:
                    neighbours = nearest(select(blocks, rows), labels[rows])
                    ratios = difficulty(neighbours, labels[rows], list(counts["train"]))
                    named = tiers(ratios, labels[rows])
                    drawn = curate(
                        select(blocks, rows),
                        labels[rows],
                        named,
                        counts,
                        turns=by_shuffle(generator, len(rows)),
                        maximum=maximum,
                    )
                train = rows[drawn["train"]]
                unused = np.setdiff1d(rows, [*train, *rows[drawn["test"]]])
                scored = unused if scored_on == "unused" else held_out
                for name, make in MODELS.items():
                    model = make(seed).fit(x[train], labels[train])
                    score = 100 * model.score(x[scored], labels[scored])
                    accuracies.setdefault((name, scored_on, strategy), []).append(score)
    columns = [
        (on, strategy) for on in ("unused", "held out") for strategy in ("random", "curated")
    ]
    print("| model |", " | ".join(f"{strategy}, {on}" for on, strategy in columns), "|")
    print("|---|" + "---|" * len(columns))
    for name in MODELS:
        cells = [
            f"{np.mean(scores):.1f} ± {np.std(scores, ddof=1):.1f}"
            for scores in (accuracies[name, on, strategy] for on, strategy in columns)
        ]
        print(f"| {name} |", " | ".join(cells), "|")


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    command.run(main)
