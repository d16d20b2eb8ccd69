"""The JSON Schema that editors complete and check params.yaml by."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
SCHEMA: dict[str, Any] = json.loads(
    (ROOT / "stages/check/params.schema.json").read_text(encoding="utf-8")
)


def params() -> Any:
    return yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))


def as_json(value: Any) -> Any:
    """Give what an editor checks: JSON has no number for a key."""
    return json.loads(json.dumps(value))


def test_the_committed_schema_is_that_of_the_model(tmp_path: Path) -> None:
    written = tmp_path / "schema.json"
    subprocess.run(
        [sys.executable, "-m", "tools.schema", "--out", str(written)], cwd=ROOT, check=True
    )
    assert written.read_bytes() == (ROOT / "stages/check/params.schema.json").read_bytes()


def test_params_yaml_names_the_schema_and_is_right_by_it() -> None:
    first = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=stages/check/params.schema.json"
    jsonschema.validate(as_json(params()), SCHEMA)


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("train_per_level", {1: 9, 2: 9}, True),
        ("val_per_level", -1, False),
        ("test_per_level", "many", False),
        ("source", 3, False),
        ("draw", "shuffle", True),
        ("draw", "combinations", False),
        ("train_per_class", 9, False),
    ],
)
def test_the_schema_knows_texts(key: str, value: Any, *, right: bool) -> None:
    changed = params()
    changed["texts"]["tinytalks"][key] = value
    errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(as_json(changed)))
    assert (not errors) == right


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("train_per_class", 9, True),
        ("train_per_class", [9] * 10, True),
        ("train_per_class", {0: 9, 1: 9}, True),
        ("train_per_class", -9, False),
        ("train_per_class", "many", False),
        ("train_per_class", {0: -1}, False),
        ("test_draw", "next", True),
        ("test_draw", "last", False),
        ("seed", 2**32 - 1, True),
        ("seed", 2**32, False),
        ("colour", "red", False),
    ],
)
def test_the_schema_tells_right_from_wrong(key: str, value: Any, *, right: bool) -> None:
    changed = params()
    changed["datasets"]["tinydigits"][key] = value
    errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(as_json(changed)))
    assert (not errors) == right
