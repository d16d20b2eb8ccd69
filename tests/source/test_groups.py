"""Which images belong together: the same groups from each kind, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
import zarr
from PIL import Image
from pyarrow import parquet as pq

from stages.source.large import open_source
from tests.source.conftest import OUT, look, refused
from tests.source.test_tables import idx

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Array = npt.NDArray[Any]

LEAVES = Path("data/leaves")
IMAGES = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
LABELS = np.array([0, 0, 0, 1, 1, 1])
# A tree may be in two classes, and a name be composed or not.
TEXTS = np.array(["tree-2", "tree-10", "\u00e9-1", "tree-2", " e\u0301-1 ", "tree-3"])
NUMBERS = np.array([2, 10, -1, 2, -1, 3])

pytestmark = pytest.mark.usefixtures("data")


def write_npy(groups: Array, rows: slice = slice(None), end: str = "") -> dict[str, Any]:
    LEAVES.mkdir(exist_ok=True)
    for name, values in {"images": IMAGES, "labels": LABELS, "tree": groups}.items():
        np.save(LEAVES / f"{name}{end}.npy", values[rows])
    return {"kind": "npy", "groups": "tree"}


def write_idx(groups: Array) -> dict[str, Any]:
    write_npy(groups)
    for name, values in {"idx3-ubyte": IMAGES, "idx1-ubyte": LABELS}.items():
        (LEAVES / name).write_bytes(idx(values))
    return {"kind": "idx", "groups": "tree"}


def write_csv(groups: Array) -> dict[str, Any]:
    rows = zip(IMAGES.reshape(6, 4), LABELS, groups, strict=True)
    # Names of columns that are numbers would be a line of pixels without groups.
    lines = [[1, 2, "tree", 3, 4, "oak"]]
    lines += [[*pixels[:2], group, *pixels[2:], label] for pixels, label, group in rows]
    LEAVES.write_text("\n".join(",".join(map(str, line)) for line in lines))
    return {"kind": "csv", "groups": "tree"}


def write_parts(groups: Array) -> dict[str, Any]:
    write_npy(groups, slice(2), "-0")
    return {**write_npy(groups, slice(2, 6), "-1"), "kind": "parts"}


def write_zarr(groups: Array) -> dict[str, Any]:
    group: Any = zarr.open_group(LEAVES, mode="w")
    for name, values in {"images": IMAGES, "labels": LABELS, "tree": groups}.items():
        kind = str if values.dtype.kind == "U" else values.dtype
        group.create_array(name, shape=values.shape, dtype=kind)[:] = values
    return {"kind": "zarr", "groups": "tree"}


def write_parquet(groups: Any) -> dict[str, Any]:
    images = [image.tobytes() for image in IMAGES]
    pq.write_table(pa.table({"image": images, "label": LABELS, "tree": groups}), LEAVES)
    return {"kind": "parquet", "groups": "tree", "image_shape": [2, 2]}


def write_folder(groups: Array, name: str = "{group}/{row}.png") -> dict[str, Any]:
    for row, (image, label, group) in enumerate(zip(IMAGES, LABELS, groups, strict=True)):
        path = LEAVES / ("elm", "oak")[label] / name.format(group=str(group).strip(), row=row)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    return {"kind": "folder", "groups": "folders"}


def write_names(groups: Array) -> dict[str, Any]:
    return {**write_folder(groups, "{group} ({row}).png"), "groups": r"^(.+) \("}


TABLES = [write_npy, write_idx, write_csv, write_parts, write_zarr, write_parquet]


@pytest.mark.parametrize("write", [*TABLES, write_folder, write_names])
@pytest.mark.parametrize("groups", [TEXTS, NUMBERS], ids=["texts", "numbers"])
def test_each_kind_has_the_groups_that_were_written(
    write: Callable[[Any], dict[str, Any]], groups: Array
) -> None:
    entry = write(groups)
    facts, images, labels = look(**entry)
    found = open_source(OUT).groups
    assert found
    plain = ["2", "10", "-1", "2", "-1", "3"] if groups is NUMBERS else TEXTS.tolist()
    texts = [text.strip().replace("e\u0301", "\u00e9") for text in plain]
    assert found.names == sorted({*texts})
    # A folder has its rows in the order of their names.
    of_images = dict(zip((image.tobytes() for image in images), found.of_row, strict=True))
    assert [found.names[of_images[image.tobytes()]] for image in IMAGES] == texts
    assert sorted(labels) == LABELS.tolist()
    assert facts["groups"] == {"count": 4, "per_class": [3, 3], "by": entry["groups"]}
    # One more image of another tree is another source.
    write(np.where(np.arange(6) == 5, groups[0], groups))
    if entry["kind"] != "folder":
        assert look(**entry).facts["sha256"] != facts["sha256"]


def test_the_folders_of_a_class_may_be_nested() -> None:
    assert (
        look(**write_folder(np.array([*"ababab"]), "{group}/x/{row}.png")).labels
        == [0] * 3 + [1] * 3
    )
    groups = open_source(OUT).groups
    assert groups
    assert (groups.names, groups.of_row.tolist()) == (["a/x", "b/x"], [0, 0, 1, 0, 1, 1])


@pytest.mark.parametrize(
    ("write", "groups", "message"),
    [
        (
            write_npy,
            NUMBERS[:5],
            "/tree.npy: expected 6 groups, one for each image, found shape (5",
        ),
        (
            write_npy,
            NUMBERS / 2,
            "/tree.npy: groups must be whole numbers or text, but are float64",
        ),
        (write_npy, np.array([*"ab c d"]), "/tree.npy: image 3 of 6 has no group"),
        (write_idx, np.array([None] * 6), "/tree.npy: not a .npy file of numbers: "),
        (write_csv, ["", *"abcde"], ": image 1 of 6 has no group"),
        (write_csv, ["a", " ", *"abcd"], ": image 2 of 6 has no group"),
        (write_parts, np.array([*"ab", "", *"cde"]), ": image 3 of 6 has no group"),
        (
            write_parts,
            NUMBERS / 2,
            "/images-0.npy: groups must be whole numbers or text, but are fl",
        ),
        (write_zarr, NUMBERS[:5], ": the groups have the shape (5,), but there are 6 images"),
        (write_parquet, ["a", None, *"bcde"], ": 1 values of the column tree are missing"),
        (write_parquet, ["a", "", *"bcde"], ": image 2 of 6 has no group"),
    ],
)
def test_groups_that_are_wrong_are_said(write: Any, groups: Any, message: str) -> None:
    assert refused(**write(groups)).startswith(f"path: data/leaves{message}")


MISSING = {
    write_npy: "/wood.npy: No such file or directory",
    write_idx: "/wood.npy: No such file or directory",
    write_csv: ": not a CSV of images: line 1: expected one column named wood, found 1, 2, tree",
    write_parts: "/wood-0.npy: missing, beside images-0.npy",
    write_zarr: "/wood: no array of Zarr: ",
    write_parquet: ": no column wood, but image, label, tree",
    write_names: "/oak/tree-2 (3).png: its name has no group that `wood-([0-9]*)` finds",
}


@pytest.mark.parametrize("write", MISSING)
def test_groups_that_are_not_there_are_said(write: Any) -> None:
    key = "wood-([0-9]*)" if write is write_names else "wood"
    message = refused(**{**write(TEXTS), "groups": key}, longest=900)
    assert f"data/leaves{MISSING[write]}" in message


def test_each_image_of_a_folder_has_a_group_and_only_groups_are_folders() -> None:
    entry = write_folder(TEXTS)
    assert "/elm/tree-2: not a file; the folder of a class has images alone, or" in refused(
        "folder", longest=900
    )
    (LEAVES / "elm/above").symlink_to("..")
    assert refused(**entry).endswith("/elm/above: a symbolic link; put the folder itself there")
    (LEAVES / "elm/above").unlink()
    (LEAVES / "elm/tree-2/0.png").rename(LEAVES / "elm/0.png")
    message = "/elm/0.png: not in a folder of its group below that of its class"
    assert refused(**entry) == f"path: data/leaves{message}"
