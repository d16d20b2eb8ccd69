"""A folder `data` to put files of one's own in, and what stage `source` makes of them."""

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from stages.common.errors import ParamError
from stages.params.model import Own
from stages.source.__main__ import write_source
from stages.source.facts import errors_of
from stages.source.large import open_source

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


def look(kind: Any, path: str = "data/leaves", **keys: Any) -> Written:
    """Run the stage on an entry of `own`."""
    shutil.rmtree(OUT, ignore_errors=True)
    write_source(Own(kind=kind, path=path, **keys), OUT)
    source = open_source(OUT)
    images = np.concatenate([block.load() for block in source.blocks])
    return Written(json.loads((OUT / "facts.json").read_text()), images, source.labels.tolist())


def refused(kind: Any, path: str = "data/leaves", longest: int = 300, **keys: Any) -> str:
    """Run the stage, and say why it stops before anything is written."""
    with pytest.raises(ParamError) as caught, errors_of("own", "leaves"):
        write_source(Own(kind=kind, path=path, **keys), OUT)
    assert not OUT.exists()
    assert len(str(caught.value)) < longest
    return str(caught.value).removeprefix("own.leaves.")
