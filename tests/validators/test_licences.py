"""The repository says under which licence each file is, as REUSE 3.3 asks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def reuse(*arguments: str) -> str:
    command = [sys.executable, "-m", "reuse", *arguments]
    result = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_every_file_has_a_licence() -> None:
    found = json.loads(reuse("lint", "--json"))
    assert found["summary"]["compliant"]
    assert found["summary"]["files_total"] > 400


def test_data_has_the_licence_that_its_folder_names() -> None:
    found = json.loads(reuse("lint", "--json"))
    of_file = {
        file["path"]: {expression["value"] for expression in file["spdx_expressions"]}
        for file in found["files"]
    }
    licences = {
        "tinydigits": "CC-BY-4.0",
        "tinydigits-150": "CC-BY-4.0",
        "tinymnist": "CC-BY-SA-3.0",
        "tinytalks": "CC-BY-4.0",
    }
    for name, licence in licences.items():
        for file in ("README.md", "croissant.json"):
            assert of_file[f"datasets/{name}/{file}"] == {licence}, name
    for picture in ("docs/tinymnist.png", "docs/report-tinymnist.png"):
        assert of_file[picture] == {"CC-BY-SA-3.0"}
    for picture in ("docs/tinydigits.png", "docs/report.png", "milestones/pictures/mlp_digits.svg"):
        assert of_file[picture] == {"CC-BY-4.0"}
    assert of_file["stages/papers/describe.py"] == {"BSD-3-Clause"}
