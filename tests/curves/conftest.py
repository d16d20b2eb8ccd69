"""A tiny sweep: 24 trainings on 90 made-up images."""

from __future__ import annotations

from typing import Any

import pytest

RECIPE = {"hidden": 4, "optimizer": "sgd", "batch_size": 8, "epochs": 3, "seed": 42}


@pytest.fixture
def params() -> dict[str, Any]:
    return {
        "sizes": [2, 5],
        "seeds": 3,
        "steps": 7,
        "maximum": 50,
        "recipes": {
            "slow": {**RECIPE, "learning_rate": 0.1, "momentum": 0.0},
            "fast": {**RECIPE, "learning_rate": 0.5, "momentum": 0.9},
        },
    }
