"""Which images belong together: in files that fit into memory, and what is said if it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from stages.source.large import open_source
from tests.source.conftest import OUT, look, refused
from tests.source.test_tables import idx

if TYPE_CHECKING:
    from collections.abc import Callable

LEAVES = Path("data/leaves")
IMAGES = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
LABELS = np.array([0, 0, 0, 1, 1, 1])
# A tree may be in two classes, and a name be composed or not.
TEXTS = np.array(["tree-2", "tree-10", "\u00e9-1", "tree-2", " e\u0301-1 ", "tree-3"])
NUMBERS = np.array([2, 10, -1, 2, -1, 3])

pytestmark = pytest.mark.usefixtures("data")


def write_npy(groups: Any) -> dict[str, Any]:
    LEAVES.mkdir(exist_ok=True)
    for name, values in {"images": IMAGES, "labels": LABELS, "tree": groups}.items():
        np.save(LEAVES / f"{name}.npy", values)
    return {"kind": "npy", "groups": "tree"}


def write_idx(groups: Any) -> dict[str, Any]:
    write_npy(groups)
    for name, values in {"idx3-ubyte": IMAGES, "idx1-ubyte": LABELS}.items():
        (LEAVES / name).write_bytes(idx(values))
    return {"kind": "idx", "groups": "tree"}


def write_csv(groups: Any) -> dict[str, Any]:
    rows = zip(IMAGES.reshape(6, 4), LABELS, groups, strict=True)
    # Names of columns that are numbers would be a line of pixels without groups.
    lines = [[1, 2, "tree", 3, 4, "oak"]]
    lines += [[*pixels[:2], group, *pixels[2:], label] for pixels, label, group in rows]
    LEAVES.write_text("\n".join(",".join(map(str, line)) for line in lines))
    return {"kind": "csv", "groups": "tree"}


def write_folder(groups: Any, name: str = "{group}/{row}.png") -> dict[str, Any]:
    for row, (image, label, group) in enumerate(zip(IMAGES, LABELS, groups, strict=True)):
        path = LEAVES / ("elm", "oak")[label] / name.format(group=str(group).strip(), row=row)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    return {"kind": "folder", "groups": "folders"}


def write_nested(groups: Any) -> dict[str, Any]:
    return write_folder(groups, "{group}/a/{row}.png")


def write_names(groups: Any) -> dict[str, Any]:
    return {**write_folder(groups, "{group} ({row}).png"), "groups": r"^(.+) \("}


KINDS = [write_npy, write_idx, write_csv, write_folder, write_nested, write_names]


@pytest.mark.parametrize("write", KINDS)
@pytest.mark.parametrize("groups", [TEXTS, NUMBERS], ids=["texts", "numbers"])
def test_each_kind_has_the_groups_that_were_written(
    write: Callable[[Any], dict[str, Any]], groups: Any
) -> None:
    entry = write(groups)
    facts, images, _ = look(**entry)
    found = open_source(OUT).groups
    assert found
    end = "/a" if write is write_nested else ""
    texts = [f"{text.strip()}{end}".replace("e\u0301", "\u00e9") for text in map(str, groups)]
    assert found.names == sorted({*texts})
    # A folder has its rows in the order of their names.
    of_images = dict(zip((image.tobytes() for image in images), found.of_row, strict=True))
    assert [found.names[of_images[image.tobytes()]] for image in IMAGES] == texts
    assert facts["groups"] == {"count": 4, "per_class": [3, 3], "by": entry["groups"]}
    if entry["kind"] != "folder":
        write(np.roll(groups, 1))
        assert look(**entry).facts["sha256"] != facts["sha256"]


NO_CSV = ": not a CSV of images: line 1: expected one column named wood, found 1, 2, tree"


@pytest.mark.parametrize(
    ("write", "groups", "keys", "message"),
    [
        (write_npy, NUMBERS[:5], {}, "/tree.npy: expected 6 groups, one for each image, found sha"),
        (write_npy, NUMBERS / 2, {}, "/tree.npy: groups must be whole numbers or text, but are fl"),
        (write_npy, [*"ab c d"], {}, "/tree.npy: image 3 of 6 has no group"),
        (write_idx, [None] * 6, {}, "/tree.npy: not a .npy file of numbers: "),
        (write_csv, [*"a bcde"], {}, ": image 2 of 6 has no group"),
        (write_idx, TEXTS, {"groups": "wood"}, "/wood.npy: No such file or directory"),
        (write_csv, TEXTS, {"groups": "wood"}, NO_CSV),
        (write_names, [*"bbbbba"], {"groups": "(b)"}, "/oak/a (5).png: its name has no group that"),
        (
            write_names,
            TEXTS,
            {"groups": "folders"},
            "/oak/tree-3 (5).png: not in a folder of its group below that",
        ),
        (write_folder, ["0", "0/a"] * 3, {}, "/elm/0: images and folders; put all of a group into"),
        (write_folder, [0] * 6, {"groups": None}, "/elm/0: not a file; the folder of a class has"),
    ],
)
def test_what_is_wrong_is_said(write: Any, groups: Any, keys: Any, message: str) -> None:
    assert f"data/leaves{message}" in refused(**{**write(groups), **keys}, longest=900)


def test_a_folder_of_a_group_is_no_symbolic_link() -> None:
    entry = write_folder(NUMBERS)
    (LEAVES / "elm/above").symlink_to("..")
    assert refused(**entry).endswith("/elm/above: a symbolic link; put the folder itself there")
