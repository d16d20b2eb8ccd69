"""What is released of a dataset of images: its files and their sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.common.files import to_csv
from stages.common.splits import SPLITS
from stages.common.sums import sha256, to_text
from stages.serialize.archive import archive
from tinydatasets import classes, pickles
from tinydatasets.types import FormatError, Split, count_classes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Only some datasets have these; {name} is that of the dataset.
OPTIONAL = ("classes.json", "val.pkl", "{name}-val.zip")


def released_files(
    name: str,
    splits: Mapping[str, Split],
    table: Sequence[Mapping[str, str]],
    names: Sequence[str],
    maximum: int,
) -> dict[str, bytes]:
    r"""Return the files of a dataset.

    Parameters
    ----------
    name : str
        The dataset's name.
    splits : mapping of str to Split
        ``train`` and ``test``, and ``val`` if the dataset has one.
    table : sequence of mapping
        The lines of all rows, of unused ones too, each with its `split`; those of a split in its
        order.
    names : sequence of str
        The names of the classes, in label order.
    maximum : int
        The largest value that a pixel of the source can have.

    Returns
    -------
    dict of str to bytes
        Each file by its name, in the order in which they are to be written: a pickle and a ZIP
        archive of PNG files for each split; ``samples.csv``, the lines of train, then val, then
        test; ``classes.json`` where the names are not just the label numbers; ``SHA256SUMS``, the
        sums of all others.

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
    >>> files["samples.csv"]
    b'split,row,label\ntrain,7,1\ntest,9,1\n'
    """
    try:
        classes.check(names, count_classes(*splits.values()))
    except FormatError as error:
        raise FormatError(f"classes.json: {error}") from None
    files = {}
    lines: list[Mapping[str, str]] = []
    for split in (split for split in SPLITS if split in splits):
        rows = [line for line in table if line["split"] == split]
        try:
            files[f"{split}.pkl"] = pickles.dumps(splits[split])
        except FormatError as error:
            raise FormatError(f"{split}.pkl: {error}") from None
        files[f"{name}-{split}.zip"] = archive(splits[split], rows, maximum, names)
        lines += rows
    files["samples.csv"] = to_csv([[*table[0]], *([*line.values()] for line in lines)])
    if [*names] != [str(label) for label in range(len(names))]:
        files["classes.json"] = classes.dumps(names, count_classes(*splits.values()))
    sums = {name: sha256(data) for name, data in files.items()}
    return {**files, "SHA256SUMS": to_text(sums).encode()}
