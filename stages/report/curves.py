"""The learning curves of a source, as series of a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from stages.report.charts import COLOURS, Series, interval_chart, legend, line_chart

if TYPE_CHECKING:
    from collections.abc import Mapping

TICKS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
MARKS = (150, 1000)
# What the authors of TinyDigits claim of their two editions, for the recipe of a first lesson.
CLAIMED = {150: 0.2, 1000: 0.8}
CLAIM_SOURCE, CLAIM_RECIPE = "digits", "classroom"


def still_true(curve: Mapping[str, Any], recipes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `points` of a curve whose `recipes` are today's, and the `steps` of its budget.

    `curve` is what stage `curve` wrote as metrics, `recipes` are all of today by name.
    """
    (measured,) = curve["measured"]
    same = {name: of for name, of in measured["recipes"].items() if recipes.get(name) == of}
    points = [point for point in curve["curve"] if point["recipe"] in same]
    return {"points": points, "recipes": same, "steps": measured["steps"]}


def curves(curve: Mapping[str, Any], classes: int) -> dict[str, Any]:
    """Return charts of the accuracy over samples and over optimizer steps, as SVG.

    `curve` is what `still_true` returns, `classes` how many the source has. With the charts
    `samples` and `steps` comes the `legend` of the lines in both, and the number of `trainings` of
    a point; all is empty if the curve has no point.
    """
    if not curve["points"]:
        return {}
    over_samples, over_steps = [], []
    for number, (name, recipe) in enumerate(curve["recipes"].items()):
        colour = COLOURS[number % len(COLOURS)]
        for budget in ("epochs", "steps"):
            is_dashed = budget == "steps"
            words = f"{curve['steps']} steps" if is_dashed else f"{recipe['epochs']} epochs"
            points = _points(curve, name, budget, classes)
            by_samples = [(samples, *accuracy) for samples, accuracy in points]
            over_samples.append(Series(f"{name}, {words}", by_samples, colour, is_dashed))
            by_steps = [
                (curve["steps"] if is_dashed else _steps(samples, recipe), *accuracy)
                for samples, accuracy in points
            ]
            dots = [
                (steps, mean, samples == MARKS[-1])
                for (steps, mean, *_), (samples, _) in zip(by_steps, points, strict=True)
                if samples in MARKS
            ]
            # Of a fixed number of steps, a line would go straight up.
            line = [] if is_dashed else by_steps
            over_steps.append(Series(f"{name}, {words}", line, colour, is_dashed, dots))
    return {
        "samples": line_chart(
            "Accuracy by training samples", over_samples, "training samples", TICKS, MARKS
        ),
        "steps": line_chart(
            "Accuracy by optimizer steps", over_steps, "optimizer steps", TICKS, (curve["steps"],)
        ),
        "legend": legend(over_samples),
        "trainings": curve["points"][0]["trainings"],
    }


def claim(curve: Mapping[str, Any], classes: int) -> dict[str, Any] | None:
    """Compare what the authors of TinyDigits claim with what the curves show.

    Returns the `chart`, the figures, and whether they say that the claim is about steps; None if
    the curve has no such points.
    """
    accuracies = {
        (samples, budget): accuracy
        for budget in ("epochs", "steps")
        for samples, accuracy in _points(curve, CLAIM_RECIPE, budget, classes)
        if samples in CLAIMED
    }
    if len(accuracies) < 4:
        return None
    recipe, steps = curve["recipes"][CLAIM_RECIPE], curve["steps"]
    short, long = (_steps(samples, recipe) for samples in CLAIMED)
    few, longer, many = (
        accuracies[key] for key in ((150, "epochs"), (150, "steps"), (1000, "epochs"))
    )
    rows = [
        (f"150 samples, {short} steps ({recipe['epochs']} epochs)", *few),
        (f"150 samples, {steps} steps", *longer),
        (f"1000 samples, {long} steps ({recipe['epochs']} epochs)", *many),
    ]
    marks = [(value, f"claimed for {samples}") for samples, value in CLAIMED.items()]
    return {
        "chart": interval_chart("Accuracy with 150 and with 1000 samples", rows, marks),
        "few": few[0],
        "longer": longer[0],
        "many": many[0],
        "short": short,
        "long": long,
        "steps": steps,
        "trainings": curve["points"][0]["trainings"],
        # With as many steps the intervals overlap, and with fewer they do not.
        "is_about_steps": longer[2] >= many[1] and few[2] < many[1],
    }


def _points(
    curve: Mapping[str, Any], recipe: str, budget: str, classes: int
) -> list[tuple[int, tuple[float, float, float]]]:
    """Return the samples of each point of a line, and the mean with its interval."""
    return [
        (point["size"] * classes, (point["mean"], point["low"], point["high"]))
        for point in curve["points"]
        if (point["recipe"], point["budget"]) == (recipe, budget)
    ]


def _steps(samples: int, recipe: Mapping[str, Any]) -> int:
    """Return how many optimizer steps the epochs of a recipe are."""
    steps: int = recipe["epochs"] * math.ceil(samples / recipe["batch_size"])
    return steps
