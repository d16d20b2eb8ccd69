"""Stage `evaluate`: score the stored models on the rows that they were not trained on.

NumPy alone does it, from the stored weights, so that a figure belongs to a file that can be
checked, and anybody can recompute it without scikit-learn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from stages.common import command
from stages.common.arrays import read_split
from stages.common.files import read_csv, read_json, write_csv, write_json
from stages.common.images import to_inputs
from stages.evaluate.scores import score_split
from stages.train_mlp.mlp import logits

PREDICTIONS = ("recipe", "split", "row", "actual", "predicted")


def main(name: str) -> None:
    """Score the models of the dataset `name` on val, test and the unused rows.

    Writes ``metrics/NAME.json``, and the details and every prediction to ``build/NAME``.
    """
    build = Path("build", name)
    facts = read_json(build / "arrays/facts.json")
    names = facts["classes"]
    rows: dict[str, list[str]] = {}
    for line in read_csv(build / "arrays/split.csv"):
        rows.setdefault(line["split"], []).append(line["row"])
    splits = [split for split in ("val", "test", "unused") if split in rows]
    accuracy: dict[str, dict[str, float]] = {}
    details: dict[str, dict[str, Any]] = {}
    for path in sorted(build.glob("models/*.safetensors")):
        recipe, model = path.stem, load_file(path)
        details[recipe], lines = {}, []
        for split in splits:
            images, actual = read_split(build / "arrays" / split)
            outputs = logits(model, to_inputs(images, facts["maximum"]))
            predicted, details[recipe][split] = score_split(
                outputs, model["classes"], actual, names
            )
            lines += [
                (recipe, split, row, names[label], names[guess])
                for row, label, guess in zip(rows[split], actual, predicted, strict=True)
            ]
        accuracy[recipe] = {split: score["accuracy"] for split, score in details[recipe].items()}
        write_csv(build / f"predictions/{recipe}.csv", [PREDICTIONS, *lines])
    write_json(Path("metrics", f"{name}.json"), accuracy, indent=2)
    write_json(build / "details.json", details, indent=2)


if __name__ == "__main__":
    command.run(main)
