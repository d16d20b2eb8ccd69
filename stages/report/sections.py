"""What the page shows of each dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stages.report.charts import interval_chart
from stages.report.curves import CLAIM_SOURCE, claim, curves, still_true
from stages.report.sheets import COLUMNS, FIRST, draw, plan_of, sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tinydatasets.types import Dataset, Pair, Text

# A matrix of more classes is no picture any more.
LARGEST_MATRIX = 20


def image_section(
    facts: Mapping[str, Any],
    dataset: Dataset,
    curve: Mapping[str, Any] | None,
    allowance: int,
) -> dict[str, Any]:
    """Give what the page shows of a dataset of images, besides its facts.

    Parameters
    ----------
    facts : mapping
        What stage `describe` wrote.
    dataset : Dataset
        Its images.
    curve : mapping or None
        The learning curves of its source, as stage `curve` wrote them as metrics, if it did.
    allowance : int
        Bytes that its pictures may take.

    Returns
    -------
    dict
        Sheets of images, the hardest ones, the mistakes of each recipe, and charts.
    """
    maximum, names = facts["dataset"]["maximum"], facts["dataset"]["classes"]
    images, labels = dataset.train
    pixels, test = draw(images, maximum), draw(dataset.test.images, maximum)
    by_class = {
        name: pixels[labels == names.index(name)]
        for name in facts["classes"]
        if (labels == names.index(name)).any()
    }
    plan = plan_of(
        allowance, images.shape[1:], [len(each) for each in by_class.values()], len(facts["wrong"])
    )
    shown = dict([*by_class.items()][: plan.classes])
    scores, of_source = facts["scores"], len(facts["source"]["rows_per_class"])
    best = max(scores, key=lambda recipe: float(scores[recipe]["test"]["accuracy"]))
    # The curves of a source are of all its classes.
    is_whole = len(facts["classes"]) == of_source
    true = still_true(curve, facts["recipes"]) if curve and is_whole else None
    return {
        "best": {"words": words_of(scores[best]["test"]), "recipe": best},
        "loaded_bytes": _bytes(facts, ".pkl"),
        "hero": plan.hero
        and {
            "title": facts["about"]["title"] or facts["name"],
            "is_grey": images.ndim == 3,
            "image": sheet(pixels[: plan.hero], -(-plan.hero // 2)),
        },
        "scale": max(1, 60 // images.shape[2]),
        "sheet_scale": max(1, 1000 // (COLUMNS * (images.shape[2] + 2))),
        "overview": [(name, sheet(each[:FIRST], FIRST)) for name, each in shown.items()],
        "sheets": [
            (name, sheet(each[: plan.per_class]), len(each))
            for name, each in shown.items()
            if plan.per_class > FIRST
        ],
        "shows_all": plan.per_class >= max(map(len, by_class.values()))
        and len(shown) == len(by_class),
        "hardest": [
            (sheet(pixels[[line["index"]]], 1), line) for line in facts["hardest"][: plan.singles]
        ],
        "mistakes": {
            recipe: [(sheet(test[[line["index"]]], 1), line) for line in lines[: plan.singles]]
            for recipe, lines in facts["wrong"].items()
        },
        "matrices": _matrices(facts) if len(facts["classes"]) <= LARGEST_MATRIX else {},
        "accuracies": interval_chart(
            "Accuracy of each recipe, with its 95% interval",
            [
                (f"{recipe}, {split} ({score['rows']:,})", score["accuracy"], *score["interval_95"])
                for recipe, of_recipe in facts["scores"].items()
                for split, score in of_recipe.items()
            ],
        ),
        "curves": curves(true, of_source) if true else {},
        "claim": (
            claim(true, of_source) if true and facts["dataset"]["source"] == CLAIM_SOURCE else None
        ),
    }


def words_of(score: Mapping[str, Any]) -> str:
    """Give an accuracy in percent, with its 95% interval."""
    low, high = score["interval_95"]
    return f"{100 * score['accuracy']:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def _matrices(facts: Mapping[str, Any]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Give the confusion matrices, each cell with its part of the row."""
    return {
        recipe: {
            split: [
                {
                    "name": name,
                    "cells": [(count, round(count / max(1, sum(row)), 2)) for count in row],
                }
                for name, row in zip(facts["classes"], matrix, strict=True)
            ]
            for split, matrix in of_recipe.items()
        }
        for recipe, of_recipe in facts["confusion"].items()
    }


def text_section(facts: Mapping[str, Any], text: Text) -> dict[str, Any]:
    """Give what the page shows of questions and answers, besides its facts.

    Parameters
    ----------
    facts : mapping
        What stage `describe_text` wrote.
    text : Text
        Its pairs.

    Returns
    -------
    dict
        All pairs by level, and charts.
    """
    of_level: dict[int, list[tuple[str, Pair]]] = {}
    for split, pairs in zip(("train", "val", "test"), text, strict=True):
        for pair in pairs:
            of_level.setdefault(pair.level, []).append((split, pair))
    rows = [
        (f"{unit}, {split} ({row['pairs']})", row["exact"], *_band(row["exact"], row["exact_sd"]))
        for unit, figures in (facts["transformers"] or {}).items()
        for split in facts["splits"]
        for row in figures["levels"]
        if (row["level"], row["split"]) == ("all", split)
    ]
    rows += [
        (f"retrieval, {split} ({facts['splits'][split]['samples']})", score[split], *interval)
        for split, interval in facts["intervals"].items()
        for score in facts["metrics"]["retrieval"]
        if score["ranking"] == "tf-idf"
    ]
    return {
        "best": _best(facts),
        "loaded_bytes": _bytes(facts, ".jsonl"),
        "pairs": dict(sorted(of_level.items())),
        "accuracies": interval_chart("Questions that are answered exactly", rows),
    }


def _best(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the best figure on test, and what has it: a transformer, where one was trained."""
    of_test = [
        (row["exact"], row["exact_sd"], unit)
        for unit, figures in (facts["transformers"] or {}).items()
        for row in figures["levels"]
        if (row["level"], row["split"]) == ("all", "test")
    ]
    if of_test:
        mean, sd, unit = max(of_test)
        words = f"{100 * mean:.1f} ± {100 * sd:.1f}, transformer on {unit}"
        return {"words": words, "recipe": ""}
    score = {"accuracy": facts["metrics"]["answered"], "interval_95": facts["intervals"]["test"]}
    return {"words": f"{words_of(score)}, answers found by retrieval", "recipe": ""}


def _bytes(facts: Mapping[str, Any], suffix: str) -> int:
    """Count the bytes of the files that a program loads."""
    return sum(file["bytes"] for file in facts["files"] if file["name"].endswith(suffix))


def _band(mean: float, sd: float) -> tuple[float, float]:
    """Give mean ± sd, within 0 and 1."""
    return float(np.clip(mean - sd, 0, 1)), float(np.clip(mean + sd, 0, 1))
