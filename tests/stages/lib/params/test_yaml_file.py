"""params.yaml means to a stage what it means to DVC."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from dvc.utils.serialize import load_yaml

from stages import shell

SCALARS = (
    "1 0 -1 +1 -0 010 01 0o10 0x10 1_000 1:30 1e3 1e-3 1.0E2 1E5 +.5 .5 5. 1.5 -2.5 00.5 1_0.5 "
    "1.e3 12e03 0.0 -0.0 . 1e .inf -.inf +.inf .nan true True TRUE tRUE yes no on off y n null "
    "Null ~ 2001-01-01 '1' \"1\" abc"
)


@pytest.mark.parametrize("scalar", [*SCALARS.split(), ""])
def test_a_number_is_the_one_that_dvc_reads_or_none(scalar: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(f"value: {scalar}\n")
    ours: Any = shell.read_yaml(path)["value"]
    theirs: Any = load_yaml(str(path))["value"]
    if isinstance(ours, str):
        assert ours == scalar.strip("'\"")
    else:
        assert type(ours) is type(theirs)
        assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


def test_anchors_and_merge_keys_are_read(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: *a}\n")
    assert shell.read_yaml(path) == load_yaml(str(path))
    assert shell.read_yaml(path)["b"] == {"x": 1, "y": 3}
