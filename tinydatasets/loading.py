"""Find a dataset by its name and load it."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import NamedTuple

from tinydatasets.pickles import Split, read
from tinydatasets.texts import Text, read_pairs


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


def _folder() -> Path:
    """Give the folder of the datasets: within an installed package, beside it in a clone."""
    package = Path(__file__).parent
    installed = package / "datasets"
    return installed if installed.is_dir() else package.parent / "datasets"


def _find(name: str, file: str) -> Path:
    """Give the folder of the dataset `name`, one of those that have `file`."""
    folder = _folder()
    names = sorted(path.parent.name for path in folder.glob(f"*/{file}"))
    if name not in names:
        near = difflib.get_close_matches(str(name), names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"no dataset {name!r}; there are {', '.join(names)}.{hint}")
    return folder / name


def load(name: str) -> Dataset:
    """Load a dataset that ships with the package or that the pipeline built in this clone.

    Parameters
    ----------
    name : str
        The dataset's name: ``"tinydigits"`` (1000 training and 200 test images of 8 x 8 pixels),
        ``"tinydigits-150"`` (150 and 47), or one of your own in ``params.yaml``.

    Returns
    -------
    Dataset
        The splits `train` and `test`, each a pair of `images` (float32, shape (n, height, width),
        in [0, 1]) and `labels` (int64, shape (n,)).

    Raises
    ------
    ValueError
        If there is no dataset of that name, or (as its subclass `FormatError`) if a file of it
        is damaged.
    OSError
        If a file of it is missing or can't be read.

    Examples
    --------
    >>> import tinydatasets
    >>> train, test = tinydatasets.load("tinydigits")
    >>> train.images.shape, train.labels.shape, test.images.shape
    ((1000, 8, 8), (1000,), (200, 8, 8))
    >>> train.images.dtype, float(train.images.min()), float(train.images.max())
    (dtype('float32'), 0.0, 1.0)
    """
    folder = _find(name, "train.pkl")
    return Dataset(read(folder / "train.pkl"), read(folder / "test.pkl"))


def load_text(name: str) -> Text:
    """Load questions and answers that ship with the package or were built in this clone.

    Parameters
    ----------
    name : str
        The text's name: ``"tinytalks"`` (210 training, 45 validation and 45 test pairs in five
        levels), or one of your own in ``params.yaml``.

    Returns
    -------
    Text
        The splits `train`, `val` and `test`, each a list of `Pair`: `id`, `level`, `question` and
        `answer`, level by level.

    Raises
    ------
    ValueError
        If there is no text of that name, or (as its subclass `FormatError`) if a file of it is
        damaged.
    OSError
        If a file of it is missing or can't be read.

    Examples
    --------
    >>> import tinydatasets
    >>> train, val, test = tinydatasets.load_text("tinytalks")
    >>> len(train), len(val), len(test)
    (210, 45, 45)
    >>> train[-1].question, train[-1].answer
    ('I am Kim and Zoe is my friend. Who is my friend?', 'Your friend is Zoe.')
    """
    folder = _find(name, "train.jsonl")
    splits = (read_pairs(folder / f"{split}.jsonl") for split in Text._fields)
    return Text(*splits)
