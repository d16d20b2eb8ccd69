"""The report of leaks: what it counts, for a case made by hand and for what is released."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stages.common.arrays import write_array
from stages.common.errors import StageError
from stages.common.files import write_csv, write_json
from stages.common.images import scale
from tests.conftest import ROOT
from tinydatasets.pickles import dumps
from tinydatasets.types import Split
from tools import leaks

PARAMS = SimpleNamespace(
    sources={"digits": SimpleNamespace(maximum=16)},
    own={"mine": SimpleNamespace(maximum=None)},
    datasets={
        name: SimpleNamespace(source=source)
        for name, source in {"one": "digits", "two": "digits", "three": "mine"}.items()
    },
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(leaks, "read_params", lambda: PARAMS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, maximum: int | None, **splits: tuple[list[int], list[list[int]]]) -> None:
    """Write a dataset as `serialize` does: of floats, or of uint8 without a maximum."""
    lines: list[Any] = [("split", "row", "label", "tier", "difficulty")]
    folder.mkdir(parents=True, exist_ok=True)
    for split, (rows, pixels) in splits.items():
        images: Any = np.array([[line] for line in pixels], np.uint8)
        released = scale(images, maximum) if maximum else images
        data = dumps(Split(released, np.zeros(len(rows), np.int64)))
        (folder / f"{split}.pkl").write_bytes(data)
        lines += [(split, row, 0, "easy", "0.5000") for row in rows]
    write_csv(folder / "samples.csv", lines)


def test_datasets_of_a_source_are_compared_as_they_are_released(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leaks.main()
    builds = "`make repro` builds what is missing\n"
    assert capsys.readouterr().out == f"not built yet: one, two, three; {builds}"
    train = ([1, 2, 3], [[0, 0], [8, 8], [16, 16]])
    write(folder / "datasets/one", 16, train=train, test=([4, 5], [[0, 1], [8, 8]]))
    val, test = ([3], [[16, 16]]), ([7], [[3, 11]])
    write(folder / "datasets/two", None, train=([5, 6], [[8, 8], [3, 12]]), val=val, test=test)
    # A source that states no maximum has it in what was built, and so are the groups of its rows.
    write(folder / "datasets/three", None, train=([1], [[0, 0]]), test=([2, 0], [[0, 1], [9, 9]]))
    table = (
        "source digits\n"
        "held out  rows  train  rows  same row  equal  nearly equal\n"
        "one test     2  one       3         0      1             2\n"
        "one test     2  two       2         1      1             1\n"
        "two val      1  one       3         1      1             1\n"
        "two val      1  two       2         0      0             0\n"
        "two test     1  one       3         0      0             0\n"
        "two test     1  two       2         0      0             1\n"
    )
    leaks.main()
    assert capsys.readouterr().out == f"{table}\nnot built yet: three; {builds}"
    write_json(folder / "build/sources/mine/facts.json", {"maximum": 9})
    write_array(folder / "build/sources/mine/groups.npy", np.array([0, 1, 1]))
    leaks.main()
    assert capsys.readouterr().out.endswith(
        "held out    rows  train  rows  same row  equal  nearly equal  same group\n"
        "three test     2  three     1         0      0             0           1\n"
    )


@pytest.mark.parametrize(
    ("maximum", "pixels", "message"),
    [
        (255, [255, 3], r"^datasets/one/train\.pkl: expected pixels that are multiples of 1/16"),
        (None, [1, 2, 3], r"^the datasets of digits \(one\) have images of different sizes"),
    ],
)
def test_what_is_of_another_source_is_said(
    folder: Path, maximum: int | None, pixels: list[int], message: str
) -> None:
    write(folder / "datasets/one", maximum, train=([1], [[16, 3]]), test=([2], [pixels]))
    with pytest.raises(StageError, match=message):
        leaks.main()


def test_the_page_shows_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    leaks.main()
    page = (ROOT / "docs/subsets.md").read_text(encoding="utf-8")
    assert f"```console\n$ make leaks\n{capsys.readouterr().out}```\n" in page
