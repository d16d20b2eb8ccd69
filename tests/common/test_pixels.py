"""Pixels are scaled by the source's maximum, whatever a subset has, and once."""

from __future__ import annotations

import numpy as np
import pytest

from stages.common.pixels import scale


@pytest.mark.parametrize("maximum", [1, 16, 255])
def test_every_value_is_the_nearest_float32(maximum: int) -> None:
    images = np.arange(maximum + 1, dtype=np.uint8).reshape(1, 1, -1)
    scaled = scale(images, maximum)
    assert scaled.dtype == np.float32
    expected = [np.float32(value / maximum) for value in range(maximum + 1)]
    np.testing.assert_array_equal(scaled.ravel(), expected)


def test_what_is_scaled_stays() -> None:
    images = np.full((1, 1, 2), 0.5, np.float32)
    assert scale(images, 16) is images
