"""Stage `train_transformer` where PyTorch is not installed; `tests/transformers/with_pytorch` has the rest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stages import train_transformer
from stages.common import command
from tools import learn


@pytest.mark.parametrize(
    ("main", "arguments", "named"),
    [
        (train_transformer.main, ["--text", "datasets/tinytalks", "--out", "a"], "datasets/"),
        (learn.main, ["tinytalks", "--unit", "words"], ""),
    ],
)
def test_without_pytorch_one_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, main: object, arguments: list[str], named: str
) -> None:
    # What is None in sys.modules can't be imported.
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(sys, "argv", ["command", *arguments])
    with pytest.raises(SystemExit) as caught:
        command.run(main)  # type: ignore[arg-type]
    said = str(caught.value)
    assert said.startswith(f"{named}tinytalks: ")
    assert said.endswith("; run `make learn`, or `pip install 'torch'`")
    assert "\n" not in said
    assert not Path("a").exists()
