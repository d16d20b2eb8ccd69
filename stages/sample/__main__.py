"""Stage `sample`: choose which rows of the source are the dataset's, class by class."""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import read_json, write_csv, write_json
from stages.common.splits import SPLITS
from stages.sample.choose import choose
from stages.sample.curation import TooFewError
from stages.source.stored import read_source


def main(*, params: Path, source: Path, out: Path) -> None:
    """Choose the rows of the dataset that the file `params` describes; write to the folder `out`.

    It gets the rows of each split with the generator's state, and a table of all rows of the
    dataset's classes with their difficulty.
    """
    dataset = read_json(params)
    counts = {split: dict(enumerate(dataset[f"{split}_per_class"])) for split in SPLITS}
    same = {key: dataset[key] for key in ("strategy", "draw", "seed", "test_draw", "maximum")}
    try:
        chosen = choose(read_source(source), counts=counts, **same)
    except TooFewError as error:
        key, other = (
            ("strategy", "random") if same["strategy"] == "curated" else ("draw", "shuffle")
        )
        raise StageError(
            f"params.yaml: datasets.{params.stem}.{key}: {same[key]}: {error}; ask for fewer, or "
            f"take the {key} {other}"
        ) from None
    rows = {split: of_split.tolist() for split, of_split in chosen.drawn.items()}
    write_json(out / "drawn.json", {**rows, "generator": chosen.state})
    write_csv(out / "rows.csv", [("row", "label", "tier", "difficulty"), *chosen.table])


if __name__ == "__main__":
    command.run(main)
