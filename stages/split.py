"""Stage `split`: bring the rows of every split into their order, and list those left over."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.common import command
from stages.common.files import read_csv, read_json, write_csv
from stages.common.splits import SPLITS
from stages.sample.choose import order


def main(*, sample: Path, out: Path) -> None:
    """Order the rows in the folder `sample`; write a table of all splits and unused to `out`."""
    drawn = read_json(sample / "drawn.json")
    by_row = {int(line["row"]): line for line in read_csv(sample / "rows.csv")}
    splits = order(
        {split: np.array(drawn[split], np.int64) for split in SPLITS},
        np.array([*by_row], np.int64),
        drawn["generator"],
    )
    lines = [(name, *by_row[row].values()) for name, rows in splits.items() for row in rows]
    write_csv(out, [("split", "row", "label", "tier", "difficulty"), *lines])


if __name__ == "__main__":
    command.run(main)
