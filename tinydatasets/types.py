"""The types that datasets are made of, and the error of a wrong file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

T = TypeVar("T")


class FormatError(ValueError):
    """A file is not one that this package writes, or values are not fit to be written to one."""


class Split(NamedTuple):
    """Images and labels of one split, row by row.

    Attributes
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, 3), dtype float32 or uint8
        Pixels, grey or of red, green and blue: float32 in [0, 1], or the source's own whole
        numbers as uint8.
    labels : ndarray of shape (n,), dtype int64
        The class of each image, 0 or more.
    """

    images: npt.NDArray[np.float32 | np.uint8]
    labels: npt.NDArray[np.int64]


class Dataset(NamedTuple):
    """Both splits of a dataset.

    Attributes
    ----------
    train : Split
        The rows to learn from.
    test : Split
        The rows to score on.
    """

    train: Split
    test: Split


class Pair(NamedTuple):
    """A question and its answer.

    Attributes
    ----------
    id : str
        The level, a hyphen and a number, such as ``"3-01"``.
    level : int
        How hard it is: 1 or more.
    question : str
        1 to 60 printable characters, words apart by single spaces, in Unicode's normal form C.
    answer : str
        1 to 80 of the same.
    """

    id: str
    level: int
    question: str
    answer: str


class Text(NamedTuple):
    """The three splits of a text.

    Attributes
    ----------
    train : list of Pair
        The pairs to learn from.
    val : list of Pair
        The pairs to choose a model by; there may be none.
    test : list of Pair
        The pairs to score on.
    """

    train: list[Pair]
    val: list[Pair]
    test: list[Pair]


def read_with(parse: Callable[[bytes], T], path: str | os.PathLike[str], largest: int) -> T:
    """Parse the contents of a file; read no more than one byte above `largest`.

    Raises
    ------
    FormatError
        If `parse` raises it; the message names the file.
    OSError
        If the file cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        data = file.read(largest + 1)
    try:
        return parse(data)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
