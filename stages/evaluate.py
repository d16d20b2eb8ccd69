"""Stage `evaluate`: score the stored models on the rows that they were not trained on.

NumPy alone does it, from the stored weights, so that a figure belongs to a file that can be
checked, and anybody can recompute it without scikit-learn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from stages.lib import command
from stages.lib.arrays import read_array
from stages.lib.files import read_csv, read_json, write_csv, write_json
from stages.lib.models.mlp import logits
from stages.lib.models.scores import describe, tables
from stages.lib.pixels import to_inputs
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError, Split


def main(
    *, params: Path, models: Path, test: Path, arrays: Path, split: Path, metrics: Path, out: Path
) -> None:
    """Score the `models` on the pickle `test` and on the unused rows; write `metrics` and `out`."""
    maximum = read_json(params)["maximum"]
    rows: dict[str, list[str]] = {"test": [], "unused": []}
    for line in read_csv(split):
        rows.setdefault(line["split"], []).append(line["row"])
    splits = {"test": read_split(test)}
    if rows["unused"]:
        images = read_array(arrays / "unused" / "images.npy")
        splits["unused"] = Split(images, read_array(arrays / "unused" / "labels.npy"))
    accuracy: dict[str, dict[str, float]] = {}
    details: dict[str, dict[str, Any]] = {}
    for path in sorted(models.glob("*.safetensors")):
        recipe, model = path.stem, load_file(path)
        predicted = {}
        details[recipe] = {}
        for name, (images, actual) in splits.items():
            scores = logits(model, to_inputs(images, maximum))
            guesses, details[recipe][name] = describe(scores, model["classes"], actual)
            predicted[name] = (rows[name], actual, guesses)
        accuracy[recipe] = {name: of["accuracy"] for name, of in details[recipe].items()}
        by_class = {name: of["by_class"] for name, of in details[recipe].items()}
        for table, lines in tables(recipe, predicted, by_class, model["classes"]).items():
            write_csv(out / table / f"{recipe}.csv", lines)
    write_json(metrics, accuracy, indent=2)
    write_json(out / "details.json", details, indent=2)


if __name__ == "__main__":
    command.run(main, FormatError)
