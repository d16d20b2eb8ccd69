"""Blocks together are the source, and only those that are needed are loaded."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.common import blocks as module
from stages.common.blocks import Block, copy_blocks, npy_blocks, select, take
from tests.in_blocks import in_blocks

if TYPE_CHECKING:
    import numpy.typing as npt

IMAGES = np.random.RandomState(2).randint(0, 256, (50, 3, 4)).astype(np.uint8)
SOME = np.array([0, 1, 6, 7, 30, 31, 32, 49])


def all_of(blocks: list[Block]) -> npt.NDArray[np.uint8]:
    """Load all blocks, and see that they follow one another."""
    starts = np.cumsum([0, *(block.rows for block in blocks)]).tolist()
    assert [block.start for block in blocks] == starts[:-1]
    return np.concatenate([block.load() for block in blocks])


@pytest.mark.parametrize("shape", [(50, 3, 4), (50, 2, 2, 3)])
@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_a_file_in_blocks_of_a_size_is_read_from_another_process_and_folder(
    shape: tuple[int, ...], size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK_BYTES", size)
    monkeypatch.chdir(tmp_path)
    images = np.resize(IMAGES, shape)
    np.save("images.npy", images)
    blocks = npy_blocks(Path("images.npy"))
    assert all(block.rows == 1 or block.load().nbytes <= size for block in blocks)
    monkeypatch.chdir(tmp_path.parent)
    blocks = pickle.loads(pickle.dumps(blocks))
    np.testing.assert_array_equal(all_of(blocks), images)
    np.testing.assert_array_equal(all_of(select(blocks, SOME)), images[SOME])
    np.testing.assert_array_equal(all_of(copy_blocks(blocks, tmp_path / "new/copy.npy")), images)
    np.testing.assert_array_equal(np.load(tmp_path / "new/copy.npy"), images)


@pytest.mark.parametrize("rows", [[], [49, 3, 3, 0, 20], [*range(50)]])
def test_rows_are_taken_in_their_order(rows: list[int]) -> None:
    taken = take(in_blocks(IMAGES), np.array(rows, np.int64))
    assert taken.dtype == np.uint8
    np.testing.assert_array_equal(taken, IMAGES[rows].reshape(-1, 3, 4))


@pytest.mark.parametrize("row", [-1, 50])
def test_a_row_that_is_not_there_is_an_error(row: int) -> None:
    with pytest.raises(IndexError, match="of a source of 50"):
        take(in_blocks(IMAGES), np.array([0, row]))


def test_only_blocks_that_are_needed_are_loaded_also_of_a_selection() -> None:
    def fail() -> Any:
        raise AssertionError

    first, second, *_ = in_blocks(IMAGES)
    selected = select([first, second, Block(14, 7, fail)], np.array([5, 8, 13]))
    again = select([Block(0, 1, fail), *selected[1:]], np.array([2]))
    np.testing.assert_array_equal(all_of(selected), IMAGES[[5, 8, 13]])
    np.testing.assert_array_equal(all_of(again), IMAGES[[13]])
