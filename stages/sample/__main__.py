"""Stage `sample`: write the rows of the source that are a dataset's, and their pixels."""

from pathlib import Path
from typing import Any

import numpy as np

from stages.common import command
from stages.common.blocks import copy_blocks, select
from stages.common.files import read_json, write_csv, write_json
from stages.params.read import read_dataset
from stages.sample.choose import sample
from stages.source.large import open_source


def save_state(generator: np.random.RandomState) -> dict[str, Any]:
    """Return the state of a generator for JSON: the 624 words of MT19937, the place in them."""
    _, key, position, *_ = generator.get_state()
    return {"key": np.asarray(key).tolist(), "position": position}


def main(name: str) -> None:
    """Draw the dataset `name` from its source; write it to ``build/NAME/sample``.

    That folder gets the rows of each split with the generator's state, and a table of all rows to
    list with their difficulty, with their pixels in the same order.
    """
    dataset = read_dataset(name)
    source, out = Path("build/sources", dataset.source), Path("build", name, "sample")
    facts = read_json(source / "facts.json")
    data = open_source(source)
    splits, table, generator = sample(name, dataset, data, facts["classes"], facts["maximum"])
    copy_blocks(select(data.blocks, np.array([row for row, *_ in table])), out / "images.npy")
    write_csv(out / "rows.csv", [("row", "label", "tier", "difficulty"), *table])
    of_splits = {split: rows.tolist() for split, rows in splits.items()}
    state = save_state(generator) if generator else None
    write_json(out / "drawn.json", {**of_splits, "generator": state})
    kept = {key: facts[key] for key in ("classes", "image_shape", "maximum")}
    write_json(out / "facts.json", {**kept, "normalize": dataset.normalize})


if __name__ == "__main__":
    command.run(main)
