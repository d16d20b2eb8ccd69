"""What each entry is, spelled out for the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from stages.check.read import read_params
from stages.check.resolve import resolve
from tests.check.example import TEXT
from tests.conftest import put

if TYPE_CHECKING:
    from pathlib import Path


def resolved(path: Path, **changes: Any) -> dict[str, dict[str, Any]]:
    """Resolve the example with values put in by their keys, a double underscore for a dot."""
    params = yaml.safe_load(TEXT)
    for key, value in changes.items():
        put(params, key.replace("__", "."), value)
    path.write_text(yaml.safe_dump(params))
    return resolve(read_params(path))


def test_there_is_a_file_for_each_entry(path: Path) -> None:
    assert set(resolved(path)) == {
        "sources/digits.json",
        "sources/mnist-5k.json",
        "datasets/tinydigits.json",
        "datasets/tinydigits-150.json",
        "datasets/tinymnist.json",
        "texts/tinytalks.json",
        "recipes.json",
    }


def test_defaults_and_counts_are_filled_in(path: Path) -> None:
    files = resolved(path, datasets__tinydigits__test_per_class={3: 5})
    assert files["datasets/tinydigits.json"] == {
        "source": "digits",
        "strategy": "random",
        "seed": 42,
        "train_per_class": [100] * 10,
        "test_per_class": [0, 0, 0, 5, 0, 0, 0, 0, 0, 0],
        "val_per_class": [0] * 10,
        "draw": "shuffle",
        "test_draw": "next",
        "normalize": True,
        "maximum": 16,
        "classes": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    }
    assert files["texts/tinytalks.json"] == {
        "source": "datasets/tinytalks/templates.yaml",
        "draw": "shuffle",
        "seed": 42,
        "train_per_level": 42,
        "val_per_level": 9,
        "test_per_level": 9,
    }
    # As an edit of params.yaml that a user may make: no momentum is a momentum of 0.
    adam = {"hidden": 4, "optimizer": "adam", "learning_rate": 0.1, "batch_size": 8, "epochs": 2}
    files = resolved(path, recipes__mine={**adam, "seed": 7})
    assert files["recipes.json"]["mine"] == {**adam, "seed": 7, "momentum": 0.0}


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("datasets__tinydigits__test_draw", "choice", {"datasets/tinydigits.json"}),
        ("datasets__tinydigits__normalize", False, {"datasets/tinydigits.json"}),
        ("texts__tinytalks__seed", 43, {"texts/tinytalks.json"}),
        ("texts__tinytalks__draw", "combination", {"texts/tinytalks.json"}),
        ("recipes__tuned__epochs", 3, {"recipes.json"}),
        # Pixels are divided by it, so its datasets have it too.
        (
            "sources__mnist-5k__maximum",
            254,
            {"sources/mnist-5k.json", "datasets/tinymnist.json"},
        ),
        # What a default says, written down.
        ("datasets__tinydigits__test_draw", "next", set()),
        ("datasets__tinydigits__train_per_class", [100] * 10, set()),
    ],
)
def test_a_change_is_in_its_own_file_alone(
    path: Path, key: str, value: Any, changed: set[str]
) -> None:
    before = resolved(path)
    after = resolved(path, **{key: value})
    assert {name for name in after if after[name] != before[name]} == changed
