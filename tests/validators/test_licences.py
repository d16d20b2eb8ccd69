"""The repository says under which licence each file is, as REUSE 3.3 asks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LICENCES = {
    "datasets/tinydigits/README.md": "CC-BY-4.0",
    "datasets/tinydigits-150/croissant.json": "CC-BY-4.0",
    "datasets/tinymnist/README.md": "CC-BY-SA-3.0",
    "datasets/tinymnist/train.pkl": "CC-BY-SA-3.0",
    "datasets/tinytalks/train.jsonl": "CC-BY-4.0",
    "datasets/tinytalks-1200/train.jsonl": "CC-BY-4.0",
    "docs/tinymnist.png": "CC-BY-SA-3.0",
    "docs/report-tinymnist.png": "CC-BY-SA-3.0",
    "docs/tinydigits.png": "CC-BY-4.0",
    "docs/report.png": "CC-BY-4.0",
    "milestones/pictures/mlp_digits.svg": "CC-BY-4.0",
    "stages/papers/describe.py": "BSD-3-Clause",
}


def test_every_file_has_a_licence_and_data_that_of_its_folder() -> None:
    command = [sys.executable, "-m", "reuse", "lint", "--json"]
    result = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    found = json.loads(result.stdout)
    assert found["summary"]["compliant"]
    licences = {
        file["path"]: [expression["value"] for expression in file["spdx_expressions"]]
        for file in found["files"]
    }
    assert {path: licences[path] for path in LICENCES} == {
        path: [licence] for path, licence in LICENCES.items()
    }
