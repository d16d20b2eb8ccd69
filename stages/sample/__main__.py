"""Stage `sample`: choose which rows of the source are the dataset's, class by class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.check.read import read_dataset, rows_per_split
from stages.common import command
from stages.common.blocks import copy_blocks, select
from stages.common.errors import ParamError
from stages.common.files import read_json, write_csv, write_json
from stages.sample.choose import choose
from stages.sample.curation import TooFewError
from stages.source.stored import read_source


def main(name: str) -> None:
    """Choose the rows of the dataset `name` from its source; write them to ``build/NAME/sample``.

    That folder gets the rows of each split with the generator's state, and a table of all rows of
    the dataset's classes with their difficulty, with their pixels in the same order.
    """
    dataset = read_dataset(name)
    source, out = Path("build/sources", dataset.source), Path("build", name, "sample")
    facts = read_json(source / "facts.json")
    try:
        counts = rows_per_split(dataset, facts["rows_per_class"], facts["classes"])
        data = read_source(source)
        chosen = choose(data, dataset, counts, facts["maximum"])
    except ParamError as error:
        raise error.within("datasets", name) from None
    except TooFewError as error:
        curated = dataset.strategy == "curated"
        key, other = ("strategy", "random") if curated else ("draw", "shuffle")
        value = getattr(dataset, key)
        hint = f"ask for fewer, or take the {key} {other}"
        raise ParamError("datasets", name, key, message=f"{value}: {error}; {hint}") from None
    rows = np.array([line[0] for line in chosen.table])
    copy_blocks(select(data.blocks, rows), out / "images.npy")
    write_csv(out / "rows.csv", [("row", "label", "tier", "difficulty"), *chosen.table])
    drawn = {split: of_split.tolist() for split, of_split in chosen.drawn.items()}
    write_json(out / "drawn.json", {**drawn, "generator": chosen.state})
    kept = {key: facts[key] for key in ("classes", "image_shape", "maximum")}
    write_json(out / "facts.json", {**kept, "normalize": dataset.normalize})


if __name__ == "__main__":
    command.run(main)
