"""Read entries of ``params.yaml`` as their dataclasses, and what they count.

The gate has validated the entries before.
"""

import math
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from stages.common.errors import ParamError
from stages.common.yaml_file import read_yaml
from stages.params.model import SPLITS, Benchmark, Dataset, Own, Package, Recipe, Text

Counts = int | list[int] | dict[int, int]

PARAMS = Path("params.yaml")

AnySource = Package | Benchmark | Own


def read_dataset(name: str) -> Dataset:
    """Return an entry of `datasets`."""
    return Dataset(**_entry(read_yaml(PARAMS), "datasets", name))


def read_text(name: str) -> Text:
    """Return an entry of `texts`."""
    return Text(**_entry(read_yaml(PARAMS), "texts", name))


def read_recipes() -> dict[str, Recipe]:
    """Return all `recipes`, sorted by name."""
    recipes = read_yaml(PARAMS)["recipes"]
    return {name: Recipe(**recipes[name]) for name in sorted(recipes)}


def read_source(name: str) -> AnySource:
    """Return an entry of `sources` or `own`."""
    params = read_yaml(PARAMS)
    if name in (params["own"] or {}):
        return Own(**params["own"][name])
    entry = _entry(params, "sources", name)
    return Benchmark(**entry) if "benchmark" in entry else Package(**entry)


def _entry(params: dict[str, Any], part: str, name: str) -> dict[str, Any]:
    entries = params[part] or {}
    if name not in entries:
        raise ParamError(part, message=f"no entry {name}; there are {', '.join(entries)}")
    entry: dict[str, Any] = entries[name]
    return entry


def per_class(key: str, counts: Counts, labels: range) -> dict[int, int]:
    """Return the number of rows of every label: from 0 for classes, from 1 for levels of texts.

    Examples
    --------
    >>> per_class("test_per_class", {1: 9}, range(3))
    {0: 0, 1: 9, 2: 0}
    >>> per_class("val_per_level", [9], range(1, 6))
    Traceback (most recent call last):
    stages.common.errors.ParamError: val_per_level: a list of 1 numbers, but the source has 5 levels
    """
    if isinstance(counts, int):
        return dict.fromkeys(labels, counts)
    if isinstance(counts, list):
        if len(counts) != len(labels):
            there = f"{len(labels)} {'levels' if labels[0] else 'classes'}"
            message = f"a list of {len(counts)} numbers, but the source has {there}"
            raise ParamError(key, message=message)
        return dict(zip(labels, counts))
    for label in counts:
        if label not in labels:
            message = f"unknown label {label}; the source's are {labels[0]} to {labels[-1]}"
            raise ParamError(key, message=message)
    return {label: counts.get(label, 0) for label in labels}


def _by_label(
    key: str, counts: dict[int | str, int], rows_per_class: Sequence[int], classes: Sequence[str]
) -> dict[int, int]:
    """Return counts by label, of a mapping of labels or of names.

    Where the name of a class is another label once it has no quotation marks, all labels are wrong.
    """
    by_label: dict[int, int] = {}
    for asked, rows in counts.items():
        if isinstance(asked, int):
            if any(map(_is_another, classes, range(len(classes)))):
                message = "a label, but names of classes are numbers too; quote the name you mean:"
                table = class_table(classes, rows_per_class)
                raise ParamError(key, message=f"{asked}: {message}\n{table}")
            by_label[asked] = rows
            continue
        name = unicodedata.normalize("NFC", asked)
        if name not in classes:
            # Imported here: it takes longer than most stages run.
            from stages.common.yaml_model import unknown  # noqa: PLC0415

            raise ParamError(key, message=unknown("class", name, [*classes]))
        if classes.index(name) in by_label:
            raise ParamError(key, message=f"class {name!r} is there twice; name it once")
        by_label[classes.index(name)] = rows
    return by_label


def _is_another(name: str, label: int) -> bool:
    """Return whether a name without quotation marks is a number other than its label."""
    for number in (float, lambda text: int(text, 0)):
        with suppress(ValueError):
            return math.isfinite(number(name)) and number(name) != label
    return False


def class_table(names: Sequence[str], rows: Sequence[int]) -> str:
    """Return a line for each class, or for the first 10 and the last of more than 20.

    Examples
    --------
    >>> print(class_table(["elm", "oak"], [30, 31]))
    label  class  images
        0  elm        30
        1  oak        31
    """
    width = max(map(len, (*names, "class")))
    lines = [f"label  {'class':{width}}  images"]
    lines += (f"{i:>5}  {name:{width}}  {rows[i]:>6}" for i, name in enumerate(names))
    return "\n".join(lines if len(names) <= 20 else [*lines[:11], "  ...", lines[-1]])


def rest_of(dataset: Dataset) -> str:
    """Return the split that takes the rest of each class; "" if none does."""
    splits = (split for split in SPLITS if getattr(dataset, f"{split}_per_class") == "rest")
    return next(splits, "")


def rows_per_split(
    dataset: Dataset, rows_per_class: Sequence[int], classes: Sequence[str]
) -> dict[str, dict[int, int]]:
    """Return how many rows of each class every split takes, or raise a ParamError.

    Of the split that takes the rest by hash, it is a bound: how many rows its part of the range has
    is not known here.
    """
    counts, rest = {}, rest_of(dataset)
    for split in SPLITS:
        key = f"{split}_per_class"
        value = 0 if split == rest else getattr(dataset, key)
        if isinstance(value, dict):
            value = _by_label(key, value, rows_per_class, classes)
        counts[split] = per_class(key, value, range(len(rows_per_class)))
    others = [split for split in SPLITS if split != rest and any(counts[split].values())]
    for label, available in enumerate(rows_per_class):
        asked = {split: counts[split][label] for split in others}
        if sum(asked.values()) > available:
            parts = ", ".join(f"{count} for {split}" for split, count in asked.items())
            name = "" if classes[label] == str(label) else f" ({classes[label]})"
            message = (
                f"class {label}{name} of {dataset.source} has {available} rows available, but "
                f"{sum(asked.values())} are asked ({parts})"
            )
            raise ParamError(f"{max(asked, key=asked.__getitem__)}_per_class", message=message)
        if rest:
            counts[rest][label] = available - sum(asked.values())
    _check_enough(counts)
    return counts


def _check_enough(counts: Mapping[str, Mapping[int, int]]) -> None:
    if not any(counts["test"].values()):
        raise ParamError("test_per_class", message="no class has a test row; at least one must")
    if sum(count > 0 for count in counts["train"].values()) < 2:
        message = "a classifier needs rows of two classes or more"
        raise ParamError("train_per_class", message=message)


def warn_of_untrained(
    name: str, counts: Mapping[str, Mapping[int, int]], classes: Sequence[str]
) -> None:
    """Write a warning if train lacks a class that is scored; raise as `rows_per_split` does."""
    _check_enough(counts)
    scored = [
        classes[label]
        for label, rows in counts["train"].items()
        if not rows and any(of_split[label] for of_split in counts.values())
    ]
    if scored:
        message = f"train has no row of {', '.join(scored)}, which val or test has"
        print(f"warning: datasets.{name}.train_per_class: {message}", file=sys.stderr)
