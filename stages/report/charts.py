"""Charts as SVG, of learning curves and of intervals; ``charts.svg.j2`` draws them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stages.common.templates import environment

# Colours that people with any colour vision tell apart, on white and on black; after Okabe and Ito.
COLOURS = ("#0a7abf", "#d55e00", "#00966d", "#b9609a", "#a87900", "#5b7f95")
WIDTH, HEIGHT = 420, 260
LEFT, TOP, RIGHT, BOTTOM = 48, 16, 24, 48

TICKS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
MARKS = (150, 1000)
# What the authors of TinyDigits claim of their two editions, for the recipe of a first lesson.
CLAIMED = {150: 0.2, 1000: 0.8}
CLAIM_SOURCE, CLAIM_RECIPE = "digits", "classroom"
_MACROS = environment("stages.report").get_template("charts.svg.j2", globals=globals())


@dataclass(frozen=True)
class Series:
    """A line of a chart, which the legend calls `name`.

    Of each point it has x, above 0, and from 0 to 1 its y and the ends of its interval; of each dot
    x, y, and whether it is filled.
    """

    name: str
    points: Sequence[tuple[float, float, float, float]]
    colour: str
    is_dashed: bool = False
    dots: Sequence[tuple[float, float, bool]] = ()


def line_chart(title: str, series: Sequence[Series], x_label: str, marks: Sequence[int]) -> str:
    """Return an SVG of lines with bands over a logarithmic axis that is called `x_label`.

    A screen reader says `title`. A vertical line with its number stands at each of `marks`.
    """
    all_x = [point[0] for line in series for point in (*line.points, *line.dots)]
    low, high = math.log(min(all_x)), math.log(max(all_x))
    # There may be a single x.
    length = (high - low) or 1.0

    def place(x: float) -> float:
        return (math.log(x) - low) / length

    ticks, marks = ([n for n in all_n if low <= math.log(n) <= high] for all_n in (TICKS, marks))
    return _draw("line_chart", title, series, x_label, ticks, marks, place)


def interval_chart(
    title: str,
    rows: Sequence[tuple[str, float, float, float]],
    marks: Sequence[tuple[float, str]] = (),
) -> str:
    """Return an SVG of a point with its interval for each row, over an axis from 0 to 100%.

    A row is its label, its value and the ends of its interval. A vertical line stands at the value
    of each of `marks`, under its label.
    """
    return _draw("interval_chart", title, rows, marks)


def still_true(curve: Mapping[str, Any], recipes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `points` of a curve whose `recipes` are today's, and the `steps` of its budget.

    `curve` is what stage `curve` wrote as metrics, `recipes` are all of today by name.
    """
    (measured,) = curve["measured"]
    same = {name: old for name, old in measured["recipes"].items() if recipes.get(name) == old}
    points = [point for point in curve["curve"] if point["recipe"] in same]
    return {"points": points, "recipes": same, "steps": measured["steps"]}


def curves(curve: Mapping[str, Any], classes: int) -> dict[str, Any]:
    """Return charts of the accuracy over `samples` and over optimizer `steps`, as SVG.

    `curve` is what `still_true` returns, `classes` how many the source has. Beside the charts there
    are the `legend` of the lines in both, and the number of `trainings` of a point; all is empty if
    the curve has no point.
    """
    if not curve["points"]:
        return {}
    over_samples, over_steps = [], []
    for number, (name, recipe) in enumerate(curve["recipes"].items()):
        colour = COLOURS[number % len(COLOURS)]
        for budget in ("epochs", "steps"):
            is_dashed = budget == "steps"
            length = f"{curve['steps']} steps" if is_dashed else f"{recipe['epochs']} epochs"
            label = f"{name}, {length}"
            points = _points(curve, name, budget, classes)
            over_samples.append(Series(label, points, colour, is_dashed))
            by_steps = [
                (curve["steps"] if is_dashed else _steps(samples, recipe), mean, low, high)
                for samples, mean, low, high in points
            ]
            dots = [
                (steps, mean, samples == MARKS[-1])
                for (steps, mean, *_), (samples, *_) in zip(by_steps, points, strict=True)
                if samples in MARKS
            ]
            # Of a fixed number of steps, a line would go straight up.
            over_steps.append(Series(label, [] if is_dashed else by_steps, colour, is_dashed, dots))
    return {
        "samples": line_chart(
            "Accuracy by training samples", over_samples, "training samples", MARKS
        ),
        "steps": line_chart(
            "Accuracy by optimizer steps", over_steps, "optimizer steps", (curve["steps"],)
        ),
        "legend": _legend(over_samples),
        "trainings": curve["points"][0]["trainings"],
    }


def contexts_chart(curve: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `chart` of the accuracy over contexts as SVG, a line for each size; its `legend`.

    `curve` is what stage `contexts` measured. The bands are standard deviations.
    """
    sizes = sorted({point["fillers"] for point in curve["points"]})
    lines = [
        Series(
            f"{size} names, {size} verbs",
            [
                (point["contexts"], *with_spread(point["exact"], point["exact_sd"]))
                for point in curve["points"]
                if point["fillers"] == size
            ],
            COLOURS[number % len(COLOURS)],
        )
        for number, size in enumerate(sizes)
    ]
    chart = line_chart("Accuracy by training contexts", lines, "training contexts", ())
    return {"chart": chart, "legend": _legend(lines)}


def with_spread(mean: float, sd: float) -> tuple[float, float, float]:
    """Return the mean of fractions, and the ends of an interval of one standard deviation."""
    return mean, max(mean - sd, 0.0), min(mean + sd, 1.0)


def claim(curve: Mapping[str, Any], classes: int) -> dict[str, Any] | None:
    """Return what the authors of TinyDigits claim as a chart and figures, if they were measured."""
    accuracies = {
        (point[0], budget): point[1:]
        for budget in ("epochs", "steps")
        for point in _points(curve, CLAIM_RECIPE, budget, classes)
        if point[0] in CLAIMED
    }
    if len(accuracies) < 4:
        return None
    recipe, steps = curve["recipes"][CLAIM_RECIPE], curve["steps"]
    short, long = (_steps(samples, recipe) for samples in CLAIMED)
    few, longer = accuracies[150, "epochs"], accuracies[150, "steps"]
    many = accuracies[1000, "epochs"]
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


def _legend(lines: Sequence[Series]) -> list[tuple[str, str]]:
    """Return of each line a drawing, and its name."""
    return [(_draw("sample", line), line.name) for line in lines]


def _draw(name: str, *values: Any) -> str:
    """Return what a macro of ``charts.svg.j2`` makes of some values, in one line."""
    return "".join(map(str.strip, getattr(_MACROS.module, name)(*values).splitlines()))


def _points(
    curve: Mapping[str, Any], recipe: str, budget: str, classes: int
) -> list[tuple[int, float, float, float]]:
    """Return the samples of each point of a line, and the mean with its interval."""
    return [
        (point["size"] * classes, point["mean"], point["low"], point["high"])
        for point in curve["points"]
        if (point["recipe"], point["budget"]) == (recipe, budget)
    ]


def _steps(samples: int, recipe: Mapping[str, Any]) -> int:
    """Return how many optimizer steps the epochs of a recipe are."""
    return int(recipe["epochs"] * math.ceil(samples / recipe["batch_size"]))
