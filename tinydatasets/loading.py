"""Find a dataset by its name and load it."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import NamedTuple

from tinydatasets.pickles import Split, read


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
    folder = _folder()
    names = sorted(path.parent.name for path in folder.glob("*/train.pkl"))
    if name not in names:
        near = difflib.get_close_matches(str(name), names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"no dataset {name!r}; there are {', '.join(names)}.{hint}")
    return Dataset(read(folder / name / "train.pkl"), read(folder / name / "test.pkl"))
