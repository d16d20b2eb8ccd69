"""Stage `split`: bring the rows of train and test into their order, and list those left over."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.lib import command
from stages.lib.files import read_csv, read_json, write_csv
from stages.lib.sampling.choose import order, restore


def main(*, sample: Path, out: Path) -> None:
    """Order the rows in the folder `sample`; write a table of train, test and unused to `out`."""
    drawn = read_json(sample / "drawn.json")
    by_row = {int(line["row"]): line for line in read_csv(sample / "rows.csv")}
    splits = order(
        np.array(drawn["train"], np.int64),
        np.array(drawn["test"], np.int64),
        np.array([*by_row], np.int64),
        restore(drawn["generator"]),
    )
    lines = [(name, *by_row[row].values()) for name, rows in splits.items() for row in rows]
    write_csv(out, [("split", "row", "label", "tier", "difficulty"), *lines])


if __name__ == "__main__":
    command.run(main)
