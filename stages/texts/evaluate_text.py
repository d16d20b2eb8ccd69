"""Stage `evaluate_text`: score a model of characters and a retrieval on a text."""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.files import write_json
from stages.texts.baselines import evaluate_text
from tinydatasets.texts import read_pairs
from tinydatasets.types import FormatError


def main(*, train: Path, val: Path, test: Path, metrics: Path) -> None:
    """Learn from the JSON Lines `train`, score on `val` and `test`, and write `metrics`."""
    figures = evaluate_text(read_pairs(train), read_pairs(val, may_be_empty=True), read_pairs(test))
    write_json(metrics, figures, indent=2)


if __name__ == "__main__":
    command.run(main, FormatError)
