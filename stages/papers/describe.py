"""Stage `describe`: write the papers of a dataset of images, and what the report needs of it."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stages.check.read import read_entry, read_recipes
from stages.common import command
from stages.common.files import read_csv, read_json, write_json
from stages.common.splits import SPLITS
from stages.common.sums import from_text
from stages.common.yaml_file import read_yaml
from stages.papers.facts import common_facts
from stages.papers.render import write_papers

Rows = Sequence[Mapping[str, str]]

HARDEST = 20
TIERS = ("easy", "hard", "hardest")
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


def main(*, name: str, source: Path, out: Path) -> None:
    """Write the papers of dataset `name`, and the facts that they state to `out`.

    The folder `source` has the facts of its source.
    """
    facts = image_facts(name, source)
    write_papers(Path("datasets", name), facts)
    write_json(out, facts)


def image_facts(name: str, source: Path) -> dict[str, Any]:
    """Return what there is to say of a dataset of images, as values that JSON has.

    Of each recipe, `wrong` has the samples of test that it got wrong, by their `index` in the
    split, and `confusion` a matrix for each split: true classes down, predicted across.
    """
    folder, build = Path("datasets", name), Path("build", name)
    # Of a user's own source there is nothing to say but what was found in it.
    published = read_yaml(Path("params.yaml"))["sources"].get(source.name, {})
    about_source = {**read_json(source / "facts.json"), **published}
    names = about_source["classes"]
    samples = read_csv(folder / "samples.csv")
    splits = _splits(samples, names)
    present = [c for c in names if any(split["by_class"][c] for split in splits.values())]
    rows_of = dict(zip(names, about_source["rows_per_class"], strict=True))
    predictions = {path.stem: read_csv(path) for path in sorted(build.glob("predictions/*.csv"))}
    released = from_text((folder / "SHA256SUMS").read_text(encoding="utf-8"))
    files = {file.format(name=name): words for file, words in FILES.items()}
    return {
        **common_facts(name, "images", {file: files[file] for file in files if file in released}),
        "folders": {
            archive.stem: _folder_in(archive)
            for archive in (folder / file for file in released)
            if archive.suffix == ".zip"
        },
        "splits": splits,
        "classes": present,
        "dataset": asdict(read_entry("datasets", name)),
        "source_samples": sum(rows_of[c] for c in present),
        "source": about_source,
        "recipes": {key: asdict(recipe) for key, recipe in sorted(read_recipes().items())},
        "scores": read_json(build / "details.json"),
        "confusion": {recipe: _confusion(rows, present) for recipe, rows in predictions.items()},
        "wrong": {recipe: _wrong(rows) for recipe, rows in predictions.items()},
        "tiers": _tiers(samples),
        "hardest": _hardest(samples, names),
    }


def _splits(samples: Rows, names: Sequence[str]) -> dict[str, Any]:
    splits = {}
    for split in SPLITS:
        labels = Counter(int(line["label"]) for line in samples if line["split"] == split)
        if labels:
            by_class = {name: labels[label] for label, name in enumerate(names)}
            splits[split] = {"samples": labels.total(), "by_class": by_class}
    return splits


def _folder_in(archive: Path) -> str:
    """Return the name of the folder that all images of an archive are in."""
    with zipfile.ZipFile(archive) as file:
        return file.namelist()[0].partition("/")[0]


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
    difficulties: dict[str, list[float]] = {tier: [] for tier in TIERS}
    for line in samples:
        if line["split"] == "train" and line["tier"]:
            difficulties[line["tier"]].append(float(line["difficulty"]))
    return {
        tier: {"samples": len(values), "ambiguous": sum(value > 1 for value in values)}
        for tier, values in difficulties.items()
        if values
    }


def _hardest(samples: Rows, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the training samples of the largest difficulty, the hardest first."""
    train = [line for line in samples if line["split"] == "train" and line["difficulty"]]
    ranked = sorted(enumerate(train), key=lambda pair: (-float(pair[1]["difficulty"]), pair[0]))
    return [
        {"index": index, "class": names[int(line["label"])], "difficulty": line["difficulty"]}
        for index, line in ranked[:HARDEST]
    ]


if __name__ == "__main__":
    command.run(main)
