"""The types that datasets are made of, and the error of a wrong file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

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


class Dataset(tuple[Split, Split]):
    """The splits of a dataset, and the names of its classes.

    It is the pair ``train, test``, and unpacks as such, whether there is a third split or not. Each
    parameter is an attribute, `val` None where there is none, and `classes` a tuple. Nothing in it
    can be replaced; the arrays can be changed.

    Parameters
    ----------
    train, test : Split
        The rows to learn from, and those to score on.
    val : Split, optional
        The rows to choose a model by.
    classes : iterable of str, optional
        The names of the classes, in label order: that of a label is ``classes[label]``. By default
        they are the label numbers as text, from ``"0"`` to the largest label.

    Examples
    --------
    >>> import numpy as np
    >>> train = Split(np.zeros((2, 8, 8), np.float32), np.array([0, 2]))
    >>> test = Split(np.zeros((1, 8, 8), np.float32), np.array([1]))
    >>> dataset = Dataset(train, test, classes=["oak", "ash", "elm"])
    >>> (x_train, y_train), (x_test, y_test) = dataset
    >>> [dataset.classes[label] for label in y_train], dataset.val
    (['oak', 'elm'], None)
    >>> Dataset(train, test).classes
    ('0', '1', '2')
    """

    _val: Split | None
    _classes: tuple[str, ...]

    def __new__(  # noqa: D102 - see the class
        cls,
        train: Split,
        test: Split,
        val: Split | None = None,
        classes: Iterable[str] | None = None,
    ) -> Dataset:
        self = super().__new__(cls, (train, test))
        self._val = val
        if classes is None:
            classes = map(str, range(count_classes(train, test, val)))
        self._classes = tuple(classes)
        return self

    @property
    def train(self) -> Split:
        """The rows to learn from."""
        return self[0]

    @property
    def test(self) -> Split:
        """The rows to score on."""
        return self[1]

    @property
    def val(self) -> Split | None:
        """The rows to choose a model by, if the dataset has such."""
        return self._val

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, in label order."""
        return self._classes

    def __getnewargs__(self) -> tuple[Split, Split]:
        """Return what `copy` and `pickle` call `__new__` with, before they copy the attributes."""
        return self.train, self.test

    def __repr__(self) -> str:
        """Return the call that makes it."""
        return (
            f"Dataset(train={self.train!r}, test={self.test!r}, val={self.val!r},"
            f" classes={self.classes!r})"
        )


def count_classes(*splits: Split | None) -> int:
    """Return one more than the largest label of some splits, of which any may be missing."""
    return 1 + max(int(split.labels.max(initial=-1)) for split in splits if split)


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
    """The three splits of a text: pairs to learn from, to choose a model by, and to score on.

    Only `val` may be empty.
    """

    train: list[Pair]
    val: list[Pair]
    test: list[Pair]


def read_with(parse: Callable[[bytes], T], path: str | os.PathLike[str], largest: int) -> T:
    """Return what `parse` makes of a file, of which one byte above `largest` is read at most.

    The message of a FormatError that `parse` raises is completed by the name of the file.
    """
    path = Path(path)
    with path.open("rb") as file:
        data = file.read(largest + 1)
    try:
        return parse(data)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
