"""Squared distances are exact up to the largest images can have, in whatever dtype they are."""

import numpy as np
import pytest

from stages.common.distances import points, squared_distances


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((1, 1), np.int32),
        ((32, 32), np.int32),  # the largest for which float32 is exact
        ((25, 41), np.float64),
        ((224, 224, 3), np.float64),  # their distances need more than 32 bits
    ],
)
def test_they_are_exact(shape: tuple[int, ...], dtype: type) -> None:
    chequered = (np.indices(shape).sum(axis=0) % 2 * 255).astype(np.uint8)
    odd = np.random.RandomState(4).choice([0, 1, 127, 128, 129, 254, 255], (3, *shape))
    images = np.stack([np.zeros_like(chequered), ~np.zeros_like(chequered), chequered, *odd])
    distances = squared_distances(points(images.astype(np.uint8)), points(images.astype(np.uint8)))
    assert distances.dtype == dtype
    flat = images.reshape(len(images), -1).astype(np.int64)
    assert distances.tolist() == [[((a - b) ** 2).sum() for b in flat] for a in flat]
