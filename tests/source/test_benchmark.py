"""A full benchmark that was fetched can be a source."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from stages.check.read import read_params
from stages.check.resolve import resolve
from stages.common.errors import StageError
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs/curation.md").read_text(encoding="utf-8")
CURATED, SOURCE, DATASET = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))


def with_entries(path: Path, source: object, datasets: object) -> Path:
    """Write the params.yaml of the repository with more entries."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["sources"] |= source
    params["datasets"] |= datasets
    path.write_text(yaml.safe_dump(params))
    return path


def test_the_page_shows_entries_that_are_right(tmp_path: Path) -> None:
    params = read_params(with_entries(tmp_path / "params.yaml", SOURCE, {**CURATED, **DATASET}))
    assert params.datasets["tinymnist-of-60000"].source == "mnist"
    assert sum(params.sources["mnist"].rows_per_class) == 60_000


def test_a_benchmark_in_colour_has_its_published_names(tmp_path: Path) -> None:
    rows = {"image_shape": [32, 32, 3], "maximum": 255, "rows_per_class": [5000] * 10}
    source = {"cifar": {"benchmark": "cifar10", **rows}}
    dataset = {"mine": {**DATASET["tinymnist-of-60000"], "source": "cifar"}}
    files = resolve(read_params(with_entries(tmp_path / "params.yaml", source, dataset)))
    for name in ("sources/cifar.json", "datasets/mine.json"):
        assert files[name]["classes"][:3] == ["airplane", "automobile", "bird"]


def test_an_unknown_benchmark_is_said(tmp_path: Path) -> None:
    other = {"mnist": {**SOURCE["mnist"], "benchmark": "cifar100"}}
    with pytest.raises(
        StageError, match=r"benchmark: unknown value 'cifar100'; allowed: mnist, cifar10"
    ):
        read_params(with_entries(tmp_path / "params.yaml", other, {}))
    schema = json.loads((ROOT / "stages/check/params.schema.json").read_text(encoding="utf-8"))
    kind = schema["$defs"]["FetchedBenchmark"]["properties"]["benchmark"]
    assert kind["enum"] == ["mnist", "cifar10"]
