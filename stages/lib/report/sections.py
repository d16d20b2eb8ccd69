"""What the page shows of each dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stages.lib.report.charts import interval_chart
from stages.lib.report.curves import claim, curves
from stages.lib.report.sheets import COLUMNS, draw, sheet, shown_per_class

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tinydatasets.types import Dataset, Pair, Text

# Of each class, what the page shows before anybody asks for more.
FIRST = 10
# In two lines at the top of the page.
HERO = 48
# Of each recipe, the mistakes that it shows.
MISTAKES = 60
# A matrix of more classes is no picture any more.
LARGEST_MATRIX = 20


def image_section(
    facts: Mapping[str, Any],
    dataset: Dataset,
    rows: Sequence[Mapping[str, str]],
    steps: int,
) -> dict[str, Any]:
    """Give what the page shows of a dataset of images, besides its facts.

    Parameters
    ----------
    facts : mapping
        What stage `describe` wrote.
    dataset : Dataset
        Its images.
    rows : sequence of mapping
        The learning curves of its source; none if they were not measured.
    steps : int
        The optimizer steps of the budget ``steps`` of the curves.

    Returns
    -------
    dict
        Sheets of images, the hardest ones, the mistakes of each recipe, and charts.
    """
    maximum, names = facts["dataset"]["maximum"], facts["dataset"]["classes"]
    images, labels = dataset.train
    pixels = draw(images, maximum)
    test = draw(dataset.test.images, maximum)
    by_class = {name: pixels[labels == names.index(name)] for name in facts["classes"]}
    most = max(len(of_class) for of_class in by_class.values())
    shown = shown_per_class(most, images.shape[1:], len(by_class))
    hardest = [line["index"] for line in facts["hardest"]]
    recipes, of_source = facts["recipes"], len(facts["source"]["rows_per_class"])
    # The curves of a source are of all its classes.
    rows = rows if len(facts["classes"]) == of_source else []
    scores = facts["scores"]
    best = max(scores, key=lambda recipe: float(scores[recipe]["test"]["accuracy"]))
    return {
        "best": {"recipe": best, "of": "", **scores[best]["test"]},
        "loaded_bytes": _bytes(facts, ".pkl"),
        "hero": {
            "title": facts["about"]["title"] or facts["name"],
            "is_grey": images.ndim == 3,
            "image": sheet(pixels[:HERO], HERO // 2),
        },
        "shows_all": shown == most,
        "scale": max(1, 60 // images.shape[2]),
        "sheet_scale": max(1, 1000 // (COLUMNS * (images.shape[2] + 2))),
        "overview": [
            (name, sheet(of_class[:FIRST], FIRST))
            for name, of_class in by_class.items()
            if len(of_class)
        ],
        "sheets": [
            (name, sheet(of_class[:shown]), len(of_class))
            for name, of_class in by_class.items()
            if len(of_class)
        ],
        "hardest": [
            (sheet(pixels[[index]], 1), line)
            for index, line in zip(hardest, facts["hardest"], strict=True)
        ],
        "mistakes": {
            recipe: [(sheet(test[[line["index"]]], 1), line) for line in lines[:MISTAKES]]
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
        "curves": curves(rows, recipes, of_source, steps),
        "claim": claim(rows, recipes, of_source, steps),
    }


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
        (row["exact"], row["exact_sd"], f"transformer on {unit}, ± standard deviation")
        for unit, figures in (facts["transformers"] or {}).items()
        for row in figures["levels"]
        if (row["level"], row["split"]) == ("all", "test")
    ]
    if of_test:
        mean, sd, words = max(of_test)
        return {"recipe": "", "accuracy": mean, "interval_95": _band(mean, sd), "of": words}
    return {
        "recipe": "",
        "accuracy": facts["metrics"]["answered"],
        "interval_95": facts["intervals"]["test"],
        "of": "answers found by retrieval",
    }


def _bytes(facts: Mapping[str, Any], suffix: str) -> int:
    """Count the bytes of the files that a program loads."""
    return sum(file["bytes"] for file in facts["files"] if file["name"].endswith(suffix))


def _band(mean: float, sd: float) -> tuple[float, float]:
    """Give mean ± sd, within 0 and 1."""
    return float(np.clip(mean - sd, 0, 1)), float(np.clip(mean + sd, 0, 1))
