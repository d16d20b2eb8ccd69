"""Counts per class or level as ``params.yaml`` may have them: a number, a list or a mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.check.model import SPLITS
from stages.common.errors import ParamError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stages.check.model import Dataset

    Counts = int | list[int] | dict[int, int]


def per_class(key: str, counts: Counts, labels: range) -> dict[int, int]:
    """Return a number of rows for every label.

    Parameters
    ----------
    key : str
        The key of ``params.yaml`` within its entry, for the message.
    counts : int, list of int or dict of int to int
        A number for every class, one number per class in label order, or label to number, where
        a label left out has none.
    labels : range
        The labels that the source has: from 0 for classes of images, from 1 for levels of texts.

    Raises
    ------
    ParamError
        If a list is longer or shorter than there are labels, or a mapping has another label.

    Examples
    --------
    >>> per_class("test_per_class", {1: 9}, range(3))
    {0: 0, 1: 9, 2: 0}
    >>> per_class("val_per_level", [9], range(1, 6))
    Traceback (most recent call last):
    stages.common.errors.ParamError: val_per_level: a list of 1 numbers, but the source has 5 levels
    """
    if isinstance(counts, int):
        return dict.fromkeys(labels, counts)
    if isinstance(counts, list):
        if len(counts) != len(labels):
            kind = "levels" if labels[0] else "classes"
            raise ParamError(
                key,
                message=f"a list of {len(counts)} numbers, but the source has {len(labels)} {kind}",
            )
        return dict(zip(labels, counts))
    for label in counts:
        if label not in labels:
            raise ParamError(
                key,
                message=f"unknown label {label}; the source's are {labels[0]} to {labels[-1]}",
            )
    return {label: counts.get(label, 0) for label in labels}


def rows_per_split(
    dataset: Dataset, rows_per_class: Sequence[int], classes: Sequence[str]
) -> dict[str, dict[int, int]]:
    """Return how many rows of each class every split takes.

    Parameters
    ----------
    dataset : Dataset
        The entry.
    rows_per_class : sequence of int
        How many rows of each class its source has, in label order.
    classes : sequence of str
        The name of each class, for the message.

    Raises
    ------
    ParamError
        If the source has fewer, test would be empty, or train have fewer than two classes.
    """
    counts = {}
    for split in SPLITS:
        key = f"{split}_per_class"
        counts[split] = per_class(key, getattr(dataset, key), range(len(rows_per_class)))
    for label, available in enumerate(rows_per_class):
        asked = {split: counts[split][label] for split in SPLITS if any(counts[split].values())}
        if sum(asked.values()) > available:
            parts = ", ".join(f"{count} for {split}" for split, count in asked.items())
            name = "" if classes[label] == str(label) else f" ({classes[label]})"
            raise ParamError(
                f"{max(asked, key=asked.__getitem__)}_per_class",
                message=(
                    f"class {label}{name} of {dataset.source} has {available} rows available, but "
                    f"{sum(asked.values())} are asked ({parts})"
                ),
            )
    if not any(counts["test"].values()):
        raise ParamError("test_per_class", message="no class has a test row; at least one must")
    if sum(count > 0 for count in counts["train"].values()) < 2:
        raise ParamError(
            "train_per_class", message="a classifier needs rows of two classes or more"
        )
    return counts
