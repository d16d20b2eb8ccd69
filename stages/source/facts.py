"""What is found in a source: its images and labels, and the facts that later stages need."""

import math
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from string import whitespace
from typing import Any, NamedTuple

import numpy as np

from stages.common.arrays import Array, Ints, Pixels
from stages.common.blocks import Groups
from stages.common.equal import Equal, digests, find_equal
from stages.common.errors import ParamError, StageError
from stages.common.names import check_classes
from stages.params.read import AnySource
from stages.source.data_folder import file_error


@dataclass(frozen=True)
class Facts:
    """What ``facts.json`` has of a source."""

    classes: list[str]
    image_shape: list[int]
    maximum: int
    rows_per_class: list[int]
    sha256: str
    groups: dict[str, Any] | None = None
    """Where the source has groups: how many, and how many have a row of each class."""

    def __str__(self) -> str:
        """Return such as "61 images of 8 x 9 pixels from 0 to 255: elm 30, oak 31"."""

        def listed(counts: list[int]) -> str:
            return ", ".join(map("{} {}".format, self.classes, counts))

        known = self.groups
        groups = f"; {known['count']} groups: {listed(known['per_class'])}" if known else ""
        return f"{self.summary}: {listed(self.rows_per_class)}{groups}"

    @property
    def summary(self) -> str:
        """Return the same without the classes."""
        height, width, *colour = self.image_shape
        images = f"{sum(self.rows_per_class)} images{' in colour' if colour else ''}"
        return f"{images} of {height} x {width} pixels from 0 to {self.maximum}"


class Images(NamedTuple):
    """The images of a source that fit into memory: shape (n, height, width), and 3 in colour."""

    pixels: Pixels
    labels: Ints
    classes: list[str]
    sha256: str
    """The sum of the file, or of the list that `sha256sum` prints of several."""
    groups: Groups | None = None
    files: list[str] | None = None
    """Of a folder, the class and the file of each row."""

    @property
    def equal(self) -> Equal:
        """Return which images are equal."""
        ties = [self.groups.of_row] if self.groups else []
        return find_equal(digests(self.pixels), self.labels, *ties)

    @property
    def facts(self) -> Facts:
        """Return what later stages need to know of them."""
        shape, maximum = [*self.pixels.shape[1:]], max(1, int(self.pixels.max()))
        rows = np.bincount(self.labels).tolist()
        groups = count_groups(self.labels, self.groups)
        return Facts(self.classes, shape, maximum, rows, self.sha256, groups)


def count_groups(labels: Ints, groups: Groups | None) -> dict[str, Any] | None:
    """Return how many groups there are, and how many have a row of each class, in label order."""
    if groups is None:
        return None
    pairs = np.unique(np.stack([labels, groups.of_row]), axis=1)
    return {"count": len(groups.names), "per_class": np.bincount(pairs[0]).tolist()}


def as_stated(facts: Facts, entry: AnySource) -> Facts:
    """Return the facts with the maximum that an entry states, or raise a ParamError."""
    # Names of classes are compared where they are read.
    for key in ("image_shape", "rows_per_class", "sha256"):
        stated, value = getattr(entry, key, None), getattr(facts, key)
        if stated not in (None, value):
            raise ParamError(key, message=f"{stated}, but the data has {value}")
    if entry.maximum and entry.maximum < facts.maximum:
        raise ParamError("maximum", message=f"{entry.maximum}, but the data has {facts.maximum}")
    # An image of a folder may have any of 256 values, whichever it has.
    default = 255 if getattr(entry, "kind", None) == "folder" else facts.maximum
    return replace(facts, maximum=entry.maximum or default)


@contextmanager
def errors_of(part: str, name: str) -> Iterator[None]:
    """Name the entry of ``params.yaml`` in an error; one of a file is one of its `path`."""
    try:
        yield
    except ParamError as error:
        raise error.within(part, name) from None
    except StageError as error:
        key = "path" if part == "own" else "file"
        # Blocks have absolute paths, for other processes.
        message = str(error).replace(f"{Path.cwd()}/", "")
        raise ParamError(part, name, key, message=message) from None


def to_images(values: Array, stated: list[int] | None, path: Path) -> Pixels:
    """Return images, whose values are whole numbers from 0 to 255 of any dtype, or parts of one.

    Where each is a row of pixels, it has the shape that is stated, or is square.
    """
    if values.dtype.kind not in "iuf" or values.size == 0:
        content = values.dtype if values.size else "none"
        raise file_error(path, f"expected pixels that are numbers, found {content}")
    shape = values.shape[1:]
    if values.ndim == 2:
        (pixels,) = shape
        side = math.isqrt(pixels)
        if not stated and side**2 != pixels:
            message = f"{pixels} pixels an image, which are no square; state height and width"
            raise file_error(path, f"{message}, as in `image_shape: [8, 9]`")
        shape = tuple(stated or (side, side))
        if math.prod(shape) != pixels:
            message = f"{stated} is {math.prod(shape)} pixels, but the data has {pixels} an image"
            raise ParamError("image_shape", message=message)
    if len(shape) != 2 and shape[2:] != (3,):
        message = "expected images of shape (n, height, width) or (n, height, width, 3)"
        raise file_error(path, f"{message}, found {values.shape}")
    if values.max() == 1:
        values = _to_whole(values)
    # Written so that a NaN, for which every comparison is false, does not pass.
    right = (values >= 0) & (values <= 255) & (values == np.floor(values))
    if not right.all():
        wrong = np.unravel_index(np.argmin(right), right.shape)
        content = f"{values[wrong]:g} in image {wrong[0] + 1} of {len(values)}"
        raise file_error(
            path, f"expected pixels that are whole numbers from 0 to 255, found {content}"
        )
    return values.astype(np.uint8).reshape(len(values), *shape)


def _to_whole(values: Array) -> Array:
    """Return pixels that were divided by the largest, such as an export's, as the whole numbers."""
    parts = np.unique(values.astype(np.float32))
    for maximum in range(1, 256):
        if (np.rint(parts * maximum) / np.float32(maximum) == parts).all():
            values = np.rint(values * maximum)
            break
    return values


def to_labels(
    values: Array, rows: int, stated: list[str] | None, path: Path
) -> tuple[Ints, list[str]]:
    """Return the label of each row, and the name of each label in Unicode's normal form C.

    The values are labels or names of classes, as stated or in the order of Unicode's code points.
    """
    if values.shape != (rows,):
        message = f"expected {rows} labels, one for each image, found shape {values.shape}"
        raise file_error(path, message)
    if values.dtype.kind in "iu":
        labels = values.astype(np.int64)
        numbers = np.unique(labels).tolist()
        gap = next((i for i, number in enumerate(numbers) if number != i), None)
        if gap is not None:
            content = f"no {gap}" if numbers[0] >= 0 else numbers[0]
            raise file_error(path, f"expected labels of 0 and more without a gap, found {content}")
        names = [unicodedata.normalize("NFC", name) for name in stated or map(str, numbers)]
        if len(names) != len(numbers):
            message = f"{len(names)} names, but the data has {len(numbers)} labels"
            raise ParamError("classes", message=message)
    elif values.dtype.kind == "U":
        texts = [unicodedata.normalize("NFC", str(value).strip(whitespace)) for value in values]
        if "" in texts:
            raise file_error(path, "a row has no class")
        names = in_label_order(stated, sorted(set(texts)))
        label_of = {name: label for label, name in enumerate(names)}
        labels = np.array([label_of[text] for text in texts], np.int64)
    else:
        raise file_error(path, f"expected whole numbers or text, found {values.dtype}")
    if len(names) < 2:
        raise file_error(path, f"expected two classes or more, found {names[0]} alone")
    try:
        check_classes(names)
    except StageError as error:
        raise file_error(path, error) from None
    return labels, names


def in_label_order(stated: list[str] | None, names: list[str]) -> list[str]:
    """Return the names of classes in the order that is stated; a ParamError says which differ."""
    if stated is None:
        return names
    normal = [unicodedata.normalize("NFC", name) for name in stated]
    if sorted(normal) != sorted(names):
        raise ParamError("classes", message=f"{normal}, but the data has {names}")
    return normal


def numbers_or_text(path: Path, values: Array, name: str) -> Array:
    """Return values that are whole numbers or text, or raise a StageError that calls them `name`.

    Text in an array of Python's objects becomes one of NumPy's.
    """
    if values.dtype.kind in "iu":
        return values
    if values.dtype.kind in "UT" or all(type(value) is str for value in values):
        texts = values.tolist()
        try:
            "".join(texts).encode()
        except UnicodeEncodeError as error:
            code = ascii(error.object[error.start])
            raise file_error(path, f"{name} have {code}, which is no character") from None
        return np.array(texts, str)
    raise file_error(path, f"{name} must be whole numbers or text, but are {values.dtype}")


def to_groups(values: Array, rows: int, path: Path) -> Groups:
    """Return the groups that rows have: whole numbers or text, without white space at the ends."""
    if values.shape != (rows,):
        message = f"expected {rows} groups, one for each image, found shape {values.shape}"
        raise file_error(path, message)
    found, of_row = np.unique(numbers_or_text(path, values, "groups"), return_inverse=True)
    texts = [unicodedata.normalize("NFC", str(value)).strip() for value in found.tolist()]
    if "" in texts:
        row = np.flatnonzero(of_row == texts.index(""))[0]
        raise file_error(path, f"image {row + 1} of {rows} has no group")
    names = sorted({*texts})
    places = {name: place for place, name in enumerate(names)}
    return Groups(names, np.array([places[text] for text in texts], np.int64)[of_row])
