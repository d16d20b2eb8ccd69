"""Stage `evaluate`: score the stored models on the rows that they were not trained on.

NumPy alone does it, from the stored weights, so that a figure belongs to a file that can be
checked, and anybody can recompute it without scikit-learn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from stages.common import command
from stages.common.arrays import read_split as read_arrays
from stages.common.files import read_csv, read_json, write_csv, write_json
from stages.common.pixels import to_inputs
from stages.evaluate.scores import scores_of, tables_of
from stages.train_mlp.mlp import logits
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError


def main(*, models: Path, test: Path, arrays: Path, split: Path, metrics: Path, out: Path) -> None:
    """Score the `models` on val, on the pickle `test` and on unused; write `metrics` and `out`."""
    facts = read_json(arrays / "facts.json")
    rows: dict[str, list[str]] = {}
    for line in read_csv(split):
        rows.setdefault(line["split"], []).append(line["row"])
    # The released test is scored, so that a figure is that of a file that anybody can check.
    splits = {
        name: read_split(test) if name == "test" else read_arrays(arrays / name)
        for name in ("val", "test", "unused")
        if name in rows
    }
    accuracy: dict[str, dict[str, float]] = {}
    details: dict[str, dict[str, Any]] = {}
    for path in sorted(models.glob("*.safetensors")):
        recipe, model = path.stem, load_file(path)
        predicted: dict[str, Any] = {}
        scores = details[recipe] = {}
        for name, (images, actual) in splits.items():
            outputs = logits(model, to_inputs(images, facts["maximum"]))
            guesses, scores[name] = scores_of(outputs, model["classes"], actual, facts["classes"])
            predicted[name] = (rows[name], actual, guesses)
        accuracy[recipe] = {name: score["accuracy"] for name, score in scores.items()}
        tables = tables_of(recipe, predicted, scores, model["classes"], facts["classes"])
        for table, lines in tables.items():
            write_csv(out / table / f"{recipe}.csv", lines)
    write_json(metrics, accuracy, indent=2)
    write_json(out / "details.json", details, indent=2)


if __name__ == "__main__":
    command.run(main, FormatError)
