"""Report which images that a dataset is scored on are training images of another, or nearly are.

It compares the datasets of ``params.yaml`` that share a source, each with itself too, by what is in
``datasets/``. It writes nothing.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stages.check.read import read_params
from stages.common import command
from stages.common.blocks import Block
from stages.common.errors import StageError
from stages.common.files import read_csv
from stages.common.pixels import scale
from stages.sample.curation import near_duplicates
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Images = npt.NDArray[np.uint8]

HEADER = ("held out", "rows", "train", "rows", "same row", "equal", "nearly equal")


class Part(NamedTuple):
    """A split of a dataset.

    Attributes
    ----------
    rows : frozenset of int
        Row numbers in the source.
    images : ndarray of shape (n, height, width), dtype uint8
        The source's whole numbers, 0 to its maximum.
    """

    rows: frozenset[int]
    images: Images


def whole(images: npt.NDArray[np.uint8 | np.float32], maximum: int) -> Images:
    """Give pixels as the source's whole numbers.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), dtype uint8 or float32
        Pixels as a dataset releases them: whole numbers, or divided by `maximum`.
    maximum : int
        The largest value that a pixel of the source can have.

    Returns
    -------
    ndarray of shape (n, height, width), dtype uint8
        Pixels in 0..maximum.

    Raises
    ------
    ValueError
        If a float is not that of a whole number.

    Examples
    --------
    >>> whole(np.array([[[0.0, 0.25, 0.0625]]], np.float32), 16)
    array([[[0, 4, 1]]], dtype=uint8)
    """
    if images.dtype == np.uint8:
        return images.astype(np.uint8, copy=False)
    found = np.rint(images.astype(np.float64) * maximum).astype(np.uint8)
    if not np.array_equal(scale(found, maximum), images):
        raise ValueError(f"expected pixels that are multiples of 1/{maximum}")
    return found


def compare(held_out: Part, train: Part, maximum: int) -> tuple[int, int, int]:
    """Count the held-out images that a model has seen if it was trained on `train`.

    Parameters
    ----------
    held_out, train : Part
        Splits of one dataset, or of two with the same source.
    maximum : int
        The largest value that a pixel of the source can have.

    Returns
    -------
    same_row, equal, nearly : int
        How many are training rows; are equal to a training image; are equal or nearly equal to
        one, by the rule of `curation.near_duplicates`.

    Examples
    --------
    >>> held_out = Part(frozenset({1, 5, 6}), np.array([[[9]], [[9]], [[50]]], np.uint8))
    >>> train = Part(frozenset({0, 1}), np.array([[[53]], [[9]]], np.uint8))
    >>> compare(held_out, train, 100)
    (1, 2, 3)
    """
    seen = {image.tobytes() for image in train.images}
    equal = sum(image.tobytes() in seen for image in held_out.images)
    block = Block(0, len(held_out.images), partial(np.asarray, held_out.images))
    nearly = near_duplicates([block], train.images, maximum)
    return len(held_out.rows & train.rows), equal, int(nearly.sum())


def report(datasets: Mapping[str, Mapping[str, Part]], maximum: int) -> list[tuple[str, ...]]:
    """Compare each held-out split of each dataset with the training rows of each.

    Parameters
    ----------
    datasets : mapping of str to mapping of str to Part
        The splits of each dataset of one source, by name; all but ``"train"`` are held out.
    maximum : int
        The largest value that a pixel of the source can have.

    Returns
    -------
    list of tuple of str
        A line for each pair, with the cells of `HEADER`.
    """
    return [
        (
            f"{name} {split}",
            str(len(part.images)),
            other,
            str(len(parts["train"].images)),
            *map(str, compare(part, parts["train"], maximum)),
        )
        for name, splits in datasets.items()
        for split, part in splits.items()
        if split != "train"
        for other, parts in datasets.items()
    ]


def table(lines: Sequence[Sequence[str]]) -> str:
    """Lay out lines of cells in columns: numbers to the right, under a header that is like them.

    Examples
    --------
    >>> print(table([("name", "rows"), ("a", "10"), ("long-name", "7")]))
    name       rows
    a            10
    long-name     7
    """
    columns = list(zip(*lines, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numbers = [all(cell.isdigit() for cell in column[1:]) for column in columns]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        )
        for line in lines
    )


def read_dataset(folder: Path, maximum: int) -> dict[str, Part]:
    """Read all splits that a dataset releases.

    Parameters
    ----------
    folder : Path
        The dataset's folder.
    maximum : int
        The largest value that a pixel of its source can have.

    Returns
    -------
    dict of str to Part
        The splits by name.

    Raises
    ------
    FileNotFoundError
        If the dataset is not built.
    FormatError
        If a pickle is damaged.
    StageError
        If its pixels are not of such a source.
    """
    rows: dict[str, list[int]] = {}
    for line in read_csv(folder / "samples.csv"):
        rows.setdefault(line["split"], []).append(int(line["row"]))
    splits = {}
    for split, of_split in rows.items():
        path = folder / f"{split}.pkl"
        released = read_split(path)
        try:
            images = whole(released.images, maximum)
        except ValueError as error:
            raise StageError(f"{path}: {error}. `make repro` builds it anew.") from None
        splits[split] = Part(frozenset(of_split), images)
    return splits


def main() -> None:
    """Print, for all datasets that share a source, how many held-out images are training images."""
    params = read_params()
    printed, missing = [], []
    for source, stated in params.sources.items():
        datasets = {}
        for name in (n for n, dataset in params.datasets.items() if dataset.source == source):
            try:
                datasets[name] = read_dataset(Path("datasets", name), stated.maximum)
            except FileNotFoundError:
                missing.append(name)
        shapes = {part.images.shape[1:] for splits in datasets.values() for part in splits.values()}
        if len(shapes) > 1:
            raise StageError(
                f"the datasets of {source} ({', '.join(datasets)}) have images of different sizes. "
                "`make repro` builds them anew."
            )
        if datasets:
            lines = [HEADER, *report(datasets, stated.maximum)]
            printed.append(f"source {source}\n{table(lines)}")
    if missing:
        printed.append(f"not built yet: {', '.join(missing)}; `make repro` builds what is missing")
    print("\n\n".join(printed))


if __name__ == "__main__":
    command.run(main, FormatError)
