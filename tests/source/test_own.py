"""A user's own files lie in `data`; what is stated of them must be what they hold."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.common.errors import StageError
from stages.source.own import check_inside, locate

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY = {"npy": "data/images.npy", "labels": "data/names.npy"}
FACTS: dict[str, Any] = {
    "image_shape": [2, 2],
    "maximum": 90,
    "rows_per_class": [1, 2],
    "classes": ["elm", "oak"],
}


@pytest.fixture
def facts(data: Path) -> dict[str, Any]:
    """Write a source, and give all that is to be found in it."""
    np.save(data / "images.npy", np.arange(12).reshape(3, 2, 2) * 8 + 2)
    np.save(data / "names.npy", np.array(["oak", "elm", "oak"]))
    sums = {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in ENTRY.values()}
    # As `sha256sum data/images.npy data/names.npy` prints it.
    printed = "".join(f"{sums[path]}  {path}\n" for path in sorted(sums))
    return {**FACTS, "sha256": hashlib.sha256(printed.encode()).hexdigest()}


def test_what_is_left_out_is_found(look: Callable[..., Any], facts: dict[str, Any]) -> None:
    assert look(**ENTRY).model_dump() == {**ENTRY, **facts}
    assert look(**ENTRY, **facts).model_dump() == {**ENTRY, **facts}


def test_classes_may_be_in_another_order(look: Callable[..., Any], facts: dict[str, Any]) -> None:
    assert facts["rows_per_class"] == [1, 2]
    found = look(**ENTRY, classes=["oak", "elm"])
    assert found.rows_per_class == [2, 1]
    assert found.read()[1].tolist() == [0, 1, 0]


def test_the_largest_value_may_be_larger_than_every_pixel(
    look: Callable[..., Any], facts: dict[str, Any]
) -> None:
    assert facts["maximum"] == 90
    assert look(**ENTRY, maximum=100).maximum == 100


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("image_shape", [4, 1]),
        ("image_shape", [2, 2, 3]),
        ("maximum", 89),
        ("rows_per_class", [2, 1]),
        ("classes", ["elm", "yew"]),
        ("sha256", "f" * 64),
    ],
)
def test_what_is_stated_and_not_found_is_said(
    refused: Callable[..., str], facts: dict[str, Any], key: str, value: Any
) -> None:
    message = refused(**ENTRY, **{**facts, key: value})
    assert message == f"{key}: {value}, but the data has {facts[key]}"


@pytest.mark.parametrize(
    "location",
    ["/etc", "leaves", "data", "data/", "../data/leaves", "data/../x", "data/a\\b", ""],
)
@pytest.mark.usefixtures("data")
def test_a_path_is_below_data(location: str) -> None:
    with pytest.raises(StageError) as caught:
        locate("folder", location)
    assert str(caught.value) == (
        f"folder: {location}: expected a path below data/, as data/leaves is"
    )


def test_a_path_that_is_not_there_is_said(data: Path) -> None:
    (data / "loop").symlink_to("loop")
    for location in ("data/none", "data/loop", "data/nul\0", f"data/{'long' * 100}"):
        with pytest.raises(StageError) as caught:
            locate("csv", location)
        assert str(caught.value).startswith(f"csv: {location}: ")


def test_a_link_must_not_lead_out_of_data(data: Path) -> None:
    Path("outside").mkdir()
    Path("outside/1.png").touch()
    (data / "oak").symlink_to(Path("outside").absolute())
    (data / "elm").symlink_to("../outside")
    for path in (data / "oak", data / "oak/1.png", data / "elm"):
        with pytest.raises(
            StageError, match=r"a symbolic link that leads out of data/; put the fi"
        ):
            check_inside("folder", path)
    (data / "ash").mkdir()
    (data / "yew").symlink_to("ash")
    assert locate("folder", "data/./yew/") == data / "yew"
