"""Files are written whole or not at all, read as they were written, and named if damaged."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from stages.common.arrays import read_array, write_array
from stages.common.errors import StageError
from stages.common.files import (
    format_sums,
    parse_sums,
    read_csv,
    read_json,
    write_bytes,
    write_csv,
    write_json,
)
from tinydatasets.png import png

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_json(tmp_path / "new/folder/a.json", {"é": [1, None, 0.5]})
    assert read_json(tmp_path / "new/folder/a.json") == {"é": [1, None, 0.5]}
    write_csv(tmp_path / "a.csv", [("a", "b"), (1, 'x,"y')])
    assert (tmp_path / "a.csv").read_bytes() == b'a,b\n1,"x,""y"\n'
    assert read_csv(tmp_path / "a.csv") == [{"a": "1", "b": 'x,"y'}]
    for dtype in (np.uint8, np.float32, np.int64, np.float64):
        array: npt.NDArray[Any] = np.arange(6).astype(dtype).reshape(2, 3)
        write_array(tmp_path / "a.npy", array)
        assert read_array(tmp_path / "a.npy").dtype == dtype
        np.testing.assert_array_equal(read_array(tmp_path / "a.npy"), array)


def test_a_file_is_replaced_in_one_step_or_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    write_bytes(path, b"old")
    link.hardlink_to(path)
    write_bytes(path, b"new")
    # Who has opened the old file, or DVC's link to it, keeps all of it.
    assert (path.read_bytes(), link.read_bytes()) == (b"new", b"old")
    write = Path.write_bytes

    def fill_the_disk(self: Path, data: bytes) -> int:
        write(self, data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"newer")
    assert path.read_bytes() == b"new"
    assert {*tmp_path.iterdir()} == {path, link}


# The last is a pickle, which is never executed.
@pytest.mark.parametrize(
    ("read", "contents"),
    [(read_json, [b"", b"{", b"\xff"]), (read_array, [b"", b"\x93NUMPY", b"\x80\x04N."])],
)
def test_a_damaged_file_is_named(
    tmp_path: Path, read: Callable[[Path], Any], contents: list[bytes]
) -> None:
    for data in contents:
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(StageError, match=rf"^{tmp_path / 'a'} is damaged \("):
            read(tmp_path / "a")


@pytest.mark.parametrize(
    ("shape", "bits"),
    [((8, 8), 8), ((5, 7), 8), ((32, 32, 3), 8), ((300, 301), 8), ((9, 7), 4), ((9, 8), 4)],
)
def test_a_png_has_the_pixels_that_were_written(shape: tuple[int, ...], bits: int) -> None:
    pixels = np.random.RandomState(0).randint(0, 256, shape).astype(np.uint8)
    image = np.asarray(Image.open(io.BytesIO(png(pixels, bits=bits))))
    # Four bits are sixteen levels of grey.
    np.testing.assert_array_equal(image, pixels if bits == 8 else 17 * np.rint(pixels / 17))


def test_sums_are_listed_as_sha256sum_lists_them_and_other_lists_are_refused() -> None:
    sums = {"a file.txt": 64 * "e", "README.md": 64 * "a"}
    text = f"{64 * 'a'}  README.md\n{64 * 'e'}  a file.txt\n"
    assert format_sums(sums) == text
    assert parse_sums(text) == sums
    others = [text[:-1], f"{text}\n", text.replace("\n", "\r\n"), text.upper()]
    others.append(text.replace("  ", " *"))
    for name in ("../README.md", "/etc/passwd", "b", "a file.txt"):
        others.append(text.replace("README.md", name))
    for other in others:
        with pytest.raises(ValueError, match="not as sha256sum prints it"):
            parse_sums(other)
