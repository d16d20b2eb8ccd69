"""What there is to say of a dataset of images: what its author wrote, was counted and measured."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from stages.papers.facts import common

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stages.papers.about import About

    Rows = Sequence[Mapping[str, str]]

HARDEST = 20
FILES = {
    "train.pkl": "the training samples: a pickle of images and labels",
    "val.pkl": "the validation samples, likewise",
    "test.pkl": "the test samples, likewise",
    "{name}-train.zip": "the training images as PNG files, a folder for each class",
    "{name}-val.zip": "the validation images, likewise",
    "{name}-test.zip": "the test images, likewise",
    "samples.csv": (
        "for each sample, in the order of the pickles: its split, its row in the source, its "
        "label, its tier and its difficulty"
    ),
    "classes.json": "the names of the classes, in the order of the labels",
}


def image_facts(
    name: str,
    about: About,
    *,
    dataset: Mapping[str, Any],
    source: Mapping[str, Any],
    recipes: Mapping[str, Any],
    details: Mapping[str, Any],
    predictions: Mapping[str, Rows],
    samples: Rows,
    folders: Mapping[str, str],
    files: Mapping[str, tuple[int, str]],
) -> dict[str, Any]:
    """Gather what there is to say of a dataset of images.

    Parameters
    ----------
    name : str
        Its name.
    about : About
        What its author wrote.
    dataset, source, recipes : mapping
        What stage `params` wrote of it, of its source, and of all recipes.
    details : mapping
        The scores by recipe and split, as stage `evaluate` writes them.
    predictions : mapping of str to rows
        For each recipe, a row for each scored sample: `split`, `row`, `actual`, `predicted`.
    samples : rows
        The lines of ``samples.csv``.
    folders : mapping of str to str
        The folder in each archive of images, by the archive's name without suffix.
    files : mapping of str to (int, str)
        Bytes and sha256 of each released file.

    Returns
    -------
    dict
        Values that JSON has. Of each recipe, `wrong` has the samples of test that it got wrong, by
        their `index` in the split; `confusion` a matrix for each split, true classes down,
        predicted across.
    """
    names = dataset["classes"]
    splits: dict[str, Any] = {}
    for split in ("train", "val", "test"):
        labels = Counter(int(line["label"]) for line in samples if line["split"] == split)
        if labels:
            by_class = {names[label]: labels[label] for label in range(len(names))}
            splits[split] = {"samples": labels.total(), "by_class": by_class}
    present = [c for c in names if any(split["by_class"][c] for split in splits.values())]
    return {
        **common(
            name, "images", about, files, {file.format(name=name): FILES[file] for file in FILES}
        ),
        "folders": folders,
        "splits": splits,
        "classes": present,
        "dataset": dataset,
        "source_samples": sum(
            rows
            for name, rows in zip(names, source["rows_per_class"], strict=True)
            if name in present
        ),
        "source": source,
        "recipes": recipes,
        "scores": details,
        "confusion": {recipe: _confusion(rows, present) for recipe, rows in predictions.items()},
        "wrong": {recipe: _wrong(rows) for recipe, rows in predictions.items()},
        "tiers": _tiers(samples),
        "hardest": _hardest(samples, names),
    }


def _confusion(rows: Rows, classes: Sequence[str]) -> dict[str, list[list[int]]]:
    counts = Counter((row["split"], row["actual"], row["predicted"]) for row in rows)
    return {
        split: [[counts[split, actual, guess] for guess in classes] for actual in classes]
        for split in dict.fromkeys(row["split"] for row in rows)
    }


def _wrong(rows: Rows) -> list[dict[str, Any]]:
    return [
        {"index": index, "actual": row["actual"], "predicted": row["predicted"]}
        for index, row in enumerate(row for row in rows if row["split"] == "test")
        if row["actual"] != row["predicted"]
    ]


def _tiers(samples: Rows) -> dict[str, dict[str, int]]:
    """Count the training samples of each tier, and those nearer to other classes than to theirs."""
    found: dict[str, dict[str, int]] = {}
    for line in samples:
        if line["split"] == "train" and line["tier"]:
            tier = found.setdefault(line["tier"], {"samples": 0, "ambiguous": 0})
            tier["samples"] += 1
            tier["ambiguous"] += float(line["difficulty"]) > 1
    return {tier: found[tier] for tier in ("easy", "hard", "hardest") if tier in found}


def _hardest(samples: Rows, names: Sequence[str]) -> list[dict[str, Any]]:
    """Give the training samples of the largest difficulty, the hardest first."""
    train = [line for line in samples if line["split"] == "train" and line["difficulty"]]
    ranked = sorted(enumerate(train), key=lambda pair: (-float(pair[1]["difficulty"]), pair[0]))
    return [
        {"index": index, "class": names[int(line["label"])], "difficulty": line["difficulty"]}
        for index, line in ranked[:HARDEST]
    ]
