"""Confidence intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def wilson_interval(correct: int, rows: int) -> tuple[float, float]:
    """Return the 95% confidence interval of ``correct / rows`` by Wilson's score method.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.

    Examples
    --------
    >>> low, high = wilson_interval(47, 50)
    >>> round(low, 4), round(high, 4)
    (0.8378, 0.9794)
    """
    z = 1.959963984540054  # the normal distribution's 97.5% quantile
    fraction = correct / rows
    scale = 1 + z * z / rows
    center = (fraction + z * z / (2 * rows)) / scale
    half = z * math.sqrt(fraction * (1 - fraction) / rows + z * z / (4 * rows * rows)) / scale
    return max(0.0, center - half), min(1.0, center + half)


def most_frequent(score: Mapping[str, Any]) -> float:
    """Return the share of the class with most rows: what naming it for every row gets right."""
    return float(max(part["rows"] for part in score["by_class"].values()) / score["rows"])


def is_guess(score: Mapping[str, Any]) -> bool:
    """Return whether a score of stage `evaluate` can't be told from guessing.

    That is, whether its 95% interval reaches down to the share of the most frequent class.

    Examples
    --------
    >>> by_class = {"ash": {"rows": 20}, "oak": {"rows": 30}}
    >>> [
    ...     is_guess({"rows": 50, "interval_95": wilson_interval(right, 50), "by_class": by_class})
    ...     for right in (20, 36, 37)
    ... ]
    [True, True, False]
    """
    return bool(score["interval_95"][0] <= most_frequent(score))
