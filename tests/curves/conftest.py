"""A tiny sweep: 24 trainings on 90 made-up images."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from experiments.curves.sweep import Plan
from stages.common.arrays import write_array
from tests.conftest import ROOT

RECIPE = {"hidden": 4, "optimizer": "sgd", "batch_size": 8, "epochs": 3, "seed": 42}
RECIPES = {
    "slow": {**RECIPE, "learning_rate": 0.1, "momentum": 0.0},
    "fast": {**RECIPE, "learning_rate": 0.5, "momentum": 0.9},
}
PLAN = Plan("small", 50, sizes=[2, 5], seeds=3, steps=7, recipes=RECIPES)
_GENERATOR = np.random.RandomState(1)
LABELS = _GENERATOR.permutation(np.repeat([0, 1, 2], 30))
IMAGES = _GENERATOR.randint(0, 51, (90, 2, 3)).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that has the sweep's parameters, and the images as stage `source` does."""
    params: dict[str, Any] = {"sizes": {"small": [2, 5]}, "seeds": 3, "steps": 7}
    for path, values in (
        ("params.yaml", {"sources": {"small": {}}, "own": {}, "recipes": RECIPES, "texts": {}}),
        ("experiments/curves/params.yaml", params),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(yaml.safe_dump(values, sort_keys=False))
    (tmp_path / "experiments/transformers").mkdir()
    shutil.copy(
        ROOT / "experiments/transformers/params.yaml", tmp_path / "experiments/transformers"
    )
    source = tmp_path / "build/sources/small"
    write_array(source / "images.npy", IMAGES)
    write_array(source / "labels.npy", LABELS)
    (source / "facts.json").write_text(json.dumps({"maximum": 50, "rows_per_class": [30] * 3}))
    monkeypatch.chdir(tmp_path)
    return tmp_path
