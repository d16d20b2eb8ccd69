"""What every kind of source has: the images it must give, as ``params.yaml`` states them."""

from __future__ import annotations

import math
import unicodedata
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from stages.check.entry import Entry
from stages.common.errors import StageError

if TYPE_CHECKING:
    import numpy.typing as npt


def _check_shape(shape: list[int]) -> list[int]:
    if len(shape) == 3 and shape[2] != 3:
        raise PydanticCustomError(
            "counts",
            "{shape}: expected height and width, or height, width and 3 for images in colour",
            {"shape": str(shape)},
        )
    return shape


def _check_classes(names: list[str]) -> list[str]:
    """Give names in Unicode's normal form C, in which names of folders and columns are compared."""
    names = [unicodedata.normalize("NFC", name) for name in names]
    for row, name in enumerate(names):
        if name in names[:row]:
            raise PydanticCustomError(
                "counts", "{name} stands twice; give each class another name", {"name": name}
            )
    return names


Shape = Annotated[
    list[Annotated[int, Field(ge=1)]],
    Field(min_length=2, max_length=3),
    AfterValidator(_check_shape),
]
Maximum = Annotated[int, Field(ge=1, le=255)]
RowsPerClass = Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2)]
Classes = Annotated[
    list[Annotated[str, Field(min_length=1)]],
    Field(min_length=2),
    AfterValidator(_check_classes),
]


class Source(Entry):
    """Where images come from, and what is stated of them."""

    image_shape: Shape
    """Height and width in pixels, and 3 for images in colour."""
    maximum: Maximum
    """The largest value of a pixel; normalized, it is 1."""
    rows_per_class: RowsPerClass
    """How many rows there are of each class, in label order."""
    classes: Classes | None = None
    """The names of the classes, in label order; by default its own, or the labels."""

    def class_names(self) -> list[str]:
        """Give the name of each class, in label order."""
        return self.classes or [str(label) for label in range(len(self.rows_per_class))]


class InMemory(Source):
    """A source whose images fit into memory."""

    @abstractmethod
    def read(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
        """Read pixels, shape (n, pixels), and labels, shape (n,), as they stand there.

        Raises
        ------
        StageError
            If the data is not there or not the one that is meant; the message begins with the key.
        """


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
    pixels : ndarray of shape (n, pixels) or (n, *image_shape)
        The pixels of each image, row by row.
    labels : ndarray of shape (n,), dtype int64
        The class of each image.
    image_shape : list of int
        Height and width, and 3 for colour.
    maximum : int
        The largest value of a pixel; none need have it.
    rows_per_class : list of int
        The number of rows of each class, in label order.

    Returns
    -------
    ndarray of shape (n, *image_shape), dtype uint8
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
    stated, found_size = math.prod(image_shape), math.prod(pixels.shape[1:])
    if stated != found_size:
        raise StageError(
            f"image_shape: {image_shape} is {stated} pixels, the data has {found_size} an image"
        )
    if not np.isin(pixels, np.arange(maximum + 1)).all():
        raise StageError(
            f"maximum: {maximum}, but the data has pixels of {pixels.min():g} to {pixels.max():g}, "
            "or some that are no whole numbers"
        )
    found = np.bincount(labels).tolist()
    if found != rows_per_class:
        raise StageError(f"rows_per_class: {rows_per_class}, but the data has {found}")
    return pixels.astype(np.uint8).reshape(-1, *image_shape)
