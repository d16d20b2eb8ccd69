"""A full benchmark that was fetched can be a source."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from stages import source
from stages.lib.command import StageError
from stages.lib.params.read import read_params
from tests.fetch.published import mnist_arrays, mnist_files, small_mnist
from tinydatasets.fetch import benchmarks

if TYPE_CHECKING:
    from tests.conftest import Repository

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "datasets/tinymnist/README.md").read_text(encoding="utf-8")
CURATED, SOURCE, DATASET = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_shows_entries_that_are_right(tmp_path: Path) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    text = text.replace("sources:\n", f"sources:\n{SOURCE}", 1)
    text = text.replace("datasets:\n", f"datasets:\n{CURATED}{DATASET}", 1)
    (tmp_path / "params.yaml").write_text(text)
    params = read_params(tmp_path / "params.yaml")
    assert params.datasets["tinymnist-of-60000"].source == "mnist"
    assert sum(params.sources["mnist"].rows_per_class) == 60_000


def test_a_benchmark_in_colour_is_no_source(tmp_path: Path) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    entry = SOURCE.replace("benchmark: mnist", "benchmark: cifar10")
    (tmp_path / "params.yaml").write_text(text.replace("sources:\n", f"sources:\n{entry}", 1))
    with pytest.raises(
        StageError, match=r"sources.mnist.benchmark: unknown value 'cifar10'; allowed: mnist$"
    ):
        read_params(tmp_path / "params.yaml")
    schema = json.loads((ROOT / "params.schema.json").read_text(encoding="utf-8"))
    kinds = schema["$defs"]["Source"]["properties"]["benchmark"]["anyOf"]
    assert kinds == [{"type": "string", "enum": ["mnist"]}, {"type": "null"}]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a small benchmark of MNIST's layout where the full one would be, and its entry."""
    arrays = mnist_arrays()
    monkeypatch.setitem(benchmarks.BENCHMARKS, "mnist", small_mnist(mnist_files(arrays)))
    monkeypatch.setenv("TINYDATASETS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    rows = np.bincount(arrays[1]).tolist()
    entry = re.sub(r"rows_per_class: .*", f"rows_per_class: {rows}", SOURCE)
    (tmp_path / "params.yaml").write_text(f"sources:\n{entry}")
    folder = tmp_path / "home" / "mnist"
    folder.mkdir(parents=True)
    for name, data in mnist_files(arrays).items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.usefixtures("home")
def test_its_training_images_are_read(tmp_path: Path) -> None:
    source.main("mnist", out=tmp_path / "out")
    images, labels, *_ = mnist_arrays()
    np.testing.assert_array_equal(np.load(tmp_path / "out/images.npy"), images)
    np.testing.assert_array_equal(np.load(tmp_path / "out/labels.npy"), labels)


def test_a_damaged_one_stops(home: Path, tmp_path: Path) -> None:
    path = home / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(b"0" * 30))
    with pytest.raises(
        StageError, match=r"^params.yaml: sources.mnist.benchmark: mnist: "
    ) as caught:
        source.main("mnist", out=tmp_path / "out")
    assert "is not the published train-labels-idx1-ubyte.gz" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_one_that_was_not_fetched_says_how_to_get_it(built: Repository) -> None:
    built.replace("params.yaml", "sources:\n", f"sources:\n{SOURCE}")
    printed = built.run("dvc", "repro", "source@mnist", status=255)
    assert "params.yaml: sources.mnist.benchmark: mnist: " in printed
    assert "`tinydatasets fetch mnist` says how to get it." in printed
    assert "Traceback" not in printed
