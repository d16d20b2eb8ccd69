"""What is released of a dataset of images: its files and their sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.common.files import sha256, to_csv, to_text
from stages.serialize.archive import archive
from tinydatasets import classes, pickles
from tinydatasets.types import FormatError, Split, count_classes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def released_files(
    name: str,
    splits: Mapping[str, Split],
    table: Sequence[Mapping[str, str]],
    names: Sequence[str],
    maximum: int,
) -> dict[str, bytes]:
    """Return the files of a dataset by name, in the order in which they are to be written.

    A pickle and a ZIP archive of PNG files for each split; ``samples.csv``, the lines of train,
    then val, then test; ``classes.json`` where the names are not just the label numbers;
    ``SHA256SUMS``, the sums of all others.

    Parameters
    ----------
    splits : mapping of str to Split
        In the order of their names in `SPLITS`; a dataset need not have ``val``.
    table : sequence of mapping
        The lines of all rows, of unused ones too, each with its `split`; those of a split in its
        order.

    Raises
    ------
    FormatError
        If a split or the names are not fit to be written; the message begins with the file.

    Examples
    --------
    >>> import numpy as np
    >>> split = Split(np.zeros((1, 8, 8), np.uint8), np.array([1]))
    >>> line = {"split": "train", "row": "7", "label": "1"}
    >>> table = [line, {**line, "split": "test", "row": "9"}]
    >>> files = released_files("trees", {"train": split, "test": split}, table, ["oak", "ash"], 255)
    >>> [*files]  # doctest: +NORMALIZE_WHITESPACE
    ['train.pkl', 'trees-train.zip', 'test.pkl', 'trees-test.zip', 'samples.csv',
     'classes.json', 'SHA256SUMS']
    """
    file, n_classes = "classes.json", count_classes(*splits.values())
    files: dict[str, bytes] = {}
    lines: list[Mapping[str, str]] = []
    try:
        classes.check(names, n_classes)
        for split, samples in splits.items():
            rows = [line for line in table if line["split"] == split]
            file = f"{split}.pkl"
            files[file] = pickles.dumps(samples)
            files[f"{name}-{split}.zip"] = archive(samples, rows, maximum, names)
            lines += rows
    except FormatError as error:
        raise FormatError(f"{file}: {error}") from None
    files["samples.csv"] = to_csv([[*table[0]], *([*line.values()] for line in lines)])
    if [*names] != [str(label) for label in range(len(names))]:
        files["classes.json"] = classes.dumps(names, n_classes)
    sums = {name: sha256(data) for name, data in files.items()}
    return {**files, "SHA256SUMS": to_text(sums).encode()}
