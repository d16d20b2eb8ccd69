"""Read entries of ``params.yaml`` as their dataclasses. The gate has validated them before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stages.check.model import Benchmark, Dataset, Own, Package, Recipe, Text
from stages.common.yaml_file import read_yaml

PARAMS = Path("params.yaml")

AnySource = Package | Benchmark | Own


def read_dataset(name: str) -> Dataset:
    """Return an entry of `datasets`."""
    return Dataset(**_entry("datasets", name))


def read_text(name: str) -> Text:
    """Return an entry of `texts`."""
    return Text(**_entry("texts", name))


def read_recipes() -> dict[str, Recipe]:
    """Return all `recipes`, sorted by name."""
    recipes = read_yaml(PARAMS)["recipes"]
    return {name: Recipe(**recipes[name]) for name in sorted(recipes)}


def read_source(name: str) -> AnySource:
    """Return an entry of `sources` or `own`."""
    params = read_yaml(PARAMS)
    if name in params["own"]:
        return Own(**params["own"][name])
    entry = params["sources"][name]
    return Benchmark(**entry) if "benchmark" in entry else Package(**entry)


def _entry(part: str, name: str) -> dict[str, Any]:
    entry: dict[str, Any] = read_yaml(PARAMS)[part][name]
    return entry
