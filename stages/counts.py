"""Per-class counts as ``params.yaml`` may have them: a number, a list or a mapping."""

from __future__ import annotations


def per_class(counts: int | list[int] | dict[int, int], classes: int) -> dict[int, int]:
    """Spell a per-class count out.

    Parameters
    ----------
    counts : int, list of int or dict of int to int
        A number for every class, one number per class in label order, or label to number, where
        a label left out has none.
    classes : int
        How many classes the source has.

    Returns
    -------
    dict of int to int
        A number of rows for every label.

    Examples
    --------
    >>> per_class(5, 3), per_class([5, 0, 4], 3), per_class({1: 9}, 3)
    ({0: 5, 1: 5, 2: 5}, {0: 5, 1: 0, 2: 4}, {0: 0, 1: 9, 2: 0})
    """
    if isinstance(counts, int):
        return dict.fromkeys(range(classes), counts)
    if isinstance(counts, list):
        return dict(enumerate(counts))
    return {label: counts.get(label, 0) for label in range(classes)}
