"""What the README shows is what a reader gets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import tinydatasets
from tests.pipeline.test_released import RELEASED, TEXTS

if TYPE_CHECKING:
    from tests.conftest import Repository

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs(code: str) -> None:
    shown = (
        "\nname = 'x_train' if 'x_train' in dir() else 'train'\n"
        "print(x_train.shape if name == 'x_train' else train['images'].shape)"
    )
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-c", code + shown],
        cwd=ROOT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    assert printed.stdout == "(1000, 8, 8)\n"


def test_the_table_of_metrics_is_what_dvc_prints(built: Repository) -> None:
    shown = next(block for block in blocks("console") if "dvc metrics show" in block)
    printed = built.run("dvc", "metrics", "show")
    lines = [line.rstrip() for line in printed.splitlines()]
    assert shown.splitlines() == ["$ dvc metrics show", *lines]


def test_the_subset_can_be_pasted(built: Repository) -> None:
    (entry,) = blocks("yaml")
    built.replace("params.yaml", "\n# The baselines", f"{entry}\n# The baselines")
    built.repro("serialize@zeros-and-ones")
    train = tinydatasets.read_split(built.folder / "datasets/zeros-and-ones/train.pkl")
    assert np.bincount(train.labels).tolist() == [40, 40]


def test_sizes_and_sums_are_those_published() -> None:
    rows = re.findall(r"\| ([\d,]+) \| `([0-9a-f]{64})` \|", README)
    found = [(int(size.replace(",", "")), sha256) for size, sha256 in rows]
    assert found == [RELEASED[name] for name in RELEASED if name.endswith(".pkl")]


def test_the_page_of_tinytalks_has_its_sums_and_figures() -> None:
    page = (ROOT / "datasets/tinytalks/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| `(.*?)` \| ([\d,]+) \| `([0-9a-f]{64})` \|", page)
    assert {
        f"datasets/tinytalks/{name}": (int(size.replace(",", "")), sha256)
        for name, size, sha256 in rows
    } == TEXTS
    metrics = json.loads((ROOT / "metrics/tinytalks.json").read_text(encoding="utf-8"))
    shown = re.findall(r"\| (\d\.\d+) \| (\d\.\d+) \|\n", page)
    measured = [*metrics["characters"], *metrics["retrieval"]]
    assert len(shown) == len(measured)
    for pair, figures in zip(shown, measured, strict=True):
        for text, split in zip(pair, ("val", "test"), strict=True):
            assert text == f"{figures[split]:.{len(text) - 2}f}"
    authored = (ROOT / "datasets/tinytalks/pairs.tsv").read_text(encoding="ascii")
    examples = re.findall(r"\| (\d) \| .*? \| Q: (.*?) A: (.*?) \|", page)
    assert [level for level, *_ in examples] == list("12345")
    assert all("\t".join(example) in authored for example in examples)


def test_every_link_to_a_file_leads_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:|#)(.*?)\)", README)
    assert len(targets) > 10
    files = [target.partition("#")[0] for target in targets]
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_the_picture_shows_the_data() -> None:
    picture = np.asarray(Image.open(ROOT / "docs/tinydigits.png").convert("L"))
    train = tinydatasets.load("tinydigits").train
    side = 8 * 4 + 2 * 3  # pixels of 4 x 4, a margin of 3
    assert picture.shape == (10 * side, 20 * side)
    for label in (0, 4, 9):
        for column in (0, 11, 19):
            tile = picture[label * side :, column * side :][5 : side - 3 : 4, 5 : side - 3 : 4]
            image = train.images[train.labels == label][column]
            np.testing.assert_allclose(1 - tile / 255, image, atol=0.003)
