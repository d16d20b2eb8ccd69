"""Stage `curve`: every training of a learning curve, and what they sum up to."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from experiments.curves.params import PARAMS, read_curves
from experiments.curves.summary import to_metrics, to_points, to_table
from experiments.curves.sweep import Plan, sweep
from stages.check.read import read_recipes
from stages.common import command
from stages.common.arrays import read_array
from stages.common.errors import ParamError
from stages.common.files import read_json, write_csv, write_json
from stages.common.yaml_file import locate

RESULTS = Path("experiments", "curves", "results")


def main(*, source: str) -> None:
    """Sweep the `source` as the parameters say, and write its table and its metrics."""
    curves, folder = read_curves(), Path("build", "sources", source)
    facts = read_json(folder / "facts.json")
    if not (folder / "images.npy").exists():
        message = "this source is read in parts, but a training needs all images in memory"
        raise locate(PARAMS, ParamError("sizes", source, message=message))
    sizes, rows_per_class = curves.sizes[source], facts["rows_per_class"]
    fewest = min(rows_per_class)
    if sizes[-1] >= fewest:
        rows = f"class {rows_per_class.index(fewest)} has {fewest} rows"
        message = f"{sizes[-1]}: {rows}, and one at least must be left to score on"
        raise locate(PARAMS, ParamError("sizes", source, len(sizes) - 1, message=message))
    plan = Plan(
        source=source,
        maximum=facts["maximum"],
        sizes=sizes,
        seeds=curves.seeds,
        steps=curves.steps,
        recipes={name: asdict(recipe) for name, recipe in read_recipes().items()},
    )
    images, labels = (read_array(folder / f"{part}.npy") for part in ("images", "labels"))
    points = to_points(sweep(plan, images, labels, Path("build", "curves", f"{source}.jsonl")))
    write_csv(RESULTS / f"{source}.csv", to_table(source, points))
    write_json(RESULTS / f"{source}.json", to_metrics(points, plan), indent=2)


if __name__ == "__main__":
    command.run(main)
