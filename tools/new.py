"""Add a dataset of a user's own images to ``params.yaml``: a source, and all that it allows.

Images that are not in ``data/`` are copied there. Nothing of ``params.yaml`` changes but for the
lines that are added, and whatever goes wrong, nothing changes at all.
"""

from __future__ import annotations

import contextlib
import math
import re
import shutil
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.check.checks import check_name
from stages.check.fields import LONGEST_NAME, NAME
from stages.check.read import PARAMS, read_params
from stages.check.resolve import describe
from stages.check.wording import A_NAME
from stages.check.yaml_file import add_entry
from stages.common import command
from stages.common.errors import StageError
from stages.source.arrays import ArrayFiles
from stages.source.folder import ImageFolder, images_by_class
from stages.source.idx import IdxFiles
from stages.source.own import DATA, fill_in
from stages.source.table import Table
from tinydatasets.pickles import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stages.check.model import Params
    from stages.source.own_files import OwnFiles

EXAMPLE = "make new NAME=leaves FROM=path/to/folder"
OWN: dict[str, type[ImageFolder | OwnFiles]] = {
    "folder": ImageFolder,
    "csv": Table,
    "npy": ArrayFiles,
    "idx": IdxFiles,
}
# The kinds whose labels are in another file.
WITH_LABELS = ("npy", "idx")
# Larger images than this, and those of several sizes, are resized to at most that: the baselines
# have a weight for each pixel, and a dataset is to be small.
LARGEST, RESIZED = 64, 32
# As many as the larger datasets that come with the clone.
MOST_TRAIN, MOST_TEST = 100, 20


def small_size(shapes: Sequence[tuple[int, int]]) -> list[int] | None:
    """Choose the size to which images are resized.

    Parameters
    ----------
    shapes : sequence of (int, int)
        Height and width of each image.

    Returns
    -------
    list of int or None
        The median height and width, made smaller to at most 32 in the same ratio; None if all
        images have one size that is no larger than 64 x 64.

    Examples
    --------
    >>> small_size([(28, 28), (28, 28)]), small_size([(20, 22), (24, 26), (30, 26)])
    (None, [24, 26])
    >>> small_size([(480, 640), (480, 640)])
    [24, 32]
    """
    height, width = (statistics.median_low(lengths) for lengths in zip(*shapes, strict=True))
    longer = max(height, width)
    if len(set(shapes)) == 1 and longer <= LARGEST:
        return None
    if longer > RESIZED:
        # Rounded to whole numbers, half a pixel up.
        height, width = (
            max(1, (2 * RESIZED * length + longer) // (2 * longer)) for length in (height, width)
        )
    return [height, width]


def counts(images: Mapping[str, int], pixels: int) -> tuple[int, int]:
    """Choose how many images of each class are for train and for test.

    Parameters
    ----------
    images : mapping of str to int
        How many images each class has.
    pixels : int
        How many pixels an image has, in colour three times as many.

    Returns
    -------
    train, test : int
        Of the smallest class a fifth for test, at least 1 and at most 20, and what is left for
        train, at most 100. Fewer if they would not fit into a pickle.

    Raises
    ------
    StageError
        If a class has one image alone, or the images are so large that none fits.

    Examples
    --------
    >>> counts({"oak": 50, "elm": 61}, 64), counts({"oak": 2, "elm": 2}, 64)
    ((40, 10), (1, 1))
    >>> counts({"oak": 500, "elm": 800}, 64), counts({"oak": 500, "elm": 800}, 3 * 256**2)
    ((100, 20), (21, 20))
    """
    name = min(images, key=images.__getitem__)
    smallest = images[name]
    if smallest < 2:
        raise StageError(
            f"class {name} has 1 image; each class needs 2 or more, to train and to test with"
        )
    # float32 pixels and an int64 label; a pickle has less than 1000 bytes besides.
    room = (LARGEST_FILE - 1000) // (len(images) * (4 * pixels + 8))
    if not room:
        raise StageError(
            f"{len(images)} images of {pixels:,} pixels, one of each class, are more than a "
            "dataset can have; make them smaller"
        )
    test = min(MOST_TEST, max(1, smallest // 5), room)
    return min(MOST_TRAIN, smallest - test, room), test


def check_free(name: str, params: Params) -> None:
    """Check that a source and a dataset can have a name.

    Raises
    ------
    StageError
        If it is none, or is taken.
    """
    if not re.fullmatch(NAME, name) or len(name) > LONGEST_NAME:
        raise StageError(f"NAME: {name!r} is not a name; {A_NAME}")
    for part in ("sources", "datasets", "texts"):
        if name in getattr(params, part):
            raise StageError(f"NAME: {name} is taken in {PARAMS}, by {part}; choose another name")
        try:
            check_name(name, part)
        except ValueError as error:
            raise StageError(f"NAME: {name}{error}") from None


def kind_of(path: Path, *, has_labels: bool) -> str:
    """Tell the kind of a source by its file or folder.

    Raises
    ------
    StageError
        If it is of no kind, its labels are missing, or it has no use for labels.

    Examples
    --------
    >>> kind_of(Path("leaves.csv.gz"), has_labels=False)
    'csv'
    >>> kind_of(Path("train-images-idx3-ubyte"), has_labels=True)
    'idx'
    """
    name = path.name.lower()
    if path.is_dir():
        kind = "folder"
    elif name.endswith((".csv", ".csv.gz")):
        kind = "csv"
    elif name.endswith(".npy"):
        kind = "npy"
    elif has_labels:
        kind = "idx"
    else:
        raise StageError(
            f"FROM: {path}: expected a folder that has a folder of images for each class, or a "
            ".csv or .csv.gz, or, with LABELS=..., a .npy or an IDX file"
        )
    if has_labels and kind not in WITH_LABELS:
        raise StageError(f"LABELS: {path} has its classes in it; leave LABELS out")
    if not has_labels and kind in WITH_LABELS:
        raise StageError(f"LABELS: missing; name the file of labels too: {EXAMPLE} LABELS=...")
    return kind


@contextlib.contextmanager
def placed(paths: list[Path], name: str) -> Iterator[list[str]]:
    """Copy files or folders to ``data/NAME`` unless they are in ``data/``; undo it on an error.

    Parameters
    ----------
    paths : list of Path
        A folder of class folders; or files, which get a folder.
    name : str
        That of the source.

    Yields
    ------
    list of str
        The location of each, as ``params.yaml`` has it.

    Raises
    ------
    StageError
        If it can't be copied. A message about the copy names the original.
    """
    data = Path(DATA).resolve()
    if all(data in path.resolve().parents for path in paths):
        yield [f"{DATA}/{path.resolve().relative_to(data).as_posix()}" for path in paths]
        return
    target, part = Path(DATA, name), Path(DATA, f".{name}.part")
    if target.exists() or target.is_symlink():
        raise StageError(
            f"{target.as_posix()} exists already; use what is there by FROM={target.as_posix()}, "
            "or choose another name"
        )
    shutil.rmtree(part, ignore_errors=True)  # a copy that was killed
    is_folder = paths[0].is_dir()
    copies = [target if is_folder else target / path.name for path in paths]
    locations = [copy.as_posix() for copy in copies]
    try:
        if is_folder:
            copy_classes(paths[0], part)
        else:
            copy_files(paths, part)
        part.rename(target)
        try:
            yield locations
        except BaseException:
            shutil.rmtree(target)
            raise
    except StageError as error:
        message = str(error)
        for location, path in zip(locations, paths, strict=True):
            message = message.replace(location, path.as_posix())
        raise StageError(message) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def copy_classes(folder: Path, target: Path) -> None:
    """Copy the images of each class, and nothing else: `folder` may be the wrong one, and huge."""
    for files in images_by_class(folder, folder).values():
        first, *_ = files.values()
        (target / first.parent.name).mkdir(parents=True)
        for file in files.values():
            shutil.copyfile(file, target / file.parent.name / file.name)


def copy_files(files: list[Path], target: Path) -> None:
    """Copy some files into a new folder."""
    target.mkdir(parents=True)
    for file in files:
        if (target / file.name).exists():
            raise StageError(f"LABELS: {file}: has the name of the file of images; rename one")
        shutil.copyfile(file, target / file.name)


def entry_of(kind: str, locations: list[str]) -> dict[str, Any]:
    """Give the entry of a source, with a size if its images need one."""
    entry: dict[str, Any] = dict(zip((kind, "labels"), locations, strict=False))
    if kind == "folder":
        seen = ImageFolder.model_validate(entry).seen.values()
        if size := small_size([each.shape for each in seen]):
            entry["size"] = size
    return entry


def rewrite(name: str, entries: dict[str, dict[str, Any]]) -> None:
    """Write params.yaml with an entry more in each part, once that is known to be right."""
    text = PARAMS.read_bytes().decode()
    try:
        for part, entry in entries.items():
            text = add_entry(text, part, name, entry)
    except ValueError as error:
        raise StageError(f"{PARAMS}: {error}") from None
    beside = PARAMS.with_name(f".{PARAMS.name}.part")
    try:
        beside.write_bytes(text.encode())
        read_params(beside)
        beside.replace(PARAMS)
    finally:
        beside.unlink(missing_ok=True)


def add(name: str, paths: list[Path], kind: str) -> list[str]:
    """Add a source and a dataset, and give what there is to say of them."""
    with placed(paths, name) as locations:
        entry = entry_of(kind, locations)
        source = fill_in(OWN[kind].model_validate(entry))
        source.read()  # so that a damaged image is reported now
        found = source.model_dump()
        images = dict(zip(found["classes"], found["rows_per_class"], strict=True))
        train, test = counts(images, math.prod(found["image_shape"]))
        dataset = {"source": name, "seed": 42, "train_per_class": train, "test_per_class": test}
        rewrite(name, {"sources": entry, "datasets": dataset})
    size = entry.get("size")
    return [
        f"{locations[0]}: {describe(found)}",
        *([f"`size: {size}` resizes them to this height and width"] if size else []),
        f"{PARAMS} has a dataset {name}; of each class: {train} for train, {test} for test",
    ]


def main(name: str, path: str, *, labels: str | None = None) -> None:
    """Add the images at PATH, with the LABELS that some files need, as a dataset called NAME."""
    if not name or not path:
        raise StageError(f"a name and a path are needed, as in `{EXAMPLE}`")
    check_free(name, read_params())
    given = {"FROM": path, "LABELS": labels} if labels else {"FROM": path}
    paths = [Path(value).expanduser() for value in given.values()]
    for key, found in zip(given, paths, strict=True):
        if not found.exists():
            raise StageError(f"{key}: {found}: no such file or folder")
    kind = kind_of(paths[0], has_labels=labels is not None)
    try:
        done = add(name, paths, kind)
    except OSError as error:
        raise StageError(f"{error}. Nothing was changed.") from None
    print(*done, "Next: `make check`, `make repro`, `dvc metrics show`", sep="\n")


if __name__ == "__main__":
    command.run(main)
