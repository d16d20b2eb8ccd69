"""The installed package: the data without the pipeline, on the oldest Python and NumPy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# Read, write again, and read what this version of NumPy writes by itself.
SCRIPT = """
import hashlib, pickle, sys
from importlib import metadata
import numpy as np
import tinydatasets
from tinydatasets import pickles

assert sys.version_info[:2] == (3, 9) and np.__version__ == "1.22.0", np.__version__
for name in ("tinydigits", "tinydigits-150", "tinymnist"):
    for split in tinydatasets.load(name):
        print(hashlib.sha256(pickles.dumps(split)).hexdigest())
        own = pickle.dumps({"images": split.images, "labels": split.labels}, protocol=4)
        assert b"numpy.core.multiarray" in own
        assert (pickles.loads(own).images == split.images).all()
dataset = tinydatasets.load("tinymnist")
print(dataset.val, dataset.classes)
text = tinydatasets.load_text("tinytalks")
print([len(split) for split in text], text.test[0].id)
for name in ("tinymnist", "tinytalks"):
    folder = tinydatasets.loading._folder() / name
    print(sorted(path.name for path in folder.iterdir()))
files = metadata.files("tinydatasets")
print(sorted(str(f).partition("licenses/")[2] for f in files if "dist-info/licenses/" in str(f)))
print(sorted({name.partition(".")[0] for name in sys.modules} & {"yaml", "sklearn", "pydantic"}))
"""
SUMS = """\
254293630e549113002cdc3f7f1542715e0a40288a3a8a0358fb8e478dce1e54
767ea1644a12dac6f3f94f63536de4deace8a0fa1f5c54f80a9419a267c7802d
4bfcce69e3abe29ca91a7709b4fd7ace1303dc8a980117ee7c081cdcc317df24
3ed68c0c10b91f5f255dc1e450396c277de7e9d89bd3f9776e68273d3a478f87
66851a638a3ccf14b39059795d1df44e21f1c21425093326467868e5daca5518
9db388ea59b9dc788928069cffa813f6397b7ba1b2a587751ce68e333f73759c
None ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
[212, 44, 44] 1-18
['CITATION.bib', 'DATASHEET.md', 'LICENSE', 'README.md', 'SHA256SUMS', 'croissant.json', \
'samples.csv', 'test.pkl', 'train.pkl']
['CITATION.bib', 'DATASHEET.md', 'LICENSE', 'README.md', 'SHA256SUMS', 'croissant.json', \
'test.jsonl', 'test.txt', 'train.jsonl', 'train.txt', 'val.jsonl', 'val.txt']
['LICENSE', 'LICENSES/CC-BY-4.0.txt', 'LICENSES/CC-BY-SA-3.0.txt', \
'datasets/tinydigits-150/LICENSE', 'datasets/tinydigits/LICENSE', 'datasets/tinymnist/LICENSE', \
'datasets/tinytalks-1200/LICENSE', 'datasets/tinytalks/LICENSE']
[]
"""


def run(*command: str | Path, cwd: Path) -> str:
    # Where pyenv manages Pythons, `python3.9` is there but wants to be told its version.
    environment = {**os.environ, "PYENV_VERSION": "3.9"}
    result = subprocess.run(
        command, cwd=cwd, env=environment, text=True, capture_output=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.skipif(
    shutil.which("python3.9") is None and "CI" not in os.environ, reason="no Python 3.9 here"
)
def test_the_wheel_gives_the_published_bytes_on_python_3_9(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    run("python3.9", "-m", "venv", "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "numpy==1.22.0", wheel, cwd=tmp_path)
    assert run(python, "-W", "error", "-c", SCRIPT, cwd=tmp_path) == SUMS
    command = tmp_path / "env" / "bin" / "tinydatasets"
    assert "Nothing was fetched." in run(command, "fetch", "mnist", cwd=tmp_path)
    installed = run(python, "-m", "pip", "list", "--format", "freeze", cwd=tmp_path).split()
    names = {line.split("==")[0] for line in installed}
    assert names == {"numpy", "pip", "setuptools", "tinydatasets"}
