"""The types that datasets are made of, and the error of a wrong file."""

from __future__ import annotations

import hashlib
import os.path
import reprlib
from collections import namedtuple
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    import numpy.typing as npt
    import typing_extensions

    Pixel_co = typing_extensions.TypeVar(
        "Pixel_co",
        bound=np.float32 | np.uint8,
        covariant=True,
        default=np.float32 | np.uint8,
    )

    class _Arrays(NamedTuple, Generic[Pixel_co]):
        images: npt.NDArray[Pixel_co]
        labels: npt.NDArray[np.int64]

else:
    Pixel_co = TypeVar("Pixel_co", covariant=True)
    # Python takes a NamedTuple with a type variable from 3.11 on.
    _Arrays = namedtuple("_Arrays", ("images", "labels"))

T = TypeVar("T")


def restore(path: str | os.PathLike[str]) -> str:
    """Return what to do when a file of a dataset is missing or another one."""
    import shlex  # noqa: PLC0415 - only an error needs it
    from pathlib import Path  # noqa: PLC0415

    mends = f"`git checkout -- {shlex.quote(Path(path).as_posix())}` or `make repro` brings it back"
    return f"In a clone, {mends}; otherwise install the package again"


class FormatError(ValueError):
    """A file is not one that this package writes, or values are not fit to be written to one."""


class Split(_Arrays[Pixel_co]):
    """Images and labels of one split, row by row.

    Attributes
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, 3), dtype float32 or uint8
        Pixels, grey or of red, green and blue: float32 in [0, 1], or the source's own whole
        numbers as uint8. `load` returns other shapes where it is asked for them.
    labels : ndarray of shape (n,), dtype int64
        The class of each image, 0 or more.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Return a line for each array: its type, its shape and its range."""
        return _in_lines(self, {name: _outline(field) for name, field in self._asdict().items()})


def _outline(array: Any) -> str:
    # A user may put anything in place of an array.
    if not all(hasattr(array, name) for name in ("dtype", "shape", "min", "max")):
        return reprlib.repr(array)
    bounds = f", {array.min()} to {array.max()}" if 0 not in array.shape else ""
    return f"{array.dtype} {tuple(array.shape)}{bounds}"


def _in_lines(value: object, fields: dict[str, str]) -> str:
    width = max(map(len, fields))
    lines = (f"  {name:{width}}  {field}" for name, field in fields.items())
    return "\n".join([type(value).__name__, *lines])


class Dataset(tuple["Split[Pixel_co]", "Split[Pixel_co]"], Generic[Pixel_co]):
    """The splits of a dataset, and the names of its classes.

    It is the pair ``train, test``, and unpacks as such, whether there is a third split or not. Each
    parameter is an attribute, `val` None where there is none, and `classes` a tuple. Nothing in it
    can be replaced; the arrays can be changed.

    Parameters
    ----------
    train, test : Split
        The rows to learn from, and those to score on.
    val : Split[Pixel_co], optional
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
    >>> dataset
    Dataset
      train.images  float32 (2, 8, 8), 0.0 to 0.0
      train.labels  int64 (2,), 0 to 2
      test.images   float32 (1, 8, 8), 0.0 to 0.0
      test.labels   int64 (1,), 1 to 1
      classes       3: ('oak', 'ash', 'elm')
    """

    _val: Split[Pixel_co] | None
    _classes: tuple[str, ...]

    def __new__(  # noqa: D102 - see the class
        cls,
        train: Split[Pixel_co],
        test: Split[Pixel_co],
        val: Split[Pixel_co] | None = None,
        classes: Iterable[str] | None = None,
    ) -> Dataset[Pixel_co]:
        self = super().__new__(cls, (train, test))
        self._val = val
        if classes is None:
            classes = map(str, range(count_classes(train, test, val)))
        self._classes = tuple(classes)
        return self

    @property
    def train(self) -> Split[Pixel_co]:
        """The rows to learn from."""
        return self[0]

    @property
    def test(self) -> Split[Pixel_co]:
        """The rows to score on."""
        return self[1]

    @property
    def val(self) -> Split[Pixel_co] | None:
        """The rows to choose a model by, if the dataset has such."""
        return self._val

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, in label order."""
        return self._classes

    def __getnewargs__(self) -> tuple[Split[Pixel_co], Split[Pixel_co]]:
        """Return what `copy` and `pickle` call `__new__` with, before they copy the attributes."""
        return self.train, self.test

    def __repr__(self) -> str:
        """Return a line for each array of each split, and one for the classes."""
        splits = {"train": self.train, "val": self.val, "test": self.test}
        arrays = {
            f"{name}.{field}": _outline(array)
            for name, split in splits.items()
            if split
            for field, array in split._asdict().items()
        }
        classes = f"{len(self.classes)}: {reprlib.repr(self.classes)}"
        return _in_lines(self, {**arrays, "classes": classes})


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

    def __repr__(self) -> str:
        """Return a line for each split: how many pairs it has, and the first of them."""
        fields = {
            name: f"{len(pairs)} pairs{f', the first {pairs[0]!r}' if pairs else ''}"
            for name, pairs in self._asdict().items()
        }
        return _in_lines(self, fields)


def read_with(parse: Callable[[bytes], T], path: str | os.PathLike[str], largest: int) -> T:
    """Return what `parse` makes of a file, of which one byte above `largest` is read at most.

    Raises a FormatError that names the file if it is a pointer of Git LFS, if ``SHA256SUMS`` beside
    it lists another sum, or if `parse` raises one.
    """
    path = os.fspath(path)
    with open(path, "rb") as file:
        data = file.read(largest + 1)
    try:
        _check_bytes(data, path)
        return parse(data)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None


def _check_bytes(data: bytes, path: str) -> None:
    if data.startswith(b"version https://git-lfs"):
        raise FormatError("a pointer of Git LFS, not the file: run `git lfs pull`")
    folder, name = os.path.split(path)
    expected = listed_sums(folder).get(name)
    if expected and expected != (found := hashlib.sha256(data).hexdigest()):
        sums = f"sha256 {expected:.8}... as in SHA256SUMS, found {found:.8}..."
        raise FormatError(f"another file, or damaged: expected {sums}. {restore(path)}")


def listed_sums(folder: str | os.PathLike[str]) -> dict[str, str]:
    """Return the sum of each file that the ``SHA256SUMS`` of a folder lists; none without one."""
    try:
        with open(os.path.join(folder, "SHA256SUMS"), encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return {}
    return {name: total for total, _, name in (line.partition("  ") for line in lines)}
