"""A folder `data` to put data of one's own in, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stages.common.errors import StageError
from stages.source import KINDS, kind_of
from stages.source.own import Own, fill_in

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with an empty folder `data`, and give that."""
    folder = tmp_path / "clone"
    (folder / "data").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return Path("data")


@pytest.fixture
def look(data: Path) -> Callable[..., Any]:
    """Give what makes a source of an entry, and fills in what is found in `data`."""
    assert data.is_dir()

    def make(**entry: Any) -> Own:
        source = KINDS[kind_of(entry)].model_validate(entry)
        assert isinstance(source, Own)
        return fill_in(source)

    return make


@pytest.fixture
def refused(look: Callable[..., Any]) -> Callable[..., str]:
    """Give what looks at a source and reads it, and says why one of the two stops."""

    def read(**entry: Any) -> str:
        with pytest.raises(StageError) as caught:
            look(**entry).read()
        message = str(caught.value)
        assert "\n" not in message
        assert len(message) < 300
        return message

    return read
