"""The learning curves of a source, as series of a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from stages.lib.report.charts import COLOURS, Series, interval_chart, legend, line_chart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Rows = Sequence[Mapping[str, str]]

TICKS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
MARKS = (150, 1000)
# What the authors of TinyDigits claim of their two editions, for the recipe of a first lesson.
CLAIMED = {150: 0.2, 1000: 0.8}
CLAIM_RECIPE = "classroom"


def curves(rows: Rows, recipes: Mapping[str, Any], classes: int, steps: int) -> dict[str, Any]:
    """Draw the accuracy over samples and over optimizer steps.

    Parameters
    ----------
    rows : rows
        The lines of a table of ``curves/``.
    recipes : mapping
        All recipes by name.
    classes : int
        How many classes the source has.
    steps : int
        The optimizer steps of the budget ``steps``.

    Returns
    -------
    dict
        The charts `samples` and `steps`, as SVG, and the `legend` of the lines in both; empty if no
        recipe of today was measured.
    """
    names = [name for name in dict.fromkeys(row["recipe"] for row in rows) if name in recipes]
    if not names:
        return {}
    over_samples, over_steps = [], []
    for number, recipe in enumerate(names):
        colour = COLOURS[number % len(COLOURS)]
        for budget in ("epochs", "steps"):
            points = _points(rows, recipe, budget)
            words = (
                f"{recipes[recipe]['epochs']} epochs" if budget == "epochs" else f"{steps} steps"
            )
            is_dashed = budget == "steps"
            by_samples = [(size * classes, mean, low, high) for size, mean, low, high in points]
            over_samples.append(Series(f"{recipe}, {words}", by_samples, colour, is_dashed))
            by_steps = [
                (_steps(samples, recipes[recipe]) if budget == "epochs" else steps, mean, low, high)
                for samples, mean, low, high in by_samples
            ]
            dots = [
                (x, y, samples == MARKS[-1])
                for (x, y, *_), (samples, *_) in zip(by_steps, by_samples, strict=True)
                if samples in MARKS
            ]
            # Of a fixed number of steps, a line would go straight up.
            line = [] if is_dashed else by_steps
            over_steps.append(Series(f"{recipe}, {words}", line, colour, is_dashed, dots))
    return {
        "samples": line_chart(
            "Accuracy by training samples",
            over_samples,
            "training samples",
            TICKS,
            MARKS,
        ),
        "steps": line_chart(
            "Accuracy by optimizer steps", over_steps, "optimizer steps", TICKS, (steps,)
        ),
        "legend": legend(over_samples),
    }


def claim(
    rows: Rows, recipes: Mapping[str, Any], classes: int, steps: int
) -> dict[str, Any] | None:
    """Compare what the authors of TinyDigits claim with what the curves show.

    Parameters
    ----------
    rows, recipes, classes, steps
        As for `curves`.

    Returns
    -------
    dict or None
        The `chart`, and the figures in percent; None if the curve has no such points.
    """
    found = {
        (samples, budget): point[1:]
        for samples in CLAIMED
        for budget in ("epochs", "steps")
        for point in _points(rows, CLAIM_RECIPE, budget)
        if point[0] * classes == samples
    }
    if len(found) < 4 or CLAIM_RECIPE not in recipes:
        return None
    recipe = recipes[CLAIM_RECIPE]
    short, long = (_steps(samples, recipe) for samples in CLAIMED)
    shown = [
        (f"150 samples, {short} steps ({recipe['epochs']} epochs)", found[150, "epochs"]),
        (f"150 samples, {steps} steps", found[150, "steps"]),
        (f"1000 samples, {long} steps ({recipe['epochs']} epochs)", found[1000, "epochs"]),
    ]
    marks = [(value, f"claimed for {samples}") for samples, value in CLAIMED.items()]
    return {
        "chart": interval_chart(
            "Accuracy with 150 and with 1000 samples",
            [(label, *figures) for label, figures in shown],
            marks,
        ),
        "few": found[150, "epochs"][0],
        "longer": found[150, "steps"][0],
        "many": found[1000, "epochs"][0],
        "short": short,
        "long": long,
        "steps": steps,
    }


def _points(rows: Rows, recipe: str, budget: str) -> list[tuple[int, float, float, float]]:
    return [
        (int(row["size"]), float(row["mean"]), float(row["low"]), float(row["high"]))
        for row in rows
        if (row["recipe"], row["budget"]) == (recipe, budget)
    ]


def _steps(samples: int, recipe: Mapping[str, Any]) -> int:
    """Give how many optimizer steps the epochs of a recipe are."""
    steps: int = recipe["epochs"] * math.ceil(samples / recipe["batch_size"])
    return steps
