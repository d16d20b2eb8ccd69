"""The JavaScript of the lesson, in Node: it computes all documented results to the same bits."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

import tinydatasets
from tests.conftest import ROOT


@pytest.mark.skipif(not (shutil.which("node") or "CI" in os.environ), reason="no node here")
def test_vectors_and_released_models() -> None:
    names = "docs/exact-training.json", "params.yaml", "lesson/page/training.js"
    vectors, params, training = ((ROOT / name).read_text(encoding="utf-8") for name in names)
    known = json.loads(re.sub(r'"(-?0x.+?)"', lambda x: str(float.fromhex(x[1])), vectors))
    rows = {
        name: [part.tolist() for part in tinydatasets.load(name, scale=True, shape="flat").train]
        for name in known["models"]
    }
    script = training + (ROOT / "tests/lesson/vectors.js").read_text(encoding="utf-8")
    command = ["node", "--input-type=module", "--eval", script]
    given = json.dumps([known, yaml.safe_load(params)["recipes"], rows])
    printed = subprocess.run(command, input=given, text=True, stdout=-1, check=True).stdout
    assert json.loads(printed) == known
