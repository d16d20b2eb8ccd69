"""Files are written whole or not at all, and a PNG has the pixels that were written."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages.common.files import write_bytes
from tinydatasets.png import png


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


@pytest.mark.parametrize(
    ("shape", "bits"),
    [((8, 8), 8), ((5, 7), 8), ((32, 32, 3), 8), ((300, 301), 8), ((9, 7), 4), ((9, 8), 4)],
)
def test_a_png_has_the_pixels_that_were_written(shape: tuple[int, ...], bits: int) -> None:
    pixels = np.random.RandomState(0).randint(0, 256, shape).astype(np.uint8)
    image = np.asarray(Image.open(io.BytesIO(png(pixels, bits=bits))))
    # Four bits are sixteen levels of grey.
    np.testing.assert_array_equal(image, pixels if bits == 8 else 17 * np.rint(pixels / 17))
