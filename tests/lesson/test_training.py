"""The JavaScript of the lesson, in Node: it computes all documented results to the same bits."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

from tests.conftest import ROOT
from tinydatasets import load


@pytest.mark.skipif(not (shutil.which("node") or "CI" in os.environ), reason="no node here")
def test_vectors_and_released_models() -> None:
    names = "docs/exact-training.json", "params.yaml", "lesson/page/training.js"
    text, params, training = ((ROOT / name).read_text(encoding="utf-8") for name in names)
    data = json.loads(re.sub(r'"(-?0x.+?)"', lambda x: str(float.fromhex(x[1])), text))
    rows = {
        n: [a.tolist() for a in load(n, scale=True, shape="flat").train] for n in data["models"]
    }
    script = training + (ROOT / "tests/lesson/vectors.js").read_text(encoding="utf-8")
    command = ["node", "--input-type=module", "--eval", script]
    given = json.dumps([data, yaml.safe_load(params)["recipes"], rows])
    done = subprocess.run(command, input=given, text=True, stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout) == data
