"""Stage `sample`: choose which rows of the source are the dataset's, class by class."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common import command
from stages.common.blocks import copy_blocks, select
from stages.common.distances import nearest
from stages.common.errors import ParamError
from stages.common.files import read_json, write_csv, write_json
from stages.params.model import SPLITS
from stages.params.read import read_dataset, rest_of, rows_per_split, warn_of_untrained
from stages.sample.curation import TooFewError, curate, difficulty, tiers
from stages.sample.draw import draw
from stages.sample.hash_draw import draw_blocks, parts, parts_of_groups, priorities_of_blocks
from stages.source.large import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from stages.common.arrays import Array, Ints
    from stages.common.blocks import Data
    from stages.params.model import Dataset

    Counts = Mapping[str, Mapping[int, int]]


def choose(
    data: Data, dataset: Dataset, counts: Counts, maximum: int
) -> tuple[dict[str, Ints], list[tuple[int, int, str, str]], np.random.RandomState | None]:
    """Choose the rows of every split, class after class, by the dataset's strategy and draw.

    `counts` have for each split how many rows of each class to take, every class of the source in
    label order; `maximum` is the largest value that a pixel can have. Raises TooFewError if there
    are too few rows for `curated`, or in a part of the range of hashes.

    Returns the rows of each split; row, label, tier and difficulty of the rows of all classes that
    the dataset has, ascending, or of the rows drawn alone where the source may be larger than
    memory, or of these and the side of test where it has groups; and the generator, with which
    stage `split` goes on, unless rows were drawn by hash.
    Tier and difficulty are empty where the source has no difficulties.
    """
    labels, seed = data.labels, dataset.seed
    classes = [label for label in counts["train"] if any(n[label] for n in counts.values())]
    rows = np.flatnonzero(np.isin(labels, classes))
    row_tiers, ratios = np.empty(0, str), np.empty(0)
    if data.neighbours is not None:
        ratios = difficulty(data.neighbours[rows], labels[rows], classes)
        row_tiers = tiers(ratios, labels[rows])
    generator = np.random.RandomState(seed) if dataset.draw == "shuffle" else None
    if dataset.strategy == "curated":
        known = select(data.blocks, rows), labels[rows], row_tiers, counts
        if generator:
            curated = curate(*known, shuffle=generator.shuffle, maximum=maximum)
        else:
            sort, may = by_hash(data, rows, counts, seed)
            curated = curate(*known, shuffle=sort, may=may, maximum=maximum)
            for chosen in curated.values():
                sort(chosen)
        drawn = {split: rows[chosen] for split, chosen in curated.items()}
    elif generator:
        drawn = draw(labels, counts, generator, dataset.test_draw or "next")
    else:
        in_label_order = {split: [*per_class.values()] for split, per_class in counts.items()}
        drawn = draw_blocks(data, in_label_order, seed, rest=rest_of(dataset))
    left = rows[:0] if data.is_large else rows
    if data.groups:
        # What is left on the side of train shows things that train knows: that would test nothing.
        part = parts_of_groups(data.groups, seed, has_val=any(counts["val"].values()))
        left = left[part[left] == SPLITS.index("test")]
    listed = np.union1d(np.concatenate([*drawn.values()]), left)
    cells = [("", "")] * len(listed)
    if data.neighbours is not None:
        cells = [(str(row_tiers[i]), f"{ratios[i]:.4f}") for i in np.searchsorted(rows, listed)]
    table = [(row, int(labels[row]), *cells[i]) for i, row in enumerate(listed.tolist())]
    return drawn, table, generator


def check_sides(data: Data, dataset: Dataset, counts: Counts, classes: Sequence[str]) -> None:
    """Raise a ParamError if the groups in a part of the range of hashes have too few rows."""
    if not data.groups:
        return
    part = parts_of_groups(data.groups, dataset.seed, has_val=any(counts["val"].values()))
    columns, keys = [["class", *classes]], []
    for i, split in enumerate(SPLITS):
        there = np.bincount(data.labels[part == i], minlength=len(classes)).tolist()
        asked = there if split == rest_of(dataset) else [*counts[split].values()]
        columns.append([split, *map("{} of {}".format, asked, there)])
        keys += [f"{split}_per_class"] * any(map(int.__gt__, asked, there))
    if keys:
        widths = [max(map(len, column)) for column in columns]
        rows = ("  ".join(map(str.ljust, row, widths)) for row in zip(*columns, strict=True))
        message = (
            f"the groups that seed {dataset.seed} puts on one side have too few rows of a class; "
            "ask for fewer, or take another seed. Asked and there are:"
        )
        raise ParamError(keys[0], message="\n  ".join([message, *map(str.rstrip, rows)]))


def by_hash(
    data: Data, rows: Ints, counts: Counts, seed: int
) -> tuple[Callable[[Ints], None], dict[str, Array]]:
    """Return how to sort rows by priority, and for each split whether it may take a row."""
    labels, ids = data.labels[rows], None if data.ids is None else data.ids[rows]
    priorities = priorities_of_blocks(select(data.blocks, rows), ids, seed)
    has_val = any(counts["val"].values())
    part = parts(priorities, has_val=has_val)
    if data.groups:
        part = parts_of_groups(data.groups, seed, has_val=has_val)[rows]

    def sort(members: Ints) -> None:
        members[:] = members[np.lexsort((members, labels[members], priorities[members]))]

    return sort, {split: part == i for i, split in enumerate(SPLITS)}


def without_repeats(data: Data) -> tuple[Data, Ints]:
    """Return the source as if it had one of each image, and the rows of it that are left."""
    rows = np.delete(np.arange(len(data.labels)), data.repeats)
    blocks, labels = select(data.blocks, rows), data.labels[rows]
    return data._replace(
        blocks=blocks,
        labels=labels,
        ids=None if data.ids is None else data.ids[rows],
        neighbours=None if data.neighbours is None else nearest(blocks, labels),
        groups=data.groups and data.groups._replace(of_row=data.groups.of_row[rows]),
    ), rows


def save_state(generator: np.random.RandomState) -> dict[str, Any]:
    """Return the state of a generator for JSON: the 624 words of MT19937, the place in them."""
    _, key, position, *_ = generator.get_state()
    return {"key": np.asarray(key).tolist(), "position": position}


def main(name: str) -> None:
    """Choose the rows of the dataset `name` from its source; write them to ``build/NAME/sample``.

    That folder gets the rows of each split with the generator's state, and a table of all rows of
    the dataset's classes with their difficulty, with their pixels in the same order.
    """
    dataset = read_dataset(name)
    source, out = Path("build/sources", dataset.source), Path("build", name, "sample")
    facts = read_json(source / "facts.json")
    try:
        data = open_source(source)
        left, rows = data, np.arange(len(data.labels))
        if dataset.duplicates == "drop" and len(data.repeats):
            left, rows = without_repeats(data)
            # What an error names.
            dataset = replace(dataset, source=f"{dataset.source} without duplicates")
        per_class = np.bincount(left.labels, minlength=len(facts["classes"])).tolist()
        counts = rows_per_split(dataset, per_class, facts["classes"])
        check_sides(left, dataset, counts, facts["classes"])
        drawn, table, generator = choose(left, dataset, counts, facts["maximum"])
        # The rest by hash is what there is in a part of the range, which may be nothing.
        n = len(per_class)
        taken = {split: left.labels[numbers] for split, numbers in drawn.items()}
        counts = {k: dict(enumerate(np.bincount(v, minlength=n))) for k, v in taken.items()}
        warn_of_untrained(name, counts, facts["classes"])
    except ParamError as error:
        raise error.within("datasets", name) from None
    except TooFewError as error:
        curated = dataset.strategy == "curated"
        key, other = ("strategy", "random") if curated else ("draw", "shuffle")
        message = f"{getattr(dataset, key)}: {error}; ask for fewer, or take the {key} {other}"
        raise ParamError("datasets", name, key, message=message) from None
    lines = [(int(rows[row]), *cells) for row, *cells in table]
    copy_blocks(select(data.blocks, np.array([row for row, *_ in lines])), out / "images.npy")
    write_csv(out / "rows.csv", [("row", "label", "tier", "difficulty"), *lines])
    of_splits = {split: rows[numbers].tolist() for split, numbers in drawn.items()}
    state = save_state(generator) if generator else None
    write_json(out / "drawn.json", {**of_splits, "generator": state})
    kept = {key: facts[key] for key in ("classes", "image_shape", "maximum")}
    write_json(out / "facts.json", {**kept, "normalize": dataset.normalize})


if __name__ == "__main__":
    command.run(main)
