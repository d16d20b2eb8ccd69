"""Stage `source`: published images, checked against their sums, and what it writes of a source."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from ruamel.yaml import YAML
from sklearn.datasets import load_digits

from stages.common.distances import nearest
from stages.common.errors import ParamError
from stages.source.__main__ import main
from tests.conftest import ROOT
from tests.fetch.published import mnist_arrays, mnist_files, small_mnist
from tests.in_blocks import in_blocks
from tinydatasets.fetch import benchmarks

OUT = Path("build/sources/mine")
DIGITS = {
    "package": "scikit-learn",
    "file": "sklearn/datasets/data/digits.csv.gz",
    "sha256": "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
    "image_shape": [8, 8],
    "maximum": 16,
    "rows_per_class": [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
}

pytestmark = pytest.mark.usefixtures("data")


def run(part: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Run the stage on an entry of params.yaml, and give the facts that it wrote."""
    params = {"sources": {}, "own": {}, part: {"mine": entry}}
    YAML().dump(params, Path("params.yaml"))
    main("mine")
    facts: dict[str, Any] = json.loads((OUT / "facts.json").read_text())
    return facts


def refused(part: str, entry: dict[str, Any]) -> str:
    with pytest.raises(ParamError) as caught:
        run(part, entry)
    assert not OUT.exists()
    return str(caught.value)


def test_images_labels_facts_and_neighbours_are_written() -> None:
    keys = ("image_shape", "maximum", "rows_per_class", "sha256")
    expected = {**{key: DIGITS[key] for key in keys}, "classes": [*"0123456789"]}
    assert run("sources", DIGITS) == {
        **expected,
        "equal": {"within": 0, "across": 0, "examples": []},
    }
    images, labels = np.load(OUT / "images.npy"), np.load(OUT / "labels.npy")
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, load_digits().images)
    np.testing.assert_array_equal(labels, load_digits().target)
    neighbours = nearest(in_blocks(images, 700), labels)
    np.testing.assert_array_equal(np.load(OUT / "nearest.npy"), neighbours)
    names = "facts.json images.npy labels.npy nearest.npy repeats.npy".split()
    assert sorted(path.name for path in OUT.iterdir()) == names


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("maximum", 15, "15, but the data has 16"),
        ("image_shape", [8, 9], "[8, 9] is 72 pixels, but the data has 64 an image"),
        ("rows_per_class", [178] * 10, f"{[178] * 10}, but the data has [178, 182, "),
        ("package", "scikit-lern", "'scikit-lern' is not installed"),
        ("file", "sklearn/none.csv.gz", "scikit-learn has no sklearn/none.csv.gz"),
        ("sha256", "f" * 64, "sklearn/datasets/data/digits.csv.gz of scikit-learn "),
    ],
)
def test_a_package_that_is_not_as_stated_stops(key: str, value: object, message: str) -> None:
    printed = refused("sources", {**DIGITS, key: value})
    assert printed.startswith(f"sources.mine.{key}: {message}")
    if key == "sha256":
        sums = f"expected sha256 {'f' * 64}\n  found    sha256 {DIGITS['sha256']}\n"
        assert sums in printed
        assert "`rm -r .venv` and `make repro`" in printed


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a small benchmark of MNIST's layout where the full one would be."""
    files = mnist_files(mnist_arrays())
    monkeypatch.setitem(benchmarks.BENCHMARKS, "mnist", small_mnist(files))
    monkeypatch.setenv("TINYDATASETS_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "mnist"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


MNIST = {
    "benchmark": "mnist",
    "image_shape": [28, 28],
    "maximum": 255,
    "rows_per_class": np.bincount(mnist_arrays()[1]).tolist(),
}


@pytest.mark.usefixtures("home")
def test_the_training_images_of_a_benchmark_are_read() -> None:
    names = "zero one two three four five six seven eight nine".split()
    assert run("sources", MNIST)["classes"] == [*"0123456789"]
    assert run("sources", {**MNIST, "classes": names})["classes"] == names
    images, labels, *_ = mnist_arrays()
    np.testing.assert_array_equal(np.load(OUT / "images.npy"), images)
    np.testing.assert_array_equal(np.load(OUT / "labels.npy"), labels)


def test_a_benchmark_that_is_damaged_or_not_there_stops(home: Path) -> None:
    (home / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"0" * 30))
    assert "is not the published train-labels-idx1-ubyte.gz" in refused("sources", MNIST)
    shutil.rmtree(home)
    message = refused("sources", MNIST)
    assert message.startswith("sources.mine.benchmark: mnist: ")
    assert message.endswith("`tinydatasets fetch mnist` says how to get it.")


def test_names_are_utf_8_whatever_the_locale() -> None:
    for name in ("érable", "橡"):
        Path("data/Bäume", name).mkdir(parents=True)
        Image.new("L", (4, 4)).save(f"data/Bäume/{name}/é.png")
    facts = run("own", {"kind": "folder", "path": "data/Bäume"})
    (OUT / "facts.json").unlink()
    ascii_alone = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    printed = subprocess.check_output(
        [sys.executable, "-m", "stages.source", "mine"],
        env={**os.environ, **ascii_alone, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert json.loads((OUT / "facts.json").read_text()) == facts
    assert r": \xe9rable 1, \u6a61 1; " in printed


@pytest.mark.parametrize(
    ("elm", "oak", "counts", "pairs"),
    [
        ([1, 2], [3], [0, 0], ""),
        ([1, 1, 2], [3, 3, 3], [5, 0], "01 34"),
        ([1, 1, 2], [2], [2, 2], "23 01"),
        ([1, 2, 2, 3], [1, 1, 2, 3], [4, 8], "04 16 12"),
    ],
)
def test_equal_images_are_counted_and_named(
    elm: list[int], oak: list[int], counts: list[int], pairs: str
) -> None:
    names = [
        f"{name}/{at}.png" for name, of in (("elm", elm), ("oak", oak)) for at in range(len(of))
    ]
    images = np.array([elm + oak], np.uint8).reshape(-1, 1, 1)
    for path, value in zip(names, elm + oak, strict=True):
        Path("data/folder", path).parent.mkdir(parents=True, exist_ok=True)
        # Equal once they are resized and grey.
        side, mode = (2, "L") if path.startswith("elm") else (4, "RGB")
        Image.new("L", (side, side), value).convert(mode).save(f"data/folder/{path}")
    for kind, end in (("npy", ""), ("parts", "-0")):
        Path("data", kind).mkdir()
        np.save(f"data/{kind}/images{end}.npy", images)
        np.save(f"data/{kind}/labels{end}.npy", np.repeat([0, 1], [len(elm), len(oak)]))
    for kind in ("folder", "npy", "parts"):
        keys = {"resize": [2, 2], "channels": 1} if kind == "folder" else {}
        facts = run("own", {"kind": kind, "path": f"data/{kind}", **keys})
        shown = [name if kind == "folder" else f"row {row}" for row, name in enumerate(names)]
        examples = [[shown[int(row)] for row in pair] for pair in pairs.split()]
        assert [*facts["equal"].values()] == [*counts, examples]


def test_what_is_found_in_own_images_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/leaves.csv").write_text("0,7,9,1,oak\n0,7,9,1,elm\n0,1,2,3,oak\n")
    facts = run("own", {"kind": "csv", "path": "data/leaves.csv"})
    described = "3 images of 2 x 2 pixels from 0 to 9: elm 1, oak 2"
    assert capsys.readouterr().out == f"mine: {described}; sha256 {facts['sha256']}\n"
