"""Which rows of a source a dataset takes, by its counts, its strategy and its draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from stages.common.arrays import Array, Ints
from stages.common.blocks import Data, select, take
from stages.common.distances import nearest
from stages.common.equal import find_in
from stages.common.errors import ParamError
from stages.params.model import SPLITS, Dataset
from stages.params.read import rest_of, rows_per_split, warn_of_untrained
from stages.sample.curation import TooFewError, curate, difficulty, tiers
from stages.sample.draw import draw
from stages.sample.hash_draw import draw_blocks, parts, parts_of_groups, priorities_of_blocks

Counts = Mapping[str, Mapping[int, int]]


class Sample(NamedTuple):
    """The rows of a source that are a dataset's."""

    splits: dict[str, Ints]
    """The rows of each split."""
    table: list[tuple[int, int, str, str]]
    """Row, label, tier and difficulty of each row to list, ascending; `choose` says which."""
    generator: np.random.RandomState | None
    """With which stage `split` goes on, unless rows were drawn by hash."""


def sample(name: str, dataset: Dataset, data: Data, classes: Sequence[str], maximum: int) -> Sample:
    """Return the sample of the dataset `name` from its source, or raise a ParamError.

    `classes` are the names of all classes of the source; `maximum` is the largest value that a
    pixel can have.
    """
    left, rows = data, np.arange(len(data.labels))
    try:
        if dataset.duplicates == "drop" and len(data.repeats):
            left, rows = without_repeats(data)
            # What an error names.
            dataset = replace(dataset, source=f"{dataset.source} without duplicates")
        per_class = np.bincount(left.labels, minlength=len(classes)).tolist()
        counts = rows_per_split(dataset, per_class, classes)
        sides = None
        if left.groups:
            has_val = any(counts["val"].values())
            sides = parts_of_groups(left.groups, dataset.seed, has_val=has_val)
            check_sides(sides, left.labels, dataset, counts, classes)
        splits, table, generator = choose(left, sides, dataset, counts, maximum)
        # The rest by hash is what there is in a part of the range, which may be nothing.
        n = len(classes)
        taken = {split: left.labels[numbers] for split, numbers in splits.items()}
        counts = {k: dict(enumerate(np.bincount(v, minlength=n))) for k, v in taken.items()}
        warn_of_untrained(name, counts, classes)
    except ParamError as error:
        raise error.within("datasets", name) from None
    except TooFewError as error:
        curated = dataset.strategy == "curated"
        key, other = ("strategy", "random") if curated else ("draw", "shuffle")
        label, class_name = error.label, classes[error.label]
        named = label if class_name == str(label) else f"{label} ({class_name})"
        message = (
            f"{getattr(dataset, key)}: class {named} {error.there}; ask for fewer, or take the "
            f"{key} {other}"
        )
        raise ParamError("datasets", name, key, message=message) from None
    return Sample(
        {split: rows[numbers] for split, numbers in splits.items()},
        [(int(rows[row]), label, tier, ratio) for row, label, tier, ratio in table],
        generator,
    )


def choose(
    data: Data, sides: Array | None, dataset: Dataset, counts: Counts, maximum: int
) -> Sample:
    """Choose the rows of every split, class after class, by the dataset's strategy and draw.

    `counts` have for each split how many rows of each class to take, every class of the source in
    label order; `sides` are the parts of the rows' groups, where there are groups. Raises
    TooFewError if there are too few rows for `curated`, or in a part of the range of hashes.

    The table has the rows that were drawn and those left over that may be scored, too: of the
    classes that the dataset has, those that equal no training image, and where there are groups
    those on the side of test. Of a source that may be larger than memory, none are left over.
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
            rest = rest_of(dataset)
            curated = curate(*known, shuffle=generator.shuffle, rest=rest, maximum=maximum)
        else:
            sort, may = by_hash(data, rows, sides, counts, seed)
            curated = curate(*known, shuffle=sort, may=may, maximum=maximum)
            for chosen in curated.values():
                sort(chosen)
        splits = {split: rows[chosen] for split, chosen in curated.items()}
    elif generator:
        splits = draw(labels, counts, generator, dataset.test_draw or "next")
    else:
        in_label_order = {split: [*per_class.values()] for split, per_class in counts.items()}
        splits = draw_blocks(data, in_label_order, seed, rest=rest_of(dataset))
    drawn = np.concatenate([*splits.values()])
    left = rows[:0] if data.is_large else np.setdiff1d(rows, drawn)
    # What train knows would test nothing.
    if sides is not None:
        left = left[sides[left] == SPLITS.index("test")]
    if len(left) and len(data.repeats):
        train = take(data.blocks, splits["train"])
        left = left[find_in(take(data.blocks, left), train) < 0]
    listed = np.union1d(drawn, left)
    cells = [("", "")] * len(listed)
    if data.neighbours is not None:
        cells = [(str(row_tiers[i]), f"{ratios[i]:.4f}") for i in np.searchsorted(rows, listed)]
    table = [(row, int(labels[row]), *cells[i]) for i, row in enumerate(listed.tolist())]
    return Sample(splits, table, generator)


def check_sides(
    sides: Array, labels: Ints, dataset: Dataset, counts: Counts, classes: Sequence[str]
) -> None:
    """Raise a ParamError if the groups in a part of the range of hashes have too few rows."""
    columns, keys = [["class", *classes]], []
    for i, split in enumerate(SPLITS):
        if not any(counts[split].values()):
            continue
        there = np.bincount(labels[sides == i], minlength=len(classes)).tolist()
        asked, is_rest = [*counts[split].values()], split == rest_of(dataset)
        if not is_rest and any(map(int.__gt__, asked, there)):
            keys.append(f"{split}_per_class")
        shown = ["rest"] * len(there) if is_rest else asked
        columns.append([split, *map("{} of {}".format, shown, there)])
    if keys:
        widths = [max(map(len, column)) for column in columns]
        rows = ("  ".join(map(str.ljust, row, widths)) for row in zip(*columns, strict=True))
        message = (
            f"the groups that seed {dataset.seed} puts on one side have too few rows of a class; "
            "ask for fewer, or take another seed. Asked and there are:"
        )
        raise ParamError(keys[0], message="\n  ".join([message, *map(str.rstrip, rows)]))


def by_hash(
    data: Data, rows: Ints, sides: Array | None, counts: Counts, seed: int
) -> tuple[Callable[[Ints], None], dict[str, Array]]:
    """Return how to sort rows by priority, and for each split whether it may take a row."""
    labels, ids = data.labels[rows], None if data.ids is None else data.ids[rows]
    priorities = priorities_of_blocks(select(data.blocks, rows), ids, seed)
    has_val = any(counts["val"].values())
    part = parts(priorities, has_val=has_val) if sides is None else sides[rows]

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
        repeats=data.repeats[:0],
    ), rows
