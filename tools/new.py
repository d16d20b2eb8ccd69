"""Look at images of one's own, and print the entries of ``params.yaml`` for a dataset of them."""

import math
import re
import statistics
from dataclasses import replace
from operator import truediv
from pathlib import Path
from typing import Any

import numpy as np

from stages.check import check_gone
from stages.common import command
from stages.common.arrays import Ints
from stages.common.blocks import Data, Groups
from stages.common.errors import ParamError, StageError, raise_all
from stages.common.yaml_model import read_model
from stages.params.model import LARGE, LONGEST_NAME, NAME, SPLITS, Own, Params
from stages.params.read import PARAMS
from stages.sample.hash_draw import parts_of_groups
from stages.source.__main__ import READERS
from stages.source.data_folder import DATA, check_tree
from stages.source.facts import Facts, Images, as_stated
from stages.source.folder import decode_folder
from stages.source.large import read_large
from tinydatasets.pickles import LARGEST_FILE

# Larger images than this are resized to at most that: the baselines have a weight for each pixel.
LARGEST, RESIZED = 64, 32
MOST_TRAIN, MOST_TEST = 100, 20
# What the name of a file in a folder tells of the kind.
KINDS = {
    "zarr.json": "zarr",
    ".zgroup": "zarr",
    "images-*.npy": "parts",
    "images.npy": "npy",
    "*.npz": "npy",
    "*idx[34]-ubyte*": "idx",
}
# What holds the groups of its rows, if it is there.
GROUPS = {"npy": "groups.npy", "idx": "groups.npy", "parts": "groups-*.npy", "zarr": "groups"}
ENTRIES = """
# below `own:` in params.yaml; a {{}} there goes
  {name}:
{own}

# below `datasets:`
  {name}:
    source: {name}
{draw}    seed: {seed}
    train_per_class: {train}
    test_per_class: {test}

Then run `make check`, `make repro` and `dvc metrics show`."""


def kind_of(path: Path) -> Any:
    """Return the kind of source that a file or folder is."""
    if path.name.endswith((".csv", ".csv.gz")):
        return "csv"
    if path.suffix == ".npz":
        return "npy"
    if not path.is_dir():
        raise StageError(f"FROM: {path}: expected a folder, or a .csv or .csv.gz: docs/images.md")
    return next((kind for name, kind in KINDS.items() if any(path.glob(name))), "folder")


def small_size(path: Path, groups: str | None) -> list[int] | None:
    """Return the median height and width, at most 32; None if all are one size of at most 64."""
    wrong: list[StageError] = []
    decoded = decode_folder(path, wrong, channels=1, groups=groups)
    sizes = [image.pixels.shape for image in decoded]
    raise_all(wrong)
    height, width = (statistics.median_low(lengths) for lengths in zip(*sizes, strict=True))
    longer = max(height, width)
    if len(set(sizes)) == 1 and longer <= LARGEST:
        return None
    if longer <= RESIZED:
        return [height, width]
    # Rounded to whole numbers, half a pixel up.
    return [max(1, (2 * RESIZED * side + longer) // (2 * longer)) for side in (height, width)]


def choose_counts(facts: Facts) -> tuple[int, int]:
    """Return how many images of each class are for train and for test: as many as fit a pickle.

    Of the smallest class, a fifth is for test, at most 20, and of the rest at most 100 for train.
    """
    smallest, name = min(zip(facts.rows_per_class, facts.classes, strict=True))
    if smallest < 2:
        raise StageError(f"class {name} has 1 image; each class needs 2 or more")
    # float32 pixels and an int64 label; a pickle has less than 1000 bytes besides.
    per_row = len(facts.classes) * (4 * math.prod(facts.image_shape) + 8)
    room = max(1, (LARGEST_FILE - 1000) // per_row)
    test = min(MOST_TEST, max(1, smallest // 5), room)
    return min(MOST_TRAIN, smallest - test, room), test


def choose_seed(labels: Ints, groups: Groups, most: tuple[int, int]) -> tuple[int, int, int]:
    """Return a seed from 42 to 141 whose sides have most images of each class, and both counts."""

    def possible(seed: int) -> tuple[int, int]:
        part = parts_of_groups(groups, seed, has_val=False)
        sides = (labels[part == SPLITS.index(split)] for split in ("train", "test"))
        fewest = [np.bincount(side, minlength=labels.max() + 1).min() for side in sides]
        return min(most[0], int(fewest[0])), min(most[1], int(fewest[1]))

    seed = max(range(42, 142), key=lambda seed: min(map(truediv, possible(seed), most)))
    if not all(possible(seed)):
        message = "no seed from 42 to 141 leaves train and test a group of each class"
        raise StageError(f"{message}; more groups are needed")
    return seed, *possible(seed)


def look(own: Own, source: Path) -> tuple[Own, Facts, Images | Data]:
    """Return the entry and what is found; of a CSV, with the label first if that looks right."""
    if own.kind in LARGE:
        data, facts, _ = read_large(own, source)
        return own, facts, data
    found, errors = [], []
    for entry in [own, replace(own, label="first")] if own.kind == "csv" else [own]:
        try:
            images = READERS[own.kind](entry, source)
            found.append((entry, images.facts, images))
        except StageError as error:
            errors.append(error)
    if not found:
        raise errors[0]
    # Some values of a pixel are rare, a class is not.
    return max(found, key=lambda one: min(one[1].rows_per_class))


def main(name: str, path: str) -> None:
    """Print the entries of params.yaml for a dataset NAME of the images at PATH."""
    if not name or not path:
        usage = "make new NAME=name FROM=path, as in make new NAME=leaves FROM=../leaves"
        raise StageError(f"NAME or FROM is missing; usage: {usage}")
    source = Path(path).expanduser()
    if not source.exists():
        raise StageError(f"FROM: {path}: no file or folder")
    if not re.fullmatch(NAME, name) or len(name) > LONGEST_NAME:
        raise StageError(f"NAME: {name}: expected lower-case letters, digits, - or _, as in leaves")
    if not PARAMS.exists():
        check_gone(None)
    params = read_model(Params, PARAMS)
    for part in ("sources", "own", "datasets", "texts"):
        if name in getattr(params, part):
            raise StageError(f"NAME: {name}: params.yaml has it already, in `{part}`; name another")
    check_tree(source, within=source)
    kind = kind_of(source)
    # An export, and what Kaggle has, is a folder of splits.
    splits = {below.name.lower(): below for below in source.glob("*") if below.is_dir()}
    known = {"train", "training", "test", "testing", "val", "valid", "validation"}
    if kind == "folder" and splits and splits.keys() <= known:
        inner = next((splits[name] for name in ("train", "training") if name in splits), source)
        message = f"found {' and '.join(sorted(splits))} in place of a folder for each class"
        raise StageError(f"FROM: {path}: {message}; did you mean {inner.as_posix()}?")
    try:
        in_folders = kind == "folder" and any(map(Path.is_dir, source.glob("[!.]*/[!.]*")))
        in_files = kind in GROUPS and any(source.glob(GROUPS[kind]))
        groups = "folders" if in_folders else "groups" if in_files else None
        size = small_size(source, groups) if kind == "folder" else None
        own, facts, found = look(Own(kind=kind, path=path, resize=size, groups=groups), source)
    except ParamError as error:
        raise StageError(error.message) from None
    seed, train, test = 42, *choose_counts(facts)
    if found.groups:
        seed, train, test = choose_seed(found.labels, found.groups, (train, test))
    print(f"{source.as_posix()}: {as_stated(facts, own)}")
    if source.resolve().is_relative_to(DATA.resolve()):
        target = source.resolve().relative_to(Path.cwd())
    else:
        target = DATA / (name if source.is_dir() else source.name)
        print(f"Copy it into the clone, to {target.as_posix()}")
    keys = {"kind": kind, "path": target.as_posix(), "resize": size, "label": own.label}
    keys["groups"] = groups
    stated = "\n".join(f"    {key}: {value}" for key, value in keys.items() if value)
    draw = "    draw: hash\n" if groups else ""
    print(ENTRIES.format(name=name, own=stated, draw=draw, seed=seed, train=train, test=test))


if __name__ == "__main__":
    command.run(main)
