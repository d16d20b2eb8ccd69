"""Each recipe runs as it is shown, and its accuracy is within the interval beside it.

``SEEDS=5 make validate-recipes`` runs every seed of the table, and prints what it measures.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.validators.released import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| \[(.*)\]\(#.*\) \| `(.*)` \| ([\d.]+ to [\d.]+) \|$", PAGE, re.M)
SECTIONS = {section.partition("\n")[0]: section for section in PAGE.split("\n## ")[1:]}


def test_each_recipe_is_short_and_in_the_table() -> None:
    assert [name for name, *_ in ROWS] == [*SECTIONS]
    for section in SECTIONS.values():
        (script,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
        assert len(script.splitlines()) < 25


@pytest.mark.parametrize("seed", range(int(os.environ.get("SEEDS", "1"))))
@pytest.mark.parametrize(("name", "dataset", "interval"), ROWS)
def test_accuracy_is_within_the_interval(
    name: str, dataset: str, interval: str, seed: int, tmp_path: Path
) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    # One thread: two that wait for each other take ten times as long on a busy machine.
    environ |= {"HF_HOME": str(tmp_path), "KERAS_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    for kind, code in re.findall(r"```(\w+)\n(.*?)```", SECTIONS[name], re.DOTALL):
        assert dataset in code
        seeded = code.replace("seed = 0", f"seed = {seed}")
        arguments = ["-m", *code[2:].split()] if kind == "console" else ["-c", seeded]
        printed = subprocess.check_output(
            [sys.executable, *arguments], cwd=tmp_path, env=environ, text=True
        )
    accuracy = float(printed.splitlines()[-1])
    print(f"{name}, seed {seed}: {accuracy:.1f}")
    low, high = map(float, interval.split(" to "))
    assert low <= accuracy <= high
