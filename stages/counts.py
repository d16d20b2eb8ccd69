"""Counts per class or level as ``params.yaml`` may have them: a number, a list or a mapping."""

from __future__ import annotations

from typing import Final

LEVELS: Final = range(1, 6)
"""What texts are graded by, from greetings to short exchanges with context."""


def per_class(
    counts: int | list[int] | dict[int, int], classes: int, first: int = 0
) -> dict[int, int]:
    """Spell a count per class or level out.

    Parameters
    ----------
    counts : int, list of int or dict of int to int
        A number for every class, one number per class in label order, or label to number, where
        a label left out has none.
    classes : int
        How many classes the source has.
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
