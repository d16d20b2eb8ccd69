"""The page on data larger than memory: its code, its entry and what is printed."""

import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.test_docs import below_its_part, blocks, check

PAGE = "docs/large.md"


def test_the_parts_of_the_page_are_a_source(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (code,) = blocks(PAGE, "python")
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=True)
    params = (ROOT / "params.yaml").read_text(encoding="utf-8").replace("\nown: {}\n", "\nown:\n")
    for entry in blocks(PAGE, "yaml"):
        params = below_its_part(entry, params)
    assert check(tmp_path, params).returncode == 0
    stage = [sys.executable, "-m", "stages.source", "noise"]
    printed = subprocess.run(
        stage, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True
    ).stdout.decode()
    (shown,) = [text for text in blocks(PAGE, "console") if "own@noise" in text]
    assert f"$ dvc repro own@noise\n{re.sub('[0-9a-f]{64}', 'SUM', printed)}" == shown
