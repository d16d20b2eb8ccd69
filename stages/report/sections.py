"""What the page shows of each dataset."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from stages.papers.overlaps import MOST_PICTURES
from stages.report.charts import (
    CLAIM_SOURCE,
    claim,
    contexts_chart,
    curves,
    interval_chart,
    still_true,
    with_spread,
)
from stages.report.sheets import COLUMNS, plan_of, sheet, shrink_factor, to_shades
from tinydatasets.types import Dataset, Pair, Text

# A matrix of more classes is no picture any more.
LARGEST_MATRIX = 20
# What the pictures of nearly equal images may take besides the allowance, uncompressed: they are
# what their author must see.
NEAR_BYTES = 100_000


def image_section(
    facts: Mapping[str, Any], dataset: Dataset, curve: Mapping[str, Any] | None, allowance: int
) -> dict[str, Any]:
    """Return what the page shows of a dataset of images, besides its facts: pictures and charts.

    `curve` are the learning curves of its source, where they were measured, and `allowance` the
    bytes that its pictures may take.
    """
    source, scores = facts["source"], facts["scores"]
    maximum, names = source["maximum"], source["classes"]
    images, labels = dataset.train
    splits = {"train": dataset.train, "test": dataset.test, "val": dataset.val}
    shades = {s: to_shades(split.images, maximum) for s, split in splits.items() if split}
    train, test = shades["train"], shades["test"]
    by_class = {
        name: train[labels == names.index(name)]
        for name in facts["classes"]
        if (labels == names.index(name)).any()
    }
    side = max(train.shape[1:3])
    counts = [len(each) for each in by_class.values()]
    plan = plan_of(allowance, images.shape[1:], counts, len(facts["wrong"]))
    near = NEAR_BYTES // (2 * images[0].size)
    shown = dict([*by_class.items()][: plan.classes])
    best = max(scores, key=lambda recipe: float(scores[recipe]["test"]["accuracy"]))
    # The curves of a source are of all its classes.
    is_whole = len(facts["classes"]) == len(names)
    current = still_true(curve, facts["recipes"]) if curve and is_whole else {"points": []}
    is_claimed = facts["dataset"]["source"] == CLAIM_SOURCE
    return {
        "best": {
            "words": ", ".join(
                f"{split} {_in_words(score)}" for split, score in scores[best].items()
            ),
            "recipe": best,
        },
        "is_grey": images.ndim == 3,
        "hero": sheet(train[: plan.hero]),
        "shrink_factor": shrink_factor(images.shape[1:]),
        "hero_scale": max(1, 48 // (side + 2)),
        "scale": max(1, 68 // (side + 2)),
        "sheet_scale": max(1, 1000 // (COLUMNS * (side + 2))),
        "overview": [(name, sheet(each[: plan.first])) for name, each in shown.items()],
        "sheets": [
            (name, sheet(each[: plan.per_class]), len(each))
            for name, each in shown.items()
            if plan.per_class > plan.first
        ],
        "shows_all": plan.per_class >= max(counts) and len(shown) == len(by_class),
        "hardest": [
            (sheet(train[[line["index"]]], 1), line) for line in facts["hardest"][: plan.singles]
        ],
        "mistakes": {
            recipe: [(sheet(test[[line["index"]]], 1), line) for line in lines[: plan.singles]]
            for recipe, lines in facts["wrong"].items()
        },
        "nearest": [
            (sheet(np.stack([shades[split][row] for split, row in pair["images"]])), pair)
            for number, pair in enumerate(facts["equal"]["nearest"][:MOST_PICTURES])
            if number < (max(near, plan.singles // 2) if pair["is_near"] else plan.singles // 2)
        ],
        "matrices": facts["confusion"] if len(facts["classes"]) <= LARGEST_MATRIX else {},
        "accuracies": interval_chart(
            "Accuracy of each recipe, with its 95% interval",
            [
                (f"{recipe}, {split} ({score['rows']:,})", score["accuracy"], *score["interval_95"])
                for recipe, by_split in scores.items()
                for split, score in by_split.items()
            ],
        ),
        "curves": curves(current, len(names)),
        "claim": claim(current, len(names)) if is_claimed else None,
    }


def _in_words(score: Mapping[str, Any]) -> str:
    """Return an accuracy in percent, with its 95% interval, and of how many rows it is."""
    low, high = score["interval_95"]
    accuracy = f"{100 * score['accuracy']:.1f} ({100 * low:.1f} to {100 * high:.1f})"
    return f"{accuracy} of {score['rows']:,}"


def text_section(facts: Mapping[str, Any], text: Text) -> dict[str, Any]:
    """Return what the page shows of a text, besides its facts: all pairs by level, and charts."""
    levels: dict[int, list[tuple[str, Pair]]] = {}
    for split, pairs in text._asdict().items():
        for pair in pairs:
            levels.setdefault(pair.level, []).append((split, pair))
    held_out = facts["results"][0]
    # Name, mean and standard deviation.
    rules = [(rule, exact, 0.0) for rule, exact in held_out["rules"].items()]
    learned = [
        (f"transformer on {unit}", figures["exact"], figures["exact_sd"])
        for unit, figures in held_out["transformers"].items()
    ]
    # A transformer, where one was trained.
    name, mean, sd = max(learned or rules, key=lambda row: row[1])
    spread = f" ± {100 * sd:.1f}" if learned else ""
    return {
        "best": {
            "words": f"{100 * mean:.1f}{spread} of {held_out['pairs']:,}, {name}",
            "recipe": "",
        },
        "pairs": dict(sorted(levels.items())),
        "accuracies": interval_chart(
            "Questions of val and test that are answered exactly",
            [(name, *with_spread(mean, sd)) for name, mean, sd in (*learned, *rules)],
        ),
        "curve": contexts_chart(facts["contexts"]) if facts["contexts"] else None,
    }
