"""Stage `evaluate_text`: score a model of characters and a retrieval on a text."""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.files import write_json
from stages.texts.baselines import evaluate_text
from tinydatasets.texts import read_splits
from tinydatasets.types import FormatError


def main(*, dataset: Path, metrics: Path) -> None:
    """Learn from train of the folder `dataset`, score on val and test, and write `metrics`."""
    write_json(metrics, evaluate_text(*read_splits(dataset)), indent=2)


if __name__ == "__main__":
    command.run(main, FormatError)
