"""dvc.yaml names every module that a stage runs, so that a change of code reruns what it must."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
STAGES: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
# Imports a module in a fresh interpreter and names the files of this project that it loaded.
SCRIPT = """
import importlib, sys
from pathlib import Path
importlib.import_module(sys.argv[1])
here = Path.cwd()
ours = (here / "stages", here / "tinydatasets", here / "tinydatasets" / "fetch")
files = [Path(m.__file__) for m in sys.modules.values() if getattr(m, "__file__", None)]
print(*[file.relative_to(here) for file in files if file.parent in ours])
"""


@pytest.mark.parametrize("name", STAGES)
def test_dependencies_are_the_imports(name: str) -> None:
    stage = STAGES[name].get("do", STAGES[name])
    assert stage["cmd"].startswith(f"python -m stages.{name} ")
    loaded = subprocess.run(
        [sys.executable, "-c", SCRIPT, f"stages.{name}"],
        cwd=ROOT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    # stages/__init__.py does nothing but end what Ctrl-C stops: no result depends on it.
    imports = set(loaded.stdout.split()) - {"stages/__init__.py"}
    assert {dep for dep in stage["deps"] if dep.endswith(".py")} == imports


def test_nothing_but_tinydatasets_and_numpy_is_imported_by_the_loader() -> None:
    script = (
        "import sys; import numpy; before = set(sys.modules); import tinydatasets;"
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE
    )
    assert printed.stdout.split() == ["tinydatasets"]
