"""Stage `curve_params`: check ``experiments/curves/params.yaml``, and write what each curve depends on.

As stage `params` does for ``params.yaml``: a file for each curve, so that a change reruns only the
curves that it concerns.
"""

from __future__ import annotations

from pathlib import Path

from experiments.curves.params import CURVES, read_curves
from stages.check.read import read_params
from stages.check.resolve import resolve
from stages.common import command
from stages.common.errors import StageError
from stages.common.files import write_json
from stages.source.large import Large


def main(*, out: Path | None = None) -> None:
    """Check experiments/curves/params.yaml; write the values of each curve to the folder `out`, if given."""
    params = read_params()
    sources = params.sources
    curves = read_curves({name: source.rows_per_class for name, source in sources.items()})
    for name in curves.sizes:
        if isinstance(sources[name], Large):
            raise StageError(
                f"{CURVES}: sizes.{name}: this source is read in parts, but a training needs all "
                "its images in memory"
            )
    print(f"{CURVES} is right; curves: {', '.join(curves.sizes)}")
    if not out:
        return
    recipes = resolve(params)["recipes.json"]
    for name, sizes in curves.sizes.items():
        values = {
            "sizes": sizes,
            "seeds": curves.seeds,
            "steps": curves.steps,
            "maximum": sources[name].maximum,
            "recipes": recipes,
        }
        write_json(out / f"{name}.json", values, indent=2)
    for path in out.glob("*.json"):
        if path.stem not in curves.sizes:
            path.unlink()


if __name__ == "__main__":
    command.run(main)
