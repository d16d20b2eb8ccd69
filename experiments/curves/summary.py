"""What the trainings of a learning curve sum up to: means, their spread and their intervals."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from experiments.curves.sweep import Training
    from experiments.curves.training import Score

# The 97.5% quantile of Student's t-distribution with 1, 2, ..., 30 degrees of freedom:
# NIST/SEMATECH, "e-Handbook of statistical methods", section 1.3.6.7.2. A constant, because the
# last bit of a library's quantile depends on its version.
T_975: Final = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
# As many figures as the rows can tell apart.
DECIMALS: Final = 6


class Point(NamedTuple):
    """A point of a curve: the accuracies of some trainings that differ in the seed alone.

    Attributes
    ----------
    trainings : int
        How many.
    mean, sd : float
        The mean of their accuracies and the standard deviation, with one less in the denominator.
    low, high : float
        The 95% interval of the mean: ``mean ± t * sd / sqrt(trainings)``.
    """

    trainings: int
    mean: float
    sd: float
    low: float
    high: float


def summarize(scores: Sequence[Score]) -> Point:
    """Sum up trainings that differ in the seed alone.

    Parameters
    ----------
    scores : sequence of Score
        From 2 to 31.

    Returns
    -------
    Point
        The same to the last bit on every machine, and in whatever order the scores are: all sums
        are exact, and IEEE 754 prescribes the rest.

    Examples
    --------
    >>> from experiments.curves.training import Score
    >>> point = summarize([Score(1, 4), Score(2, 4), Score(3, 4)])
    >>> point.trainings, point.mean, point.sd
    (3, 0.5, 0.25)
    >>> round(point.low, 4), round(point.high, 4)
    (-0.1211, 1.1211)
    """
    n = len(scores)
    accuracies = [Fraction(correct, rows) for correct, rows in scores]
    mean = sum(accuracies, Fraction(0)) / n
    sd = math.sqrt(sum(((a - mean) ** 2 for a in accuracies), Fraction(0)) / (n - 1))
    half = T_975[n - 2] * sd / math.sqrt(n)
    return Point(n, float(mean), sd, float(mean) - half, float(mean) + half)


def points(scores: Mapping[Training, Score]) -> dict[tuple[str, str, int], Point]:
    """Sum up the trainings of every recipe, budget and size.

    Parameters
    ----------
    scores : mapping of Training to Score
        All trainings of a curve, in any order.

    Returns
    -------
    dict of (str, str, int) to Point
        Sorted by recipe, budget and size.
    """
    return {
        point: summarize([scores[one] for one in of_point])
        for point, of_point in groupby(sorted(scores), key=lambda one: one[:3])
    }


def to_table(source: str, found: Mapping[tuple[str, str, int], Point]) -> list[tuple[Any, ...]]:
    """Give the points of a curve as lines of cells, the header first."""
    return [
        ("source", "recipe", "budget", "size", *Point._fields),
        *(
            (source, *which, point.trainings, *(f"{figure:.{DECIMALS}f}" for figure in point[1:]))
            for which, point in found.items()
        ),
    ]


def to_metrics(
    found: Mapping[tuple[str, str, int], Point], asked: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the points of a curve as metrics.

    Parameters
    ----------
    found : mapping of (str, str, int) to Point
        What `points` gives.
    asked : mapping
        What stage `curve_params` wrote: `steps` and `recipes` among others.

    Returns
    -------
    dict
        The means of the largest size, which ``dvc metrics show FILE`` prints; and two lists, which
        it does not: ``measured``, with the steps and recipes in its only entry, and ``curve``, all
        points.
    """
    largest = max(size for _, _, size in found)
    means: dict[str, dict[str, float]] = {}
    for (recipe, budget, size), point in found.items():
        if size == largest:
            means.setdefault(recipe, {})[budget] = round(point.mean, DECIMALS)
    curve = [
        {
            **dict(zip(("recipe", "budget", "size"), which, strict=True)),
            "trainings": point.trainings,
            **{
                name: round(figure, DECIMALS)
                for name, figure in zip(Point._fields[1:], point[1:], strict=True)
            },
        }
        for which, point in found.items()
    ]
    measured = {key: asked[key] for key in ("steps", "recipes")}
    return {f"{largest}_per_class": means, "measured": [measured], "curve": curve}
