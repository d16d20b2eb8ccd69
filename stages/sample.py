"""Stage `sample`: draw which rows of the source are the dataset's, class by class.

Two strategies: `random`, in ``stages/draw.py``, and `curated`, in ``stages/curation.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stages import shell
from stages.counts import per_class
from stages.curation import TooFewError, curate
from stages.difficulty import difficulty, tiers
from stages.draw import draw
from stages.shell import StageError

if TYPE_CHECKING:
    import numpy.typing as npt


def state(generator: np.random.RandomState) -> dict[str, Any]:
    """Give the state of a generator as JSON can hold it: the 624 words of MT19937, the place."""
    _, key, position, *_ = generator.get_state()
    return {"key": np.asarray(key).tolist(), "position": position}


def table(
    rows: npt.NDArray[np.int64], named: npt.NDArray[np.str_], ratios: npt.NDArray[np.float64]
) -> bytes:
    """Give a CSV of row, tier and difficulty, the last with 4 decimals."""
    lines = [
        f"{row},{tier},{ratio:.4f}\n" for row, tier, ratio in zip(rows, named, ratios, strict=True)
    ]
    return "".join(["row,tier,difficulty\n", *lines]).encode()


def main(name: str, *, source: Path, out: Path, difficulties: Path) -> None:
    """Draw the rows of the dataset `name` and write them with the generator's state to `out`.

    How hard each row of the dataset's classes is goes to `difficulties`.
    """
    params = shell.read_yaml(shell.PARAMS)
    dataset = params["datasets"][name]
    images = shell.read_array(source / "images.npy")
    labels = shell.read_array(source / "labels.npy")
    classes = int(labels.max()) + 1
    train_per_class = per_class(dataset["train_per_class"], classes)
    test_per_class = per_class(dataset["test_per_class"], classes)
    taken = [label for label in train_per_class if train_per_class[label] + test_per_class[label]]
    rows = np.flatnonzero(np.isin(labels, taken))
    ratios = difficulty(images[rows], labels[rows])
    named = tiers(ratios, labels[rows])
    generator = np.random.RandomState(dataset["seed"])
    if dataset.get("strategy", "random") == "curated":
        maximum = params["sources"][dataset["source"]]["maximum"]
        try:
            within = curate(
                images[rows],
                labels[rows],
                named,
                train_per_class,
                test_per_class,
                generator=generator,
                maximum=maximum,
            )
        except TooFewError as error:
            raise StageError(
                f"{shell.PARAMS}: datasets.{name}.strategy: curated: {error}; ask for fewer, or "
                "take the strategy random"
            ) from None
        train, test = rows[within[0]], rows[within[1]]
    else:
        train, test = draw(
            labels,
            train_per_class,
            test_per_class,
            generator,
            dataset.get("test_draw", "next"),
        )
    shell.write_bytes(difficulties, table(rows, named, ratios))
    shell.write_json(
        out, {"train": train.tolist(), "test": test.tolist(), "generator": state(generator)}
    )


if __name__ == "__main__":
    shell.run(main)
