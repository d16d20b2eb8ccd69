"""Blocks together are the source, and only those that are needed are loaded."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.common import blocks as module
from stages.common.blocks import Block, copy_blocks, npy_blocks, select, take
from stages.common.errors import StageError
from tests.in_blocks import in_blocks

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

IMAGES = np.random.RandomState(2).randint(0, 256, (50, 3, 4)).astype(np.uint8)


def all_of(blocks: list[Block]) -> npt.NDArray[np.uint8]:
    """Load all blocks, and see that they follow one another."""
    starts = np.cumsum([0, *(block.rows for block in blocks)]).tolist()
    assert [block.start for block in blocks] == starts[:-1]
    return np.concatenate([block.load() for block in blocks])


@pytest.mark.parametrize("shape", [(50, 3, 4), (50, 2, 2, 3)])
@pytest.mark.parametrize("size", [1, 12, 100, 10_000])
def test_a_file_is_given_in_blocks_of_a_size(
    shape: tuple[int, ...], size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK_BYTES", size)
    images = np.resize(IMAGES, shape)
    np.save(tmp_path / "images.npy", images)
    blocks = npy_blocks(tmp_path / "images.npy")
    assert all(block.rows == 1 or block.load().nbytes <= size for block in blocks)
    # Another process gets them as a pickle, and may stand in another folder.
    monkeypatch.chdir(tmp_path.parent)
    np.testing.assert_array_equal(all_of(pickle.loads(pickle.dumps(blocks))), images)


def test_a_relative_path_is_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "images.npy", IMAGES)
    monkeypatch.chdir(tmp_path)
    blocks = npy_blocks(type(tmp_path)("images.npy"))
    monkeypatch.chdir(tmp_path.parent)
    np.testing.assert_array_equal(all_of(blocks), IMAGES)


@pytest.mark.parametrize("rows", [[], [0], [49, 3, 3, 0, 20], [*range(50)], [7, 6]])
def test_rows_are_taken_in_their_order(rows: list[int]) -> None:
    taken = take(in_blocks(IMAGES), np.array(rows, np.int64))
    assert taken.dtype == np.uint8
    np.testing.assert_array_equal(taken, IMAGES[rows].reshape(-1, 3, 4))


@pytest.mark.parametrize("row", [-1, 50])
def test_a_row_that_is_not_there_is_an_error(row: int) -> None:
    with pytest.raises(IndexError, match="of a source of 50"):
        take(in_blocks(IMAGES), np.array([0, row]))


def test_rows_are_selected_also_from_a_selection() -> None:
    some = np.array([0, 1, 6, 7, 30, 31, 32, 49])
    selected = select(in_blocks(IMAGES), some)
    np.testing.assert_array_equal(all_of(selected), IMAGES[some])
    again = select(selected, np.array([1, 2, 7]))
    np.testing.assert_array_equal(all_of(again), IMAGES[[1, 6, 49]])
    np.testing.assert_array_equal(take(again, np.array([2, 0])), IMAGES[[49, 1]])


def test_only_blocks_that_are_needed_are_loaded() -> None:
    def fail() -> Any:
        raise AssertionError

    second = in_blocks(IMAGES)[1]
    only_second = [Block(0, 7, fail), second, Block(14, 7, fail)]
    np.testing.assert_array_equal(take(only_second, np.array([13, 8])), IMAGES[[13, 8]])
    np.testing.assert_array_equal(all_of(select(only_second, np.array([7]))), IMAGES[[7]])


def test_blocks_are_copied_to_one_file(tmp_path: Path) -> None:
    copied = copy_blocks(in_blocks(IMAGES), tmp_path / "copy.npy")
    np.testing.assert_array_equal(all_of(copied), IMAGES)
    np.testing.assert_array_equal(np.load(tmp_path / "copy.npy"), IMAGES)
    assert copy_blocks([], tmp_path / "none.npy") == []


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (IMAGES.astype(np.uint16), "pixels are uint16, but must be uint8"),
        (IMAGES[0], "the shape (3, 4) is not that of images"),
        (np.zeros((5, 2, 2, 4), np.uint8), "the shape (5, 2, 2, 4) is not that of images"),
        (np.zeros((5, 0, 2), np.uint8), "the shape (5, 0, 2) is not that of images"),
        (
            np.array([{}]),
            "not a .npy file of numbers: Array can't be memory-mapped: Python objects",
        ),
    ],
)
def test_what_is_no_array_of_images_is_said(
    array: npt.NDArray[Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "images.npy"
    np.save(path, array)
    with pytest.raises(StageError) as caught:
        npy_blocks(path)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize("data", [b"", b"no array", pickle.dumps(IMAGES)])
def test_what_is_no_npy_is_said(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    path.write_bytes(data)
    with pytest.raises(StageError) as caught:
        npy_blocks(path)
    assert str(caught.value).startswith(f"{path}: not a .npy file of numbers: ")
