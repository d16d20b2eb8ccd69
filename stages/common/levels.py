"""The rows of a table of results on pairs: all of them, each level, and yes or no."""

from collections.abc import Sequence

from tinydatasets.types import Pair

# What val and test are called together, where a figure is of both.
HELD_OUT = "held out"


def rows_by_level(pairs: Sequence[Pair]) -> dict[str, list[int]]:
    """Return the rows of `pairs` by level: ``"all"``, then each level, then ``"yes or no"``.

    A pair is of "yes or no" if its answer begins with `Yes,` or `No,`; there may be none. Without
    any pairs there is no level.

    Examples
    --------
    >>> from tinydatasets import Pair
    >>> pairs = [Pair("1-01", 1, "Who are you?", "I am Tiny."),
    ...          Pair("2-01", 2, "Is snow white?", "Yes, snow is white.")]
    >>> rows_by_level(pairs)
    {'all': [0, 1], '1': [0], '2': [1], 'yes or no': [1]}
    """
    rows: dict[str, list[int]] = {"all": [*range(len(pairs))]} if pairs else {}
    for level in sorted({pair.level for pair in pairs}):
        rows[str(level)] = [row for row, pair in enumerate(pairs) if pair.level == level]
    if yes_or_no := [
        row for row, pair in enumerate(pairs) if pair.answer.startswith(("Yes,", "No,"))
    ]:
        rows["yes or no"] = yes_or_no
    return rows
