"""An array is read as it was written, and a damaged file is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.common.arrays import read_array, write_array
from stages.common.errors import StageError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int64, np.float64])
def test_what_is_written_is_read_again(tmp_path: Path, dtype: type) -> None:
    array: npt.NDArray[Any] = np.arange(6).astype(dtype).reshape(2, 3)
    write_array(tmp_path / "new/folder/a.npy", array)
    found = read_array(tmp_path / "new/folder/a.npy")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("data", [b"", b"{", b"\x93NUMPY", b"\x80\x04N."])
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(data)
    with pytest.raises(StageError) as caught:
        read_array(path)
    assert str(caught.value).startswith(f"{path} is damaged (")


def test_an_array_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object))
    with pytest.raises(StageError, match="is damaged"):
        read_array(tmp_path / "a.npy")
