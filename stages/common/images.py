"""Pixels scaled to [0, 1], for the pickles and the baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def scale(images: npt.NDArray[np.uint8 | np.float32], maximum: int) -> npt.NDArray[np.float32]:
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
        return images  # type: ignore[return-value]
    scaled: npt.NDArray[np.float32] = images.astype(np.float32) / np.float32(maximum)
    return scaled


def to_whole(images: npt.NDArray[np.uint8 | np.float32], maximum: int) -> npt.NDArray[np.uint8]:
    """Return the whole numbers of which `scale` made images; those that are uint8 are they."""
    if images.dtype == np.uint8:
        return images  # type: ignore[return-value]
    return np.rint(images.astype(np.float64) * maximum).astype(np.uint8)


def to_inputs(images: npt.NDArray[np.uint8 | np.float32], maximum: int) -> npt.NDArray[np.float64]:
    """Return images, as `scale` takes them, as the rows of pixels in [0, 1] that a model takes."""
    return scale(images, maximum).reshape(len(images), -1).astype(np.float64)
