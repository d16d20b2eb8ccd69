"""What the kinds of source have in common that read whole files: all images, or all labels."""

from __future__ import annotations

import math
import unicodedata
from abc import abstractmethod
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.errors import StageError
from stages.common.sums import of_files, sha256
from stages.source.base import InMemory
from stages.source.own import Own, locate, read_bytes

if TYPE_CHECKING:
    import numpy.typing as npt


class OwnFiles(Own, InMemory):
    """A user's own files of which each holds all images, or all labels."""

    @abstractmethod
    def tables(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Read the pixels, a row an image, and the label or the class of each image.

        Raises
        ------
        StageError
            If a file can't be read; the message begins with the key and names the file.
        """

    @abstractmethod
    def locations(self) -> dict[str, str]:
        """Give the location of each file by its key: that of the images, then of the labels."""

    def look(self) -> dict[str, Any]:
        """Read everything."""
        images, labels, classes = self.contents
        return {
            "image_shape": list(images.shape[1:]),
            "maximum": max(1, int(images.max()), self.maximum or 1),
            "rows_per_class": np.bincount(labels).tolist(),
            "classes": classes,
            "sha256": self._sum(),
        }

    def read(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Read everything."""
        images, labels, _ = self.contents
        return images, labels

    @cached_property
    def contents(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], list[str]]:
        """Images, labels and the names of the classes."""
        pixels, values = self.tables()
        (key, location), *_ = self.locations().items()
        try:
            images = to_images(pixels, self.image_shape)
        except ValueError as error:
            raise StageError(f"{key}: {location}: {error}") from None
        *_, (key, location) = self.locations().items()
        try:
            labels, classes = to_labels(values, len(images), self.classes)
        except ValueError as error:
            raise StageError(f"{key}: {location}: {error}") from None
        return images, labels, classes

    def _sum(self) -> str:
        sums = {
            PurePosixPath(location).as_posix(): sha256(read_bytes(key, locate(key, location)))
            for key, location in self.locations().items()
        }
        return of_files(sums) if len(sums) > 1 else next(iter(sums.values()))


def to_images(pixels: npt.NDArray[Any], shape: list[int] | None) -> npt.NDArray[np.uint8]:
    """Turn what a file has into images.

    Parameters
    ----------
    pixels : ndarray of shape (n, height, width), (n, height, width, 3) or (n, pixels)
        Whole numbers from 0 to 255, of any dtype.
    shape : list of int or None
        The shape of an image, where `pixels` does not say it: by default it is square.

    Returns
    -------
    ndarray of shape (n, height, width) or (n, height, width, 3), dtype uint8

    Raises
    ------
    ValueError
        If they are anything else.
    StageError
        If they do not have the shape that is stated; the message begins with the key.

    Examples
    --------
    >>> to_images(np.array([[0.0, 7.0, 9.0, 0.0]]), None).tolist()
    [[[0, 7], [9, 0]]]
    """
    if pixels.dtype.kind not in "iuf":
        raise ValueError(f"expected pixels that are numbers, found {pixels.dtype}")
    if pixels.size == 0:
        raise ValueError("no pixel")
    # Written so that a NaN, for which every comparison is false, does not pass.
    right = (pixels >= 0) & (pixels <= 255) & (pixels == np.floor(pixels))
    if not right.all():
        wrong = np.unravel_index(np.argmin(right), right.shape)
        raise ValueError(
            f"expected pixels that are whole numbers from 0 to 255, found {pixels[wrong]:g} in "
            f"image {wrong[0] + 1} of {len(pixels)}"
        )
    found = pixels.shape[1:]
    if len(found) == 1:
        side = math.isqrt(found[0])
        found = tuple(shape or (side, side))
        if math.prod(found) != pixels.shape[1]:
            if shape:
                raise StageError(
                    f"image_shape: {shape} is {math.prod(shape)} pixels, but the data has "
                    f"{pixels.shape[1]} an image"
                )
            raise ValueError(
                f"{pixels.shape[1]} pixels an image, which are no square; state height and width, "
                "as in `image_shape: [8, 9]`"
            )
    elif len(found) != 2 and (len(found) != 3 or found[2] != 3):
        raise ValueError(
            "expected images of shape (n, height, width) or (n, height, width, 3), found "
            f"{pixels.shape}"
        )
    return pixels.astype(np.uint8).reshape(len(pixels), *found)


def to_labels(
    values: npt.NDArray[Any], rows: int, names: list[str] | None
) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Turn what a column says of each row into labels and the names of the classes.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Whole numbers, which are labels, or text, which is the name of a class.
    rows : int
        How many there must be.
    names : list of str or None
        The names in label order, if they are stated. By default those of numbers are the numbers,
        and names are in alphabetical order (that of Unicode's code points).

    Returns
    -------
    labels : ndarray of shape (n,), dtype int64
        The class of each row.
    names : list of str
        The name of each label, in Unicode's normal form C.

    Raises
    ------
    ValueError
        If there are more or fewer rows, there is one class alone, or a label is missing between 0
        and the largest.
    StageError
        If the classes are not those that are stated; the message begins with the key.

    Examples
    --------
    >>> to_labels(np.array(["oak", "elm", "oak"]), 3, None)
    (array([1, 0, 1]), ['elm', 'oak'])
    >>> to_labels(np.array([0, 1, 1]), 3, ["oak", "elm"])
    (array([0, 1, 1]), ['oak', 'elm'])
    """
    if values.shape != (rows,):
        raise ValueError(f"expected {rows} labels, one for each image, found shape {values.shape}")
    if values.dtype.kind in "iu":
        labels = values.astype(np.int64)
        found = np.unique(labels)
        if found[0] < 0:
            raise ValueError(f"expected labels of 0 and more, found {found[0]}")
        missing = next((want for want, label in enumerate(found.tolist()) if label != want), None)
        if missing is not None:
            raise ValueError(f"expected labels of 0 and more without a gap, found no {missing}")
        texts = [str(label) for label in range(len(found))]
        if names is not None and len(names) != len(texts):
            raise StageError(f"classes: {len(names)} names, but the data has {len(texts)} labels")
    elif values.dtype.kind == "U":
        stripped = [unicodedata.normalize("NFC", str(value).strip()) for value in values]
        texts = sorted(set(stripped))
        if names is not None and sorted(names) != texts:
            raise StageError(f"classes: {names}, but the data has {texts}")
        label_of = {name: label for label, name in enumerate(names or texts)}
        labels = np.array([label_of[text] for text in stripped], np.int64)
    else:
        raise ValueError(f"expected whole numbers or text, found {values.dtype}")
    if "" in texts:
        raise ValueError("a row has no class")
    if len(texts) < 2:
        raise ValueError(f"expected two classes or more, found {texts[0]} alone")
    return labels, names or texts
