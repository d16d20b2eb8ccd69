"""The report of leaks: what it counts, for a case made by hand and for what is released."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.common.errors import StageError
from stages.common.files import write_csv
from stages.common.pixels import scale
from tests.conftest import ROOT
from tinydatasets.pickles import dumps
from tinydatasets.types import FormatError, Split
from tools import leaks
from tools.leaks import Part, compare, whole

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

PAGE = (ROOT / "docs/subsets.md").read_text(encoding="utf-8")


def images(*pixels: list[int]) -> npt.NDArray[np.uint8]:
    """Give images of one line."""
    return np.array([[line] for line in pixels], np.uint8)


def test_rows_equal_and_nearly_equal_images_are_counted() -> None:
    train = Part(frozenset({10, 11, 12}), images([0, 0], [50, 50], [100, 0]))
    # The first is a training row, so equal too. The second is an equal image of another row. The
    # root mean square difference of the others is 5, 6, 8 / sqrt(2) and 9 / sqrt(2).
    held_out = Part(
        frozenset({10, 21, 22, 23, 24, 25}),
        images([0, 0], [50, 50], [45, 55], [44, 56], [100, 8], [100, 9]),
    )
    assert compare(held_out, train, 100) == (1, 2, 4)
    # 6% of 255 is 15.3.
    assert compare(held_out, train, 255) == (1, 2, 6)


def test_released_floats_are_whole_numbers_again() -> None:
    for maximum in range(1, 256):
        pixels = np.arange(maximum + 1, dtype=np.uint8).reshape(-1, 1, 1)
        assert np.array_equal(whole(scale(pixels, maximum), maximum), pixels)
        assert np.array_equal(whole(pixels, maximum), pixels)


def write(folder: Path, maximum: int | None, **splits: tuple[list[int], list[list[int]]]) -> None:
    """Write a dataset as `serialize` does: of floats, or of uint8 without a maximum."""
    lines = []
    for split, (rows, pixels) in splits.items():
        released: Any = images(*pixels)
        if maximum:
            released = scale(released, maximum)
        folder.mkdir(parents=True, exist_ok=True)
        data = dumps(Split(released, np.zeros(len(rows), np.int64)))
        (folder / f"{split}.pkl").write_bytes(data)
        lines += [(split, row, 0, "easy", "0.5000") for row in rows]
    write_csv(folder / "samples.csv", [("split", "row", "label", "tier", "difficulty"), *lines])


def test_the_command_compares_datasets_of_a_source_as_they_are_released(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        folder / "datasets/tinydigits",
        16,
        train=([1, 2, 3], [[0, 0], [8, 8], [16, 16]]),
        test=([4, 5], [[0, 1], [8, 8]]),
    )
    write(
        folder / "datasets/tinydigits-150",
        None,
        train=([5, 6], [[8, 8], [3, 12]]),
        val=([3], [[16, 16]]),
        test=([7], [[3, 11]]),
    )
    leaks.main()
    assert capsys.readouterr().out == (
        "source digits\n"
        "held out             rows  train           rows  same row  equal  nearly equal\n"
        "tinydigits test         2  tinydigits         3         0      1             2\n"
        "tinydigits test         2  tinydigits-150     2         1      1             1\n"
        "tinydigits-150 val      1  tinydigits         3         1      1             1\n"
        "tinydigits-150 val      1  tinydigits-150     2         0      0             0\n"
        "tinydigits-150 test     1  tinydigits         3         0      0             0\n"
        "tinydigits-150 test     1  tinydigits-150     2         0      0             1\n"
        "\n"
        "not built yet: tinymnist; `make repro` builds what is missing\n"
    )


def test_nothing_is_built_yet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del folder
    leaks.main()
    assert capsys.readouterr().out == (
        "not built yet: tinydigits, tinydigits-150, tinymnist; "
        "`make repro` builds what is missing\n"
    )


def test_what_is_of_another_source_is_said(folder: Path) -> None:
    one = ([1], [[255, 3]])
    write(folder / "datasets/tinydigits", 255, train=one, test=one)
    expected = (
        r"^datasets/tinydigits/train\.pkl: expected pixels that are multiples of 1/16\. `make"
    )
    with pytest.raises(StageError, match=expected):
        leaks.main()
    write(folder / "datasets/tinydigits", None, train=one, test=([2], [[1, 2, 3]]))
    with pytest.raises(StageError, match=r"the datasets of digits \(tinydigits\) have images of"):
        leaks.main()
    (folder / "datasets/tinydigits/test.pkl").write_bytes(b"")
    with pytest.raises(FormatError, match=r"^datasets/tinydigits/test\.pkl: not a split"):
        leaks.main()


# --- What is released ---------------------------------------------------------------------------


def test_the_page_shows_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    leaks.main()
    assert f"```console\n$ make leaks\n{capsys.readouterr().out}```\n" in PAGE


def rows(name: str, split: str) -> set[str]:
    with (ROOT / f"datasets/{name}/samples.csv").open(encoding="ascii", newline="") as file:
        return {line["row"] for line in csv.DictReader(file) if line["split"] == split}


def test_the_page_says_how_the_released_editions_overlap() -> None:
    text = " ".join(PAGE.split())
    found = re.search(
        r"(\d+) of the (\d+) test images of `tinydigits-150` are training images of `tinydigits`, "
        r"and (\d+) of the (\d+) the other way round",
        text,
    )
    assert found is not None
    expected = []
    for one, other in (("tinydigits-150", "tinydigits"), ("tinydigits", "tinydigits-150")):
        test = rows(one, "test")
        expected += [len(test & rows(other, "train")), len(test)]
    assert [int(n) for n in found.groups()] == expected
