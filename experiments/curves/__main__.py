"""Stage `curve`: every training of a learning curve, and what they sum up to."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

from scipy import stats

from experiments.curves.params import PARAMS, read_curves
from experiments.curves.sweep import Plan, sweep
from experiments.curves.training import Score
from stages.common import command
from stages.common.arrays import read_arrays
from stages.common.errors import ParamError
from stages.common.files import read_json, write_csv, write_json
from stages.common.yaml_file import with_line
from stages.params.read import read_recipes

RESULTS = Path("experiments", "curves", "results")
# As many figures as the rows can tell apart.
DECIMALS = 6


def main(*, source: str) -> None:
    """Sweep the `source` as the parameters say, and write its table and its metrics."""
    curves, folder = read_curves(), Path("build", "sources", source)
    facts = read_json(folder / "facts.json")
    if not (folder / "images.npy").exists():
        message = "this source is read in parts, but a training needs all images in memory"
        raise with_line(PARAMS, ParamError("sizes", source, message=message))
    sizes, rows_per_class = curves.sizes[source], facts["rows_per_class"]
    fewest = min(rows_per_class)
    if sizes[-1] >= fewest:
        rows = f"class {rows_per_class.index(fewest)} has {fewest} rows"
        message = f"{sizes[-1]}: {rows}, and one at least must be left to score on"
        raise with_line(PARAMS, ParamError("sizes", source, len(sizes) - 1, message=message))
    recipes = {name: asdict(recipe) for name, recipe in read_recipes().items()}
    plan = Plan(source, facts["maximum"], sizes, curves.seeds, curves.steps, recipes)
    images, labels = read_arrays(folder)
    scores = sweep(plan, images, labels, Path("build", "curves", f"{source}.jsonl"))
    points: list[dict[str, Any]] = [
        {"recipe": recipe, "budget": budget, "size": size, **summarize([scores[t] for t in group])}
        for (recipe, budget, size), group in groupby(sorted(scores), key=lambda t: t[:3])
    ]
    lines = [["source", *points[0]]]
    means: dict[str, dict[str, float]] = {}
    for point in points:
        cells = (f"{x:.{DECIMALS}f}" if isinstance(x, float) else x for x in point.values())
        lines.append([source, *cells])
        if point["size"] == sizes[-1]:
            means.setdefault(point["recipe"], {})[point["budget"]] = point["mean"]
    write_csv(RESULTS / f"{source}.csv", lines)
    # `dvc metrics show` prints the means, and leaves out what is in lists.
    measured = [{"steps": plan.steps, "recipes": recipes}]
    metrics = {f"{sizes[-1]}_per_class": means, "measured": measured, "curve": points}
    write_json(RESULTS / f"{source}.json", metrics, indent=2)


def summarize(scores: Sequence[Score]) -> dict[str, float]:
    """Return mean, standard deviation and 95% interval of 2 accuracies or more.

    The interval is that of Student's t. The figures are the same on every machine, and in whatever
    order the scores are: all sums are exact, and IEEE 754 prescribes the rest.
    """
    n = len(scores)
    accuracies = [Fraction(correct, rows) for correct, rows in scores]
    mean = sum(accuracies, Fraction(0)) / n
    sd = math.sqrt(sum(((a - mean) ** 2 for a in accuracies), Fraction(0)) / (n - 1))
    # Rounded, because the last bits of a quantile depend on SciPy's version.
    half = round(float(stats.t.ppf(0.975, n - 1)), 3) * sd / math.sqrt(n)
    figures = {"mean": float(mean), "sd": sd, "low": float(mean) - half, "high": float(mean) + half}
    return {"trainings": n, **{name: round(value, DECIMALS) for name, value in figures.items()}}


if __name__ == "__main__":
    command.run(main)
