"""Checks of ``params.yaml`` that compare one entry with another, or with a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stages.check.counts import check_labels, per_class
from stages.check.model import Dataset, Recipe, Text
from stages.check.wording import unknown
from stages.common.files import WINDOWS_DEVICES
from stages.common.splits import SPLITS
from stages.source.base import Source
from stages.source.large import Large
from tinydatasets import classes
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.types import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stages.check.entry import Entry
    from stages.check.model import Params


def check(params: Params) -> None:
    """Check the entries of all parts.

    Raises
    ------
    ValueError
        If one is wrong; the message begins with its key.
    """
    parts: dict[str, Mapping[str, Entry]] = {
        "sources": params.sources,
        "datasets": params.datasets,
        "recipes": params.recipes,
        "texts": params.texts,
    }
    for part, entries in parts.items():
        for name, entry in entries.items():
            try:
                check_name(name, part)
                if isinstance(entry, Source):
                    _check_classes(entry)
                elif isinstance(entry, Dataset):
                    _check_dataset(entry, params.sources)
                elif isinstance(entry, Recipe):
                    _check_recipe(entry)
                elif isinstance(entry, Text):
                    _check_text(entry, name, params.datasets)
            except ValueError as error:
                raise ValueError(f"{part}.{name}{error}") from None


# Folders of build/ that are no dataset's.
SHARED = ("code", "curves", "params", "report", "sources")


def check_name(name: str, part: str) -> None:
    """Refuse a name that is taken: files and folders are named after every entry.

    Parameters
    ----------
    name : str
        The name of an entry.
    part : str
        The part of ``params.yaml`` that it is in.

    Raises
    ------
    ValueError
        If it is taken; the message goes after the key of the entry.

    Examples
    --------
    >>> check_name("aux", "sources")
    Traceback (most recent call last):
    ValueError: : Windows allows no file or folder of this name; give the source another name
    """
    why = ""
    if name in WINDOWS_DEVICES:
        why = "Windows allows no file or folder of this name"
    elif part in ("datasets", "texts") and name in SHARED:
        why = f"build/{name} is the pipeline's own"
    elif part in ("datasets", "texts") and name in BENCHMARKS:
        why = f"`tinydatasets.load({name!r})` loads the benchmark of this name"
    if why:
        raise ValueError(f": {why}; give the {part.removesuffix('s')} another name")


def _check_classes(source: Source) -> None:
    names, there = source.class_names(), len(source.rows_per_class)
    if len(names) != there:
        raise ValueError(f".classes: {len(names)} names, but there are {there} classes")
    try:
        classes.check(names, there)
    except FormatError as error:
        raise ValueError(f".classes: {error}") from None


def _check_dataset(dataset: Dataset, sources: Mapping[str, Source]) -> None:
    if dataset.source not in sources:
        raise ValueError(f".source: {unknown('source', dataset.source, list(sources))}")
    source = sources[dataset.source]
    available = source.rows_per_class
    counts = {}
    for split in SPLITS:
        key = f"{split}_per_class"
        check_labels(key, getattr(dataset, key), range(len(available)), "classes")
        counts[split] = per_class(getattr(dataset, key), len(available))
    for label, rows in enumerate(available):
        asked = {split: counts[split][label] for split in SPLITS if any(counts[split].values())}
        if sum(asked.values()) > rows:
            parts = ", ".join(f"{count} for {split}" for split, count in asked.items())
            name = source.class_names()[label]
            named = f"class {label}" if name == str(label) else f"class {label} ({name})"
            raise ValueError(
                f".{max(asked, key=asked.__getitem__)}_per_class: {named} of "
                f"{dataset.source} has {rows} rows available, but {sum(asked.values())} are asked "
                f"({parts})"
            )
    if dataset.strategy == "curated" and isinstance(source, Large) and not source.difficulty:
        raise ValueError(
            f".strategy: curated needs the difficulty of each row of {dataset.source}; add "
            f"`difficulty: true` to this source"
        )
    if "test_draw" in dataset.model_fields_set:
        for key, value in (("strategy", "curated"), ("draw", "hash")):
            if getattr(dataset, key) == value:
                raise ValueError(
                    f".test_draw: {dataset.test_draw}, but {value} draws test in its own way; "
                    "leave it out"
                )
    if not any(counts["test"].values()):
        raise ValueError(".test_per_class: no class has a test row; at least one must")
    if sum(count > 0 for count in counts["train"].values()) < 2:
        raise ValueError(".train_per_class: a classifier needs rows of two classes or more")


def _check_recipe(recipe: Recipe) -> None:
    if recipe.optimizer == "adam" and recipe.momentum:
        raise ValueError(
            f".momentum: {recipe.momentum}, but adam has no such momentum; leave it out"
        )


def _check_text(text: Text, name: str, datasets: Mapping[str, Dataset]) -> None:
    if name in datasets:
        raise ValueError(f": datasets/{name} is built by `datasets`; give the text another name")
    files = [
        path.as_posix()
        for name in ("pairs.tsv", "templates.yaml")
        for path in sorted(Path().glob(f"datasets/*/{name}"))
    ]
    if text.source not in files:
        raise ValueError(f".source: {unknown('file', text.source, files)}")
    # Stage `split_text` checks the levels: they depend on the contents of `source`.
    for key in ("train_per_level", "test_per_level"):
        counts = getattr(text, key)
        if isinstance(counts, dict):
            counts = list(counts.values())
        if not (any(counts) if isinstance(counts, list) else counts):
            raise ValueError(f".{key}: no level has a pair; at least one must")
