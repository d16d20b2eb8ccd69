"""A data file that a package carries is the one that is pinned, or no source."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.datasets import load_digits

from stages.common.errors import StageError
from stages.source.package import Package

SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"


def digits(**changes: Any) -> Package:
    entry = {
        "package": "scikit-learn",
        "file": "sklearn/datasets/data/digits.csv.gz",
        "sha256": SHA256,
        "image_shape": [8, 8],
        "maximum": 16,
        "rows_per_class": [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
    }
    return Package.model_validate({**entry, **changes})


def test_it_gives_what_the_package_gives() -> None:
    pixels, labels = digits().read()
    np.testing.assert_array_equal(pixels, load_digits().data)
    np.testing.assert_array_equal(labels, load_digits().target)


def test_another_sum_is_said_with_the_one_found() -> None:
    with pytest.raises(StageError) as caught:
        digits(sha256="f" * 64).read()
    printed = str(caught.value)
    assert printed.startswith("sha256: sklearn/datasets/data/digits.csv.gz of scikit-learn ")
    assert f"expected sha256 {'f' * 64}\n  found    sha256 {SHA256}\n" in printed
    assert "`rm -r .venv` and `make repro`" in printed


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("package", "scikit-lern", "package: 'scikit-lern' is not installed"),
        ("file", "sklearn/none.csv.gz", "file: scikit-learn has no sklearn/none.csv.gz"),
    ],
)
def test_what_is_not_there_is_said(key: str, value: str, message: str) -> None:
    with pytest.raises(StageError) as caught:
        digits(**{key: value}).read()
    assert str(caught.value).startswith(message)


def test_a_file_of_another_format_is_said() -> None:
    file = "sklearn/datasets/data/iris.csv"
    data = (Path(sklearn.__file__).parent.parent / file).read_bytes()
    with pytest.raises(StageError, match=r"^file: not a gzipped CSV of numbers"):
        digits(file=file, sha256=hashlib.sha256(data).hexdigest()).read()


@pytest.mark.parametrize(
    "data",
    [
        b"1,2\n",
        gzip.compress(b"a,b\n", mtime=0),
        gzip.compress(b"1,2\n3\n", mtime=0),
        gzip.compress(b"1,oak\n2,elm\n", mtime=0),
        gzip.compress(b"1,2\n", mtime=0)[:-6],
        gzip.compress(b"", mtime=0),
    ],
)
def test_what_is_no_table_of_numbers_is_said(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.csv.gz"
    path.write_bytes(data)
    package = SimpleNamespace(version="1", locate_file=lambda _: path)
    monkeypatch.setattr("importlib.metadata.distribution", lambda _: package)
    with pytest.raises(StageError, match=r"^file: not a gzipped CSV of numbers"):
        digits(sha256=hashlib.sha256(data).hexdigest()).read()
