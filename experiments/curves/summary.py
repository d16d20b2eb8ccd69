"""What the trainings of a learning curve sum up to: means, their spread and their intervals."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from experiments.curves.sweep import Plan, Training
    from experiments.curves.training import Score

# The 97.5% quantile of Student's t-distribution with 1, 2, ..., 30 degrees of freedom:
# NIST/SEMATECH, "e-Handbook of statistical methods", section 1.3.6.7.2. A constant, because the
# last bit of a library's quantile depends on its version.
T_975 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
# As many figures as the rows can tell apart.
DECIMALS = 6


def summarize(scores: Sequence[Score]) -> dict[str, float]:
    """Return mean, standard deviation and 95% interval of 2 to 31 accuracies.

    The interval is that of Student's t. The figures are the same on every machine, and in whatever
    order the scores are: all sums are exact, and IEEE 754 prescribes the rest.

    Examples
    --------
    >>> from experiments.curves.training import Score
    >>> summarize([Score(1, 4), Score(2, 4), Score(3, 4)])
    {'trainings': 3, 'mean': 0.5, 'sd': 0.25, 'low': -0.121085, 'high': 1.121085}
    """
    n = len(scores)
    accuracies = [Fraction(correct, rows) for correct, rows in scores]
    mean = sum(accuracies, Fraction(0)) / n
    sd = math.sqrt(sum(((a - mean) ** 2 for a in accuracies), Fraction(0)) / (n - 1))
    half = T_975[n - 2] * sd / math.sqrt(n)
    figures = {"mean": float(mean), "sd": sd, "low": float(mean) - half, "high": float(mean) + half}
    return {"trainings": n, **{name: round(value, DECIMALS) for name, value in figures.items()}}


def to_points(scores: Mapping[Training, Score]) -> list[dict[str, Any]]:
    """Sum up the trainings of every recipe, budget and size, in this order."""
    return [
        {"recipe": recipe, "budget": budget, "size": size, **summarize([scores[t] for t in group])}
        for (recipe, budget, size), group in groupby(sorted(scores), key=lambda t: t[:3])
    ]


def to_table(source: str, points: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Return the points of a curve as lines of cells, the header first."""
    lines: list[list[Any]] = [["source", *points[0]]]
    for point in points:
        cells = (f"{x:.{DECIMALS}f}" if isinstance(x, float) else x for x in point.values())
        lines.append([source, *cells])
    return lines


def to_metrics(points: Sequence[Mapping[str, Any]], plan: Plan) -> dict[str, Any]:
    """Return the points of a curve as metrics.

    The means of the largest size come first; then lists, which ``dvc metrics show`` leaves out.
    """
    largest = plan.sizes[-1]
    means: dict[str, dict[str, float]] = {}
    for point in points:
        if point["size"] == largest:
            means.setdefault(point["recipe"], {})[point["budget"]] = point["mean"]
    measured = {"steps": plan.steps, "recipes": plan.recipes}
    return {f"{largest}_per_class": means, "measured": [measured], "curve": points}
