"""Squared distances are exact up to the largest images can have, in whatever dtype they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from stages.common.distances import in_chunks, points, squared_distances
from tests.in_blocks import in_blocks


def extremes(shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Give black, white, chequered and odd images, whose distances are the largest there are."""
    generator = np.random.RandomState(4)
    chequered = (np.indices(shape).sum(axis=0) % 2 * 255).astype(np.uint8)
    odd = generator.choice([0, 1, 127, 128, 129, 254, 255], (3, *shape)).astype(np.uint8)
    return np.stack([np.zeros_like(chequered), ~np.zeros_like(chequered), chequered, *odd])


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((1, 1), np.int32),
        ((28, 28), np.int32),
        ((32, 32), np.int32),  # the largest for which float32 is exact
        ((25, 41), np.float64),
        ((32, 32, 3), np.float64),
        ((224, 224, 3), np.float64),  # their distances need more than 32 bits
    ],
)
def test_they_are_exact(shape: tuple[int, ...], dtype: type) -> None:
    images = extremes(shape)
    distances = squared_distances(points(images), points(images))
    assert distances.dtype == dtype
    flat = images.reshape(len(images), -1).astype(np.int64)
    expected = [[((a - b) ** 2).sum() for b in flat] for a in flat]
    assert distances.tolist() == expected


@pytest.mark.parametrize("n", [0, 1, 511, 512, 513, 1100])
def test_chunks_are_small_and_even_and_have_all(n: int) -> None:
    images = np.arange(n).astype(np.uint8).reshape(n, 1, 1)
    chunks = list(in_chunks(in_blocks(images, 1000)))
    assert [row for rows, _ in chunks for row in range(rows.start, rows.stop)] == list(range(n))
    assert all(len(chunk.x) == rows.stop - rows.start <= 512 for rows, chunk in chunks)
    assert [x + 128 for _, chunk in chunks for x in chunk.x[:, 0]] == images.ravel().tolist()
