"""Report which images that a dataset is scored on are training images of another, or nearly are.

It compares the datasets of ``params.yaml`` that share a source, each with itself too, by what is in
``datasets/``. It writes nothing.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stages.common import command
from stages.common.blocks import Block
from stages.common.distances import closest
from stages.common.equal import near_limit
from stages.common.errors import StageError
from stages.common.files import read_csv, read_json
from stages.common.images import scale, to_whole
from stages.params.validate import read_params
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


class Part(NamedTuple):
    """A split: its rows in the source, and its images in the source's whole numbers."""

    rows: frozenset[int]
    images: npt.NDArray[np.uint8]


def compare(held_out: Part, train: Part, maximum: int) -> tuple[int, int, int]:
    """Return how many held-out images are training rows, equal to a training image, or nearly so.

    The last count, by the rule of `equal.near_limit`, includes those that are equal.

    Examples
    --------
    >>> held_out = Part(frozenset({1, 5, 6}), np.array([[[9]], [[9]], [[50]]], np.uint8))
    >>> train = Part(frozenset({0, 1}), np.array([[[53]], [[9]]], np.uint8))
    >>> compare(held_out, train, 100)
    (1, 2, 3)
    """
    block = Block(0, len(held_out.images), partial(np.asarray, held_out.images))
    _, squared = closest([block], train.images)
    equal, nearly = squared == 0, squared < near_limit(train.images.shape[1:], maximum)
    return len(held_out.rows & train.rows), int(equal.sum()), int(nearly.sum())


def read_parts(name: str, maximum: int) -> dict[str, Part]:
    """Read all splits that a dataset releases, by their names."""
    lines = read_csv(Path("datasets", name, "samples.csv"))
    parts = {}
    for split in dict.fromkeys(line["split"] for line in lines):
        path = Path("datasets", name, f"{split}.pkl")
        images: npt.NDArray[Any] = read_split(path).images
        whole = to_whole(images, maximum)
        if images.dtype == np.float32 and not np.array_equal(scale(whole, maximum), images):
            raise StageError(
                f"{path}: expected pixels that are multiples of 1/{maximum}. "
                "`make repro` builds it anew."
            )
        rows = frozenset(int(line["row"]) for line in lines if line["split"] == split)
        parts[split] = Part(rows, whole)
    return parts


def compare_all(source: str, datasets: Mapping[str, Mapping[str, Part]], maximum: int) -> str:
    """Return a table of each held-out split of the datasets of a source with each train split."""
    if len({part.images.shape[1:] for parts in datasets.values() for part in parts.values()}) > 1:
        raise StageError(
            f"the datasets of {source} ({', '.join(datasets)}) have images of different sizes. "
            "`make repro` builds them anew."
        )
    header = ("held out", "rows", "train", "rows", "same row", "equal", "nearly equal")
    lines: list[tuple[str, ...]] = [header]
    for name, parts in datasets.items():
        for split, other in product([split for split in parts if split != "train"], datasets):
            part, train = parts[split], datasets[other]["train"]
            counts = map(str, compare(part, train, maximum))
            sizes = str(len(part.rows)), str(len(train.rows))
            lines.append((f"{name} {split}", sizes[0], other, sizes[1], *counts))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    # Names stand to the left, numbers to the right.
    columns = "  ".join(map("{{:{}{}}}".format, "<><>>>>", widths))
    return "\n".join([f"source {source}", *(columns.format(*line) for line in lines)])


def main() -> None:
    """Print, for all datasets that share a source, how many held-out images are training images."""
    params = read_params()
    printed, missing = [], []
    for source, entry in {**params.sources, **params.own}.items():
        facts, datasets = Path("build/sources", source, "facts.json"), {}
        for name in [n for n, dataset in params.datasets.items() if dataset.source == source]:
            try:
                maximum: int = entry.maximum or read_json(facts)["maximum"]
                datasets[name] = read_parts(name, maximum)
            except FileNotFoundError:
                missing.append(name)
        if datasets:
            printed.append(compare_all(source, datasets, maximum))
    if missing:
        printed.append(f"not built yet: {', '.join(missing)}; `make repro` builds what is missing")
    print("\n\n".join(printed))


if __name__ == "__main__":
    command.run(main, FormatError)
