"""Confidence intervals."""

from __future__ import annotations

import math


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
