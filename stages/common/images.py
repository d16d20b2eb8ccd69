"""Pixels scaled to [0, 1], for the pickles and the baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from stages.common.arrays import Array, Floats, Pixels


def scale(images: Array, maximum: int) -> Array:
    """Divide pixels in 0..maximum by `maximum`; those that are float32 are in [0, 1] already.

    `maximum` is the source's own, 16 for the digits: not the largest value found in a subset, which
    would scale each subset differently.

    Examples
    --------
    >>> scaled = scale(np.array([[[0, 4, 8]]], np.uint8), 16)
    >>> scaled
    array([[[0.  , 0.25, 0.5 ]]], dtype=float32)
    >>> scale(scaled, 16) is scaled
    True
    """
    if images.dtype == np.float32:
        return images
    scaled: Array = images.astype(np.float32) / np.float32(maximum)
    return scaled


def to_whole(images: Array, maximum: int) -> Pixels:
    """Return the whole numbers of which `scale` made images; those that are uint8 are they."""
    if images.dtype == np.uint8:
        return images
    return np.rint(images.astype(np.float64) * maximum).astype(np.uint8)


def to_inputs(images: Array, maximum: int) -> Floats:
    """Return images, as `scale` takes them, as the rows of pixels in [0, 1] that a model takes."""
    return scale(images, maximum).reshape(len(images), -1).astype(np.float64)
