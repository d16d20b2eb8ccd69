"""A folder `data` to put files of one's own in, and what stage `source` makes of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from stages.check.model import Own
from stages.common.errors import ParamError
from stages.source.__main__ import write_source
from stages.source.facts import errors_of
from stages.source.stored import read_source

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

OUT = Path("build/sources/leaves")


class Written(NamedTuple):
    """What the stage wrote."""

    facts: dict[str, Any]
    images: npt.NDArray[np.uint8]
    labels: list[int]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with an empty folder `data`, and give that."""
    (tmp_path / "clone/data").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "clone")
    return Path("data")


@pytest.fixture
def look(data: Path) -> Callable[..., Written]:
    """Give what runs the stage on an entry of `own`."""
    assert data.is_dir()

    def run(kind: Any, path: str = "data/leaves", **keys: Any) -> Written:
        shutil.rmtree(OUT, ignore_errors=True)
        write_source(Own(kind=kind, path=path, **keys), OUT)
        source = read_source(OUT)
        images = np.concatenate([block.load() for block in source.blocks])
        facts = json.loads((OUT / "facts.json").read_text())
        return Written(facts, images, source.labels.tolist())

    return run


@pytest.fixture
def refused(data: Path) -> Callable[..., str]:
    """Give what runs the stage, and says why it stops before anything is written."""
    assert data.is_dir()

    def run(kind: Any, path: str = "data/leaves", **keys: Any) -> str:
        with pytest.raises(ParamError) as caught, errors_of("own", "leaves"):
            write_source(Own(kind=kind, path=path, **keys), OUT)
        assert not OUT.exists()
        message = str(caught.value)
        assert message.startswith("own.leaves.")
        assert len(message) < 300
        return message.removeprefix("own.leaves.")

    return run
