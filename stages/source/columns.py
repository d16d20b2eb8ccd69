"""The labels and ids of a source that is read in blocks, checked: a value for each image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.errors import StageError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


def labels_of(values: npt.NDArray[Any], rows: int, found_in: Path) -> npt.NDArray[np.int64]:
    """Check that labels are whole numbers of 0 or more, one for each image.

    Parameters
    ----------
    values : ndarray
        What was read.
    rows : int
        How many images there are.
    found_in : Path
        The file, for the message.

    Returns
    -------
    ndarray of shape (rows,), dtype int64
        The same values.

    Raises
    ------
    StageError
        If they are anything else; the message begins with the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> labels_of(np.array([1, 0], np.uint8), 2, Path("labels.npy"))
    array([1, 0])
    """
    _check_one_each("labels", values, rows, found_in)
    wrong = ""
    if values.dtype.kind not in "iu":
        wrong = str(values.dtype)
    elif rows and not 0 <= values.min() <= values.max() < 2**31:
        wrong = f"{values.min()} to {values.max()}"
    if wrong:
        raise StageError(
            f"{found_in}: labels must be whole numbers, 0 for the first class, but are {wrong}"
        )
    return values.astype(np.int64)


def ids_of(values: npt.NDArray[Any], rows: int, found_in: Path) -> npt.NDArray[Any]:
    """Check that ids are whole numbers or text, one for each image.

    Parameters and errors are those of `labels_of`.

    Returns
    -------
    ndarray of shape (rows,)
        Whole numbers as they are; text with dtype str.

    Examples
    --------
    >>> from pathlib import Path
    >>> ids_of(np.array(["a", "leaf 2"], object), 2, Path("ids.npy"))
    array(['a', 'leaf 2'], dtype='<U6')
    """
    _check_one_each("ids", values, rows, found_in)
    if values.dtype.kind in "iu":
        return values
    is_text = values.dtype.kind in "UT" or all(type(value) is str for value in values)
    if not is_text:
        raise StageError(f"{found_in}: ids must be whole numbers or text, but are {values.dtype}")
    return np.array(values.tolist(), str)


def join_ids(of_files: list[npt.NDArray[Any]], found_in: Path) -> npt.NDArray[Any] | None:
    """Join the ids of several files, where they have any.

    Raises
    ------
    StageError
        If they are of one kind in one file and of another in the next.
    """
    if not of_files:
        return None
    # NumPy would join signed and unsigned numbers as floats, and numbers and text as text.
    if len({ids.dtype.kind for ids in of_files}) > 1:
        kinds = ", ".join(sorted({str(ids.dtype) for ids in of_files}))
        raise StageError(f"{found_in}: ids must be of one kind in all files, but are {kinds}")
    return np.concatenate(of_files)


def _check_one_each(name: str, values: npt.NDArray[Any], rows: int, found_in: Path) -> None:
    if values.shape != (rows,):
        raise StageError(
            f"{found_in}: the {name} have the shape {values.shape}, but there are {rows} images: "
            f"it must be ({rows},)"
        )


def check_some(rows: int, found_in: Path) -> None:
    """Stop if there is no image."""
    if not rows:
        raise StageError(f"{found_in}: no images")
