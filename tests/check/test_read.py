"""Whatever stands in params.yaml, it is read, or one line says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from stages.check.read import read_params
from stages.common.errors import StageError
from tests.check.example import TEXT
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_one_of_this_repository_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = read_params()
    assert {"tinydigits", "tinydigits-150", "tinymnist"} <= set(found.datasets)
    # With the defaults that nobody wrote down.
    assert found.datasets["tinydigits"].strategy == "random"
    assert found.datasets["tinydigits"].normalize


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "nothing: expected a mapping with the keys sources, datasets, recipes, texts",
        ),
        ("- 1\n", "the whole file: [1]: expected a mapping"),
        ("datasets: {}\nrecipes: {}\nsources: {}\n", "sources: empty; it needs an entry"),
        ("[" * 5000, "not readable as YAML"),
        ("\0", "not readable as YAML"),
        ("1: 5\n", "params.yaml, line 1: sources: missing"),
        ("sources: !!timestamp x\n", "a tag (tag:yaml.org,2002:timestamp) has no meaning here"),
        ("&a [*a]\n", "expected a mapping"),
        (f"sources: {'9' * 5000}\n", "not readable as YAML"),
    ],
)
def test_any_text_is_survived(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(StageError) as caught:
        read_params(path)
    assert str(caught.value).startswith(f"{path}")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["sources", "datasets", "recipes"])
def test_no_entry_at_all(path: Path, part: str) -> None:
    path.write_text(yaml.safe_dump({**yaml.safe_load(TEXT), part: {}}))
    with pytest.raises(StageError, match=rf", line \d+: {part}: empty; it needs an entry$"):
        read_params(path)


def test_there_may_be_no_text(path: Path) -> None:
    path.write_text(yaml.safe_dump({**yaml.safe_load(TEXT), "texts": {}}))
    assert read_params(path).texts == {}
