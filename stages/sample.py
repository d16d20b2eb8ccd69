"""Stage `sample`: draw which rows of the source are the dataset's, class by class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from stages import shell
from stages.counts import per_class
from stages.draw import draw


def state(generator: np.random.RandomState) -> dict[str, Any]:
    """Give the state of a generator as JSON can hold it: the 624 words of MT19937, the place."""
    _, key, position, *_ = generator.get_state()
    return {"key": np.asarray(key).tolist(), "position": position}


def main(name: str, *, source: Path, out: Path) -> None:
    """Draw the rows of the dataset `name` and write them with the generator's state to `out`."""
    dataset = shell.read_yaml(shell.PARAMS)["datasets"][name]
    labels = shell.read_array(source / "labels.npy")
    classes = int(labels.max()) + 1
    generator = np.random.RandomState(dataset["seed"])
    train, test = draw(
        labels,
        per_class(dataset["train_per_class"], classes),
        per_class(dataset["test_per_class"], classes),
        generator,
        dataset.get("test_draw", "next"),
    )
    shell.write_json(
        out, {"train": train.tolist(), "test": test.tolist(), "generator": state(generator)}
    )


if __name__ == "__main__":
    shell.run(main)
