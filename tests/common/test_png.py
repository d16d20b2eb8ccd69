"""PNG files that Pillow, as any other reader, shows as they were."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from stages.common.png import png

RANDOM = np.random.RandomState(0)


def read(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    image = Image.open(io.BytesIO(data))
    image.load()
    return np.asarray(image)


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (5, 7), (32, 32, 3), (1, 1), (300, 301)])
def test_pixels_come_back(shape: tuple[int, ...]) -> None:
    pixels = RANDOM.randint(0, 256, shape).astype(np.uint8)
    assert (read(png(pixels)) == pixels).all()


@pytest.mark.parametrize("width", [7, 8])
def test_four_bits_are_sixteen_levels(width: int) -> None:
    pixels = RANDOM.randint(0, 256, (9, width)).astype(np.uint8)
    data = png(pixels, bits=4)
    assert len(data) < len(png(pixels))
    assert (read(data) == 17 * np.rint(pixels / 17)).all()


def test_the_bytes_are_always_the_same() -> None:
    data = png(np.arange(256, dtype=np.uint8).reshape(16, 16))
    assert len(data) == 8 + 25 + 12 + 2 + 5 + 16 * 17 + 4 + 12
    assert hashlib.sha256(data).hexdigest()[:16] == "0b51d6574f1b17ae"
