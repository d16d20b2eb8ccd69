"""What is said of a params.yaml with an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stages.check.read import read_params
from stages.common.errors import StageError
from tests.check.example import TEXT
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the path of a params.yaml that is yet to be written."""
    monkeypatch.chdir(ROOT)  # where the files are that texts are made of
    return tmp_path / "params.yaml"


@pytest.fixture
def said(path: Path) -> Callable[[str, str], str]:
    """Give what replaces one text of the example by another, and says why that is wrong."""

    def read(old: str, new: str) -> str:
        assert old in TEXT
        path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(StageError) as caught:
            read_params(path)
        message = str(caught.value)
        assert message.startswith(f"{path}")
        assert "\n" not in message
        return message.removeprefix(f"{path}")

    return read
