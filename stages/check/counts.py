"""Counts per class or level as ``params.yaml`` may have them: a number, a list or a mapping."""

from __future__ import annotations


def per_class(
    counts: int | list[int] | dict[int, int], classes: int, first: int = 0
) -> dict[int, int]:
    """Expand a count to one number for each class or level.

    Parameters
    ----------
    counts : int, list of int or dict of int to int
        A number for every class, one number per class in label order, or label to number, where
        a label left out has none.
    classes : int
        How many classes or levels the source has.
    first : int
        The label of the first: 0 for the classes of images, 1 for the levels of texts.

    Returns
    -------
    dict of int to int
        A number of rows for every label.

    Examples
    --------
    >>> per_class(5, 3), per_class([5, 0, 4], 3), per_class({1: 9}, 3)
    ({0: 5, 1: 5, 2: 5}, {0: 5, 1: 0, 2: 4}, {0: 0, 1: 9, 2: 0})
    >>> per_class([5, 4], 2, first=1)
    {1: 5, 2: 4}
    """
    if isinstance(counts, int):
        return dict.fromkeys(range(first, first + classes), counts)
    if isinstance(counts, list):
        return dict(enumerate(counts, first))
    return {label: counts.get(label, 0) for label in range(first, first + classes)}


def check_labels(
    key: str, counts: int | list[int] | dict[int, int], labels: range, of: str
) -> None:
    """Check that counts are for the labels that the source has.

    Parameters
    ----------
    key : str
        The key of ``params.yaml`` within its entry, for the message.
    counts : int, list of int or dict of int to int
        As for `per_class`.
    labels : range
        What the source has.
    of : {"classes", "levels"}
        What the labels are of, for the message.

    Raises
    ------
    ValueError
        If a list is longer or shorter than there are labels, or a mapping has another label.

    Examples
    --------
    >>> check_labels("train_per_level", [9, 9], range(1, 6), "levels")
    Traceback (most recent call last):
    ValueError: .train_per_level: a list of 2 numbers, but the source has 5 levels
    """
    if isinstance(counts, list) and len(counts) != len(labels):
        raise ValueError(
            f".{key}: a list of {len(counts)} numbers, but the source has {len(labels)} {of}"
        )
    if isinstance(counts, dict):
        for label in counts:
            if label not in labels:
                raise ValueError(
                    f".{key}: unknown label {label}; the source's are {labels[0]} to {labels[-1]}"
                )
