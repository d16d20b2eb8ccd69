"""Stage `describe`: write the papers of a dataset of images, and what the report needs of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stages.common import command
from stages.common.equal import origin
from stages.common.files import read_csv, read_json
from stages.common.yaml_file import read_yaml
from stages.papers.overlaps import overlaps
from stages.papers.render import common_facts, write_papers
from stages.params.model import SPLITS
from stages.params.read import PARAMS, read_dataset, read_recipes
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError, listed_sums

Rows = Sequence[Mapping[str, str]]

HARDEST = 20
FILES = {
    "train.pkl": "the training samples: a pickle of images and labels",
    "val.pkl": "the validation samples, likewise",
    "test.pkl": "the test samples, likewise",
    "samples.csv": (
        "for each sample, in the order of the pickles: its split, its row in the source, its "
        "label, its class, its tier and its difficulty"
    ),
    "classes.json": "the names of the classes, in the order of the labels",
}


def main(name: str) -> None:
    """Write the papers of the dataset `name`, and the facts that they state."""
    folder, build, dataset = Path("datasets", name), Path("build", name), read_dataset(name)
    # Of a user's own source there is nothing to say but what was found in it, and done to it.
    published = read_yaml(PARAMS)["sources"].get(dataset.source, {})
    source = {**read_json(Path("build/sources", dataset.source, "facts.json")), **published}
    names = source["classes"]
    samples = read_csv(folder / "samples.csv")
    train = [line for line in samples if line["split"] == "train"]
    splits = _splits(samples, names)
    present = [c for c in names if any(split["by_class"][c] for split in splits.values())]
    rows_per_class = zip(names, source["rows_per_class"], strict=True)
    predictions = {path.stem: read_csv(path) for path in sorted(build.glob("predictions/*.csv"))}
    released = listed_sums(folder)
    files = {file: words for file, words in FILES.items() if file in released}
    facts = {
        **common_facts(name, "images", files),
        "splits": splits,
        "classes": present,
        "dataset": asdict(dataset),
        "source_samples": sum(rows for c, rows in rows_per_class if c in present),
        "source": source,
        "recipes": {key: asdict(recipe) for key, recipe in read_recipes().items()},
        "scores": read_json(build / "details.json"),
        "confusion": {recipe: _confusion(rows, present) for recipe, rows in predictions.items()},
        "wrong": {recipe: _wrong(rows) for recipe, rows in predictions.items()},
        "tiers": _tiers(train),
        "hardest": _hardest(train, names),
        "equal": overlaps(
            {split: read_split(folder / f"{split}.pkl") for split in splits},
            source,
            _origins(samples, Path("build/sources", dataset.source, "files.json")),
        ),
    }
    write_papers(facts)


def _origins(samples: Rows, files: Path) -> dict[str, list[str]]:
    """Return for each split the file of each image, or its row where the source has no files."""
    names = read_json(files) if files.exists() else None
    origins: dict[str, list[str]] = {split: [] for split in SPLITS}
    for line in samples:
        origins[line["split"]].append(origin(int(line["row"]), names))
    return origins


def _splits(samples: Rows, names: Sequence[str]) -> dict[str, Any]:
    splits = {}
    for split in SPLITS:
        labels = Counter(int(line["label"]) for line in samples if line["split"] == split)
        if labels:
            by_class = {name: labels[label] for label, name in enumerate(names)}
            splits[split] = {"samples": labels.total(), "by_class": by_class}
    return splits


def _confusion(rows: Rows, classes: Sequence[str]) -> dict[str, list[list[int]]]:
    """Return a matrix for each split: true classes down, predicted across."""
    counts = Counter((row["split"], row["actual"], row["predicted"]) for row in rows)
    return {
        split: [[counts[split, actual, guess] for guess in classes] for actual in classes]
        for split in dict.fromkeys(row["split"] for row in rows)
    }


def _wrong(rows: Rows) -> list[dict[str, Any]]:
    """Return the samples of test that a recipe got wrong, by their index in the split."""
    return [
        {"index": index, "actual": row["actual"], "predicted": row["predicted"]}
        for index, row in enumerate(row for row in rows if row["split"] == "test")
        if row["actual"] != row["predicted"]
    ]


def _tiers(train: Rows) -> dict[str, dict[str, int]]:
    """Count the samples of each tier, and those nearer to other classes than to theirs."""
    samples = Counter(line["tier"] for line in train)
    ambiguous = Counter(line["tier"] for line in train if float(line["difficulty"] or 0) > 1)
    return {
        tier: {"samples": samples[tier], "ambiguous": ambiguous[tier]}
        for tier in ("easy", "hard", "hardest")
        if samples[tier]
    }


def _hardest(train: Rows, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the samples of the largest difficulty, the hardest first."""
    known = [(index, line) for index, line in enumerate(train) if line["difficulty"]]
    known.sort(key=lambda pair: -float(pair[1]["difficulty"]))
    return [
        {"index": index, "class": names[int(line["label"])], "difficulty": line["difficulty"]}
        for index, line in known[:HARDEST]
    ]


if __name__ == "__main__":
    command.run(main, FormatError)
