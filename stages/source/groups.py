"""The groups of a source: which of its images belong together, in one split."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages.common.blocks import Groups
from stages.source.data_folder import file_error

if TYPE_CHECKING:
    from stages.common.arrays import Array


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
    """Return the groups that rows have, whole numbers or text; a StageError names the file.

    The name of a group is its text, a whole number in decimal, in Unicode's normal form C and
    without white space at its ends, as those of classes are.
    """
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


def group_of_file(path: Path, name: str, key: str) -> str:
    """Return the group of an image by its class, folders and file, or raise a StageError.

    Examples
    --------
    >>> group_of_file(Path(), "oak/tree-07/3.jpg", "folders")
    'tree-07'
    >>> group_of_file(Path(), "oak/tree-07 (3).jpg", r"^(tree-[0-9]+)")
    'tree-07'
    """
    _, *folders, file = name.split("/")
    if key == "folders":
        group, message = "/".join(folders), "not in a folder of its group below that of its class"
    else:
        match = re.search(key, file)
        group = ((match and match[1]) or "").strip()
        message = f"its name has no group that `{key}` finds"
    if not group:
        raise file_error(path, message)
    return group
