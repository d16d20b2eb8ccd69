"""Stage `split`: bring the rows of every split into their order, and list those left over."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stages.common import command
from stages.common.files import read_csv, read_json, write_csv
from stages.params.model import SPLITS


def order(
    drawn: Mapping[str, Sequence[int]], rows: Iterable[int], state: Mapping[str, Any] | None
) -> dict[str, list[int]]:
    """Bring the rows of each split into their final order, and list those that none of them uses.

    Where they were drawn by a generator, whose `state` that is, it shuffles train, then test, then
    val. Rows that were drawn by hash are in their order already.

    Examples
    --------
    >>> from stages.sample.__main__ import save_state
    >>> drawn = {"train": [0, 5], "val": [4], "test": [2, 1]}
    >>> order(drawn, range(6), save_state(np.random.RandomState(3)))
    {'train': [5, 0], 'val': [4], 'test': [1, 2], 'unused': [3]}
    """
    ordered = {split: np.array(drawn[split], np.int64) for split in SPLITS}
    if state:
        generator, key = np.random.RandomState(), np.array(state["key"], np.uint32)
        generator.set_state(("MT19937", key, state["position"], 0, 0.0))
        # Val is last, so that it changes neither of the others.
        for split in ("train", "test", "val"):
            ordered[split] = generator.permutation(ordered[split])
    taken = {row for of_split in drawn.values() for row in of_split}
    unused = [row for row in rows if row not in taken]
    return {**{split: of_split.tolist() for split, of_split in ordered.items()}, "unused": unused}


def main(name: str) -> None:
    """Order the rows of the dataset `name`; write a table of all splits and of unused rows."""
    sample = Path("build", name, "sample")
    drawn = read_json(sample / "drawn.json")
    by_row = {int(line["row"]): line for line in read_csv(sample / "rows.csv")}
    splits = order({split: drawn[split] for split in SPLITS}, by_row, drawn["generator"])
    lines = [(split, *by_row[row].values()) for split, rows in splits.items() for row in rows]
    write_csv(
        sample.with_name("split.csv"), [("split", "row", "label", "tier", "difficulty"), *lines]
    )


if __name__ == "__main__":
    command.run(main)
