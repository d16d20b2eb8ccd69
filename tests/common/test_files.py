"""Files are written whole or not at all, read as they were written, and named if damaged."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from stages.common.arrays import read_array, write_array
from stages.common.errors import StageError
from stages.common.files import read_csv, read_json, write_bytes, write_csv, write_json
from stages.common.pixels import scale
from stages.common.png import png
from stages.common.sums import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

# Of no bytes, and of "abc": FIPS 180-2, appendix B.1.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
SUMS = f"{ABC}  README.md\n{EMPTY}  a file.txt\n"


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


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_bytes(path, b"old")
    write = Path.write_bytes

    def fill_the_disk(self: Path, data: bytes) -> int:
        write(self, data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    write_bytes(path, b"old")
    link.hardlink_to(path)
    write_bytes(path, b"new")
    # Who has opened the old file, or DVC's link to it, keeps all of it.
    assert (path.read_bytes(), link.read_bytes()) == (b"new", b"old")


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (read_json, b""),
        (read_json, b"{"),
        (read_json, b"\xff"),
        (read_array, b""),
        (read_array, b"\x93NUMPY"),
        # A pickle, which is never executed.
        (read_array, b"\x80\x04N."),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, read: Callable[[Path], Any], data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(StageError) as error:
        read(path)
    assert str(error.value).startswith(f"{path} is damaged (")


@pytest.mark.parametrize("maximum", [1, 16, 255])
def test_every_pixel_is_scaled_to_the_nearest_float32(maximum: int) -> None:
    images = np.arange(maximum + 1, dtype=np.uint8).reshape(1, 1, -1)
    scaled = scale(images, maximum)
    assert scaled.dtype == np.float32
    expected = [np.float32(value / maximum) for value in range(maximum + 1)]
    np.testing.assert_array_equal(scaled.ravel(), expected)
    assert scale(scaled, 16) is scaled


@pytest.mark.parametrize(
    ("shape", "bits"),
    [((8, 8), 8), ((5, 7), 8), ((32, 32, 3), 8), ((300, 301), 8), ((9, 7), 4), ((9, 8), 4)],
)
def test_a_png_has_the_pixels_that_were_written(shape: tuple[int, ...], bits: int) -> None:
    pixels = np.random.RandomState(0).randint(0, 256, shape).astype(np.uint8)
    image = np.asarray(Image.open(io.BytesIO(png(pixels, bits=bits))))
    # Four bits are sixteen levels of grey.
    np.testing.assert_array_equal(image, pixels if bits == 8 else 17 * np.rint(pixels / 17))


def test_the_bytes_of_a_png_are_always_the_same() -> None:
    data = png(np.arange(256, dtype=np.uint8).reshape(16, 16))
    assert hashlib.sha256(data).hexdigest()[:16] == "0b51d6574f1b17ae"


def test_sums_are_listed_as_sha256sum_lists_them() -> None:
    sums = {"a file.txt": EMPTY, "README.md": ABC}
    assert to_text(sums) == SUMS
    assert from_text(SUMS) == sums


@pytest.mark.parametrize(
    "text",
    [
        SUMS[:-1],
        f"{SUMS}\n",
        SUMS.replace("\n", "\r\n"),
        SUMS.replace("  ", " *"),
        SUMS.upper(),
        SUMS.replace("README.md", "../README.md"),
        SUMS.replace("README.md", "/etc/passwd"),
        SUMS.replace("README.md", "b"),
        SUMS.replace("README.md", "a file.txt"),
    ],
    ids=range(9),
)
def test_other_lists_of_sums_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not as sha256sum prints it"):
        from_text(text)
