"""Report which images that a dataset is scored on are training images of another, or nearly are.

It compares the datasets of ``params.yaml`` that share a source, each with itself too, by what is in
``datasets/``. It writes nothing.
"""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.common import command
from stages.common.arrays import read_array
from stages.common.equal import near_limit
from stages.common.errors import StageError
from stages.common.files import read_csv, read_json
from stages.common.images import scale, to_whole
from stages.papers.overlaps import compare
from stages.params.validate import read_params
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError


def read_parts(name: str, maximum: int) -> dict[str, tuple[list[int], npt.NDArray[np.uint8]]]:
    """Return the rows of each split in the source, and its images in the source's whole numbers."""
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
        parts[split] = [int(line["row"]) for line in lines if line["split"] == split], whole
    return parts


def table(
    source: str,
    datasets: Mapping[str, Mapping[str, Any]],
    maximum: int,
    groups: npt.NDArray[np.int64] | None,
) -> str:
    """Return a table of each held-out split of the datasets of a source with each train split.

    It counts the held-out images that are training rows, are equal to a training image, or nearly
    so by the rule of `equal.near_limit`, which those are too that are equal; and, given the group
    of each row of the source, those of a group that a training image is of.
    """
    if len({images.shape[1:] for parts in datasets.values() for _, images in parts.values()}) > 1:
        raise StageError(
            f"the datasets of {source} ({', '.join(datasets)}) have images of different sizes. "
            "`make repro` builds them anew."
        )
    lines: list[Any] = ["held out,rows,train,rows,same row,equal,nearly equal".split(",")]
    if groups is not None:
        lines[0].append("same group")
    for name, parts in datasets.items():
        for split, other in product([split for split in parts if split != "train"], datasets):
            (rows, images), (train_rows, train) = parts[split], datasets[other]["train"]
            _, squared = compare(images, train)
            found = [
                np.isin(rows, train_rows),
                squared == 0,
                squared < near_limit(train.shape[1:], maximum),
            ]
            if groups is not None:
                found.append(np.isin(groups[rows], groups[train_rows]))
            counts = map(np.count_nonzero, found)
            lines.append((f"{name} {split}", len(rows), other, len(train_rows), *counts))
    widths = [max(len(str(cell)) for cell in column) for column in zip(*lines, strict=True)]
    # Names stand to the left, numbers to the right.
    columns = "  ".join(map("{{:{}{}}}".format, "<><>>>>>", widths))
    return "\n".join([f"source {source}", *(columns.format(*line) for line in lines)])


def main() -> None:
    """Print, for all datasets that share a source, how many held-out images are training images."""
    params = read_params()
    printed, missing = [], []
    for source, entry in {**params.sources, **params.own}.items():
        folder, datasets = Path("build/sources", source), {}
        for name in [n for n, dataset in params.datasets.items() if dataset.source == source]:
            try:
                maximum: int = entry.maximum or read_json(folder / "facts.json")["maximum"]
                datasets[name] = read_parts(name, maximum)
            except FileNotFoundError:
                missing.append(name)
        if datasets:
            path = folder / "groups.npy"
            groups = read_array(path) if path.exists() else None
            printed.append(table(source, datasets, maximum, groups))
    if missing:
        printed.append(f"not built yet: {', '.join(missing)}; `make repro` builds what is missing")
    print("\n\n".join(printed))


if __name__ == "__main__":
    command.run(main, FormatError)
