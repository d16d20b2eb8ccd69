"""Stage `curve`: every training of a learning curve, and what they sum up to.

A training takes up to half a second, and there are hundreds. Each result is stored at once, so that
a run that was stopped or killed goes on where it was.
"""

from __future__ import annotations

from pathlib import Path

from experiments.curves.summary import points, to_metrics, to_table
from experiments.curves.sweep import sweep
from stages.common import command
from stages.common.arrays import read_array
from stages.common.files import read_json, write_csv, write_json


def main(*, params: Path, source: Path, results: Path, out: Path, metrics: Path) -> None:
    """Sweep the `source` as the file `params` says, adding to `results`; write `out`, `metrics`."""
    images, labels = (read_array(source / f"{part}.npy") for part in ("images", "labels"))
    asked = read_json(params)
    found = points(sweep(images, labels, asked, results, params.stem))
    write_csv(out, to_table(params.stem, found))
    write_json(metrics, to_metrics(found, asked), indent=2)


if __name__ == "__main__":
    command.run(main)
