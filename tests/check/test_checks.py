"""What one part of params.yaml asks of another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from stages.check.read import read_params
from tests.check.example import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNT = "    train_per_class: 100\n"
PER_LEVEL = "    train_per_level: 42\n"
# What to replace in the example, by what, and what the message says.
WRONG = {
    "more rows than a class has": (
        COUNT,
        "    train_per_class: 170\n",
        (
            "datasets.tinydigits.train_per_class: class 0 of digits has 178 rows available, but "
            "190 are asked (170 for train, 20 for test)"
        ),
    ),
    "list of the wrong length": (
        "[5, 5,",
        "[5,",
        (
            "datasets.tinydigits-150.test_per_class: a list of 9 numbers, but the source has "
            "10 classes"
        ),
    ),
    "unknown label": (
        COUNT,
        "    train_per_class: {0: 4, 1: 4, 11: 5}\n",
        "datasets.tinydigits.train_per_class: unknown label 11; the source's are 0 to 9",
    ),
    "unknown source": (
        "source: digits",
        "source: digit",
        (
            "datasets.tinydigits.source: unknown source 'digit'; allowed: digits, mnist-5k. "
            "Did you mean 'digits'?"
        ),
    ),
    "no test rows": (
        "test_per_class: 20",
        "test_per_class: 0",
        "datasets.tinydigits.test_per_class: no class has a test row; at least one must",
    ),
    "one class": (
        COUNT,
        "    train_per_class: {3: 20}\n",
        "datasets.tinydigits.train_per_class: a classifier needs rows of two classes or more",
    ),
    "momentum for adam": (
        "optimizer: sgd\n    learning_rate: 0.1",
        "optimizer: adam\n    learning_rate: 0.1",
        "recipes.tuned.momentum: 0.9, but adam has no such momentum; leave it out",
    ),
    "no training pairs": (
        PER_LEVEL,
        "    train_per_level: 0\n",
        "texts.tinytalks.train_per_level: no level has a pair; at least one must",
    ),
    "no test pairs in a list": (
        "test_per_level: 9",
        "test_per_level: [0, 0, 0, 0, 0]",
        "texts.tinytalks.test_per_level: no level has a pair; at least one must",
    ),
    "no test pairs in a mapping": (
        "test_per_level: 9",
        "test_per_level: {1: 0}",
        "texts.tinytalks.test_per_level: no level has a pair; at least one must",
    ),
    "unknown file of a text": (
        "tinytalks/templates.yaml",
        "tinytalk/templates.yaml",
        (
            "texts.tinytalks.source: unknown file 'datasets/tinytalk/templates.yaml'; allowed: "
            "datasets/tinytalks/templates.yaml. Did you mean 'datasets/tinytalks/templates.yaml'?"
        ),
    ),
    "a draw that curated does not have": (
        "strategy: curated",
        "strategy: curated\n    test_draw: next",
        "datasets.tinymnist.test_draw: next, but curated draws test in its own way; leave it out",
    ),
    "text named as a dataset": (
        "  tinytalks:",
        "  tinydigits:",
        "texts.tinydigits: datasets/tinydigits is built by `datasets`; give the text another name",
    ),
}
WINDOWS = "Windows allows no file or folder of this name"
# A part of params.yaml, the first of its names, and names that it can't have.
TAKEN = [
    ("dataset", "  tinydigits:", "mnist", "`tinydatasets.load('mnist')` loads the benchmark"),
    ("dataset", "  tinydigits:", "cifar10", "`tinydatasets.load('cifar10')` loads the benchmark"),
    ("text", "  tinytalks:", "mnist", "`tinydatasets.load('mnist')` loads the benchmark"),
    ("dataset", "  tinydigits:", "con", WINDOWS),
    ("dataset", "  tinydigits:", "nul", WINDOWS),
    ("text", "  tinytalks:", "aux", WINDOWS),
    ("recipe", "  tuned:", "prn", WINDOWS),
    ("recipe", "  tuned:", "com1", WINDOWS),
    ("source", "  mnist-5k:", "lpt9", WINDOWS),
    ("dataset", "  tinydigits:", "sources", "build/sources is the pipeline's own"),
    ("dataset", "  tinydigits:", "code", "build/code is the pipeline's own"),
    ("text", "  tinytalks:", "params", "build/params is the pipeline's own"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_said(
    said: Callable[[str, str], str], old: str, new: str, message: str
) -> None:
    assert re.match(rf", line \d+: {re.escape(message)}", said(old, new))


@pytest.mark.parametrize(("kind", "old", "name", "why"), TAKEN)
def test_a_name_that_is_taken_is_refused(
    said: Callable[[str, str], str], kind: str, old: str, name: str, why: str
) -> None:
    message = said(old, f"  {name}:")
    assert re.match(rf", line \d+: {kind}s\.{name}: {re.escape(why)}", message)
    assert message.endswith(f"; give the {kind} another name")


def test_pairs_and_templates_of_every_folder_may_be_a_source(
    said: Callable[[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("mine/pairs.tsv", "tinytalks/templates.yaml", "other/notes.tsv"):
        (tmp_path / "datasets" / name).parent.mkdir(parents=True)
        (tmp_path / "datasets" / name).touch()
    monkeypatch.chdir(tmp_path)
    message = said("tinytalks/templates.yaml", "tinytalks/pairs.yaml")
    allowed = "datasets/mine/pairs.tsv, datasets/tinytalks/templates.yaml"
    assert f"unknown file 'datasets/tinytalks/pairs.yaml'; allowed: {allowed}. Did" in message
    path = tmp_path / "params.yaml"
    for name in ("mine/pairs.tsv", "tinytalks/templates.yaml"):
        text = TEXT.replace("datasets/tinytalks/templates.yaml", f"datasets/{name}")
        path.write_text(text, encoding="utf-8")
        assert read_params(path).texts["tinytalks"].source == f"datasets/{name}"


def test_a_source_may_be_named_as_the_benchmark_that_it_is(path: Path) -> None:
    source = (
        "sources:\n  mnist:\n    benchmark: mnist\n    image_shape: [28, 28]\n    maximum: 255\n"
        "    rows_per_class: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]\n"
    )
    path.write_text(TEXT.replace("sources:\n", source, 1), encoding="utf-8")
    assert "mnist" in read_params(path).sources
