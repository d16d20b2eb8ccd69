"""Sources larger than memory: the same rows from each kind, and one message for what is wrong."""

import hashlib
import json
import os
import pickle
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
import zarr
from pyarrow import parquet as pq

from stages.common import blocks as module
from stages.common.blocks import take
from stages.common.errors import StageError
from stages.params.model import Own
from stages.source import large
from stages.source.__main__ import write_source
from stages.source.large import open_source
from tests.source.conftest import OUT, look, refused
from tests.source.test_data_folder import POINTER
from tests.tinydatasets.test_pickles import Calls

Array = npt.NDArray[Any]

GENERATOR = np.random.RandomState(6)
GREY = GENERATOR.randint(0, 250, (23, 3, 4)).astype(np.uint8)
COLOUR = GENERATOR.randint(0, 250, (23, 2, 2, 3)).astype(np.uint8)
RGBA = COLOUR[..., [0, 1, 2, 2]]
LABELS = GENERATOR.randint(0, 3, 23)
NAMES = np.array([f"blatt {i}é" for i in range(23)])
NUMBERS = np.arange(23, dtype=np.uint64) + 2**63
LEAVES = Path("data/leaves")
SHAPE: Any = {"image_shape": [3, 4]}

pytestmark = pytest.mark.usefixtures("data")


def write_parts(images: Array, ids: Array | None = None) -> None:
    LEAVES.mkdir()
    for i, rows in enumerate(np.split(np.arange(23), [9, 9, 20])):
        np.save(LEAVES / f"images-{i:03}.npy", images[rows])
        np.save(LEAVES / f"labels-{i:03}.npy", LABELS[rows])
        if ids is not None:
            np.save(LEAVES / f"ids-{i:03}.npy", ids[rows])
            np.save(LEAVES / f"wood-{i:03}.npy", ids[rows % 5])


def write_zarr(images: Array, ids: Array | None = None, **options: Any) -> None:
    group: Any = zarr.open_group(LEAVES, mode="w", zarr_format=options.pop("zarr_format", 3))
    group.create_array("images", data=images, chunks=(4, *images.shape[1:]), **options)
    group.create_array("labels", data=LABELS)
    if ids is not None:
        # Text of any length, as other programs write it.
        kind = str if ids.dtype.kind == "U" else ids.dtype
        for name, values in (("ids", ids), ("wood", ids[np.arange(23) % 5])):
            group.create_array(name, shape=ids.shape, dtype=kind)[:] = values


def write_parquet(images: Array, ids: Array | None = None, kind: Any = pa.binary) -> None:
    LEAVES.mkdir()
    flat = images.reshape(23, -1)
    column = kind(flat.shape[1]) if callable(kind) else kind
    values = [row.tobytes() for row in flat] if "binary" in str(column) else flat.tolist()
    columns = {"image": pa.array(values, column), "label": LABELS}
    of_rows = {} if ids is None else {"id": ids, "wood": ids[np.arange(23) % 5]}
    rows = pa.table({**columns, **of_rows})
    pq.write_table(rows[:9], LEAVES / "a.parquet", row_group_size=2)
    pq.write_table(rows[9:9], LEAVES / "b.parquet")
    pq.write_table(rows[9:], LEAVES / "c.parquet", row_group_size=5)


UINT8 = pa.uint8()
FORMS: dict[str, Callable[..., None]] = {
    "parts": write_parts,
    "zarr": write_zarr,
    "zarr 2": partial(write_zarr, zarr_format=2),
    "zarr with shards": partial(write_zarr, shards=(8, 3, 4)),
    "parquet of binary": partial(write_parquet, kind=pa.binary()),
    "parquet of large binary": partial(write_parquet, kind=pa.large_binary()),
    "parquet of fixed binary": write_parquet,
    "parquet of lists": partial(write_parquet, kind=pa.list_(UINT8)),
    "parquet of large lists": partial(write_parquet, kind=pa.large_list(UINT8)),
    "parquet of fixed lists": partial(write_parquet, kind=lambda size: pa.list_(UINT8, size)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 50, 10_000])
@pytest.mark.parametrize("ids", [None, NAMES, NUMBERS], ids=["no ids", "names", "numbers"])
def test_each_kind_gives_the_rows_that_were_written(
    form: str, size: int, ids: Array | None, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in (module, large):
        monkeypatch.setattr(reader, "BLOCK_BYTES", size)
    FORMS[form](GREY, ids)
    kind: Any = form.partition(" ")[0]
    groups = None if ids is None else "wood"
    write_source(Own(kind=kind, path="data/leaves", groups=groups, **SHAPE), OUT)
    source = open_source(OUT)
    # Another process gets blocks as a pickle, and may stand in another folder.
    monkeypatch.chdir(data.absolute().parent.parent)
    blocks = pickle.loads(pickle.dumps(source.blocks))
    starts = np.cumsum([0, *(block.rows for block in blocks)]).tolist()
    assert [block.start for block in blocks] == starts[:-1]
    assert len(blocks) > 2 or size == 10_000
    np.testing.assert_array_equal(np.concatenate([block.load() for block in blocks]), GREY)
    np.testing.assert_array_equal(take(blocks, np.array([22, 0, 9])), GREY[[22, 0, 9]])
    np.testing.assert_array_equal(source.labels, LABELS)
    assert source.is_large
    np.testing.assert_array_equal(source.ids, ids)
    assert (source.groups is None) == (ids is None)
    if source.groups and ids is not None:
        found = [source.groups.names[i] for i in source.groups.of_row]
        assert found == [str(ids[i % 5]) for i in range(23)]


@pytest.mark.parametrize("kind", ["parts", "zarr", "parquet"])
def test_colours_are_read(kind: str) -> None:
    {"parts": write_parts, "zarr": write_zarr, "parquet": write_parquet}[kind](COLOUR)
    np.testing.assert_array_equal(look(kind, image_shape=[2, 2, 3]).images, COLOUR)


def test_what_is_left_out_is_found_in_one_pass() -> None:
    write_parts(GREY, NAMES)
    parts = [GREY[:9], GREY[9:20], GREY[20:]]
    columns = [LABELS.astype("<i8"), NAMES.astype("<U9")]
    sums = [hashlib.sha256(array.tobytes()).digest() for array in (*parts, *columns)]
    assert look("parts").facts == {
        "classes": ["0", "1", "2"],
        "image_shape": [3, 4],
        "maximum": GREY.max(),
        "rows_per_class": np.bincount(LABELS).tolist(),
        "sha256": hashlib.sha256(b"".join(sums)).hexdigest(),
        "equal": {"within": 0, "across": 0, "examples": []},
    }
    assert not (OUT / "nearest.npy").exists()
    facts = look("parts", groups="wood").facts
    per_class = [len({row % 5 for row in np.flatnonzero(label == LABELS)}) for label in range(3)]
    assert facts["groups"] == {"count": 5, "per_class": per_class, "by": "wood"}
    sums.append(hashlib.sha256(NAMES[np.arange(23) % 5].astype("<U8").tobytes()).digest())
    assert facts["sha256"] == hashlib.sha256(b"".join(sums)).hexdigest()
    assert look("parts", classes=["a", "b", "c"], difficulty=True).facts["classes"] == [*"abc"]
    assert np.load(OUT / "nearest.npy").shape == (23, 3, 5)


def test_one_parquet_file_is_a_source_too() -> None:
    write_parquet(GREY)
    images = look("parquet", "data/leaves/c.parquet", image_shape=[3, 4]).images
    np.testing.assert_array_equal(images, GREY[9:])


def test_of_a_source_of_another_kind_before_nothing_is_left() -> None:
    write_parts(GREY, NAMES)
    own = Own(kind="parts", path="data/leaves", difficulty=True)
    write_source(own, OUT)
    np.save(LEAVES / "images.npy", COLOUR)
    np.save(LEAVES / "labels.npy", LABELS)
    write_source(Own(kind="npy", path="data/leaves"), OUT)
    source = open_source(OUT)
    np.testing.assert_array_equal(source.blocks[0].load(), COLOUR)
    assert source.ids is None


def test_rows_that_came_later_are_said() -> None:
    write_parts(GREY)
    look("parts")
    np.save(LEAVES / "images-003.npy", GREY)
    with pytest.raises(
        StageError, match=r"^own.leaves.path: data/leaves: it has 43 images now, an"
    ):
        open_source(OUT)


# --- What is wrong -------------------------------------------------------------------------------


def save(name: str, array: Array) -> Callable[[], object]:
    return lambda: np.save(LEAVES / name, array)


def remove(name: str) -> Callable[[], object]:
    return lambda: [*map(Path.unlink, LEAVES.glob(name))]


def put(name: str, data: bytes) -> Callable[[], object]:
    return lambda: (LEAVES / name).write_bytes(data)


IMAGES = "/images-002.npy"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (remove("*"), ": no files named images-*.npy"),
        (remove("*-00[023].npy"), ": no images"),
        (save("images-001.npy", GREY[:0, :2]), "/images-001.npy: images of the shape (2, 4), but"),
        (save("images-002.npy", GREY[:3] / 2), f"{IMAGES}: pixels are float64, but must be uint8"),
        (save("images-002.npy", GREY[0]), f"{IMAGES}: the shape (3, 4) is not that of images, (n"),
        (save("images-002.npy", RGBA), f"{IMAGES}: the shape (23, 2, 2, 4) is not that of images"),
        (save("images-002.npy", GREY.astype("u2")), f"{IMAGES}: pixels are uint16, but must be ui"),
        (put("images-000.npy", pickle.dumps(GREY)), "/images-000.npy: not a .npy file of numbers"),
        (save("images-000.npy", np.array([{}])), "/images-000.npy: not a .npy file of numbers: "),
        (remove("labels-002.npy"), "/labels-002.npy: missing, beside images-002.npy"),
        (remove("ids-002.npy"), f"{IMAGES}: only some files have ids; all must have them, or none"),
        (remove("wood-002.npy"), "/wood-002.npy: missing, beside images-002.npy"),
        (save("wood-000.npy", LABELS[:8]), "/images-000.npy: the groups have the shape (8,), but"),
        (save("wood-000.npy", LABELS[:9] / 2), "/images-000.npy: groups must be whole numbers or"),
        (save("wood-000.npy", np.array([*"abc defgh"])), ": image 4 of 23 has no group"),
        (save("labels-002.npy", LABELS[:2]), f"{IMAGES}: the labels have the shape (2,), but ther"),
        (save("labels-002.npy", LABELS[:11] / 2), f"{IMAGES}: labels must be whole numbers"),
        (save("labels-002.npy", LABELS[:11] - 9), ": expected labels of 0 and more without a gap"),
        (save("ids-000.npy", LABELS[:9]), ": ids must be of one kind in all files, but are <U1, "),
        (save("ids-000.npy", LABELS[:9] / 2), "/images-000.npy: ids must be whole numbers or text"),
        (save("ids-000.npy", np.array(["\ud800"] * 9)), r"/images-000.npy: ids have '\ud800'"),
        (save("ids-000.npy", NAMES[:9].astype(object)), "/ids-000.npy: not a .npy file of numbers"),
    ],
)
def test_parts_that_are_wrong_are_named(spoil: Callable[[], object], message: str) -> None:
    write_parts(GREY, NAMES)
    spoil()
    assert refused("parts", groups="wood").startswith(f"path: data/leaves{message}")


def zarr_with(**arrays: Array) -> Callable[[], object]:
    def write() -> None:
        group: Any = zarr.open_group(LEAVES, mode="w")
        for name, array in arrays.items():
            group.create_array(name, data=array)

    return write


JSON = "images/zarr.json"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (zarr_with(), "/images: no array of Zarr: "),
        (zarr_with(images=GREY), "/labels: no array of Zarr: "),
        (zarr_with(images=GREY, labels=LABELS[:5]), ": the labels have the shape (5,), but"),
        (zarr_with(images=GREY, labels=LABELS, ids=LABELS / 2), ": ids must be whole numbers or"),
        (put(JSON, b'{"zarr_format": 3, "codecs": [7]}'), "/images: no array of Zarr: "),
        (put("images/c/1/0/0", POINTER), "/images/c/1/0/0: a pointer of Git LFS, not the file; "),
        (put("images/c/1/0/0", b"no chunk"), "/images: damaged between rows 0 and 23: "),
    ],
)
def test_a_zarr_group_that_is_wrong_is_named(spoil: Callable[[], object], message: str) -> None:
    write_zarr(GREY)
    spoil()
    assert refused("zarr").startswith(f"path: data/leaves{message}")


def test_a_pickle_in_zarr_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    # A chunk of format 2 may be a pickle, which older releases of numcodecs open unasked.
    monkeypatch.setattr("numcodecs.pickles.ALLOW_UNSAFE_PICKLE_DECODE", True, raising=False)
    if config := getattr(zarr, "config", None):
        monkeypatch.setitem(config.config["array"], "allow_unsafe_pickle_decode", True)
    write_zarr(GREY, NAMES, zarr_format=2)
    metadata = LEAVES / "ids/.zarray"
    described = {**json.loads(metadata.read_bytes()), "compressor": {"id": "pickle"}}
    metadata.write_text(json.dumps(described))
    (LEAVES / "ids/0").write_bytes(pickle.dumps(Calls(os.mkdir, "opened")))
    message = "path: data/leaves/ids: its chunks are stored with pickle, which is not read here"
    assert refused("zarr").startswith(message)
    assert not Path("opened").exists()
    # The trap works.
    with pytest.raises(Exception):  # noqa: B017, PT011 - what comes of it is no array
        zarr.open_array(LEAVES / "ids", mode="r")[:]
    assert Path("opened").exists()


TWO = {"image": [b"x" * 12] * 2, "label": [0, 1]}


def lists(*values: Any) -> pa.Array:
    return pa.array([values[0], values[-1]], pa.list_(UINT8))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        *[(data, "not a Parquet file: ") for data in (b"", b"x", b"PAR1" + b"x" * 50 + b"PAR1")],
        ({"image": TWO["image"]}, "no column label, but image"),
        ({"label": [0, 1]}, "no column image, but label"),
        (TWO, "no column wood, but image, label"),
        ({**TWO, "image": ["a", "b"]}, "the column image is string, but must be binary or a list"),
        ({**TWO, "image": [[1] * 12] * 2}, "the column image is list<"),
        ({**TWO, "label": [0, None]}, "1 values of the column label are missing"),
        ({**TWO, "label": ["a", "b"]}, "labels must be whole numbers, 0 for the first class, but"),
        ({**TWO, "wood": [None, "a"]}, "1 values of the column wood are missing"),
        ({**TWO, "id": [0.5, 1.5]}, "ids must be whole numbers or text, but are float64"),
        ({**TWO, "image": [b"x" * 12, None]}, "1 values of the column image are missing"),
        ({**TWO, "image": [b"x" * 12, b"x"]}, "row 1: an image of 1 values, but 3 x 4 is 12"),
        ({**TWO, "image": lists([1] * 12, [1] * 11)}, "row 1: an image of 11 values, but 3 x 4 is"),
        ({**TWO, "image": lists([1] * 11 + [None])}, "pixels from row 0 on are missing"),
    ],
)
def test_a_parquet_file_that_is_wrong_is_named(columns: Any, message: str) -> None:
    if isinstance(columns, bytes):
        Path("data/leaves.parquet").write_bytes(columns)
    else:
        pq.write_table(pa.table(columns), "data/leaves.parquet")
    expected = f"path: data/leaves.parquet: {message}"
    groups = "wood" if "wood" in message else None
    assert refused("parquet", "data/leaves.parquet", groups=groups, **SHAPE).startswith(expected)


@pytest.mark.parametrize("package", ["zarr", "pyarrow"])
def test_a_package_that_is_missing_is_named_with_the_command(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_zarr(GREY) if package == "zarr" else write_parquet(GREY)
    for name in (package, "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    message = refused("zarr" if package == "zarr" else "parquet", **SHAPE)
    assert f"; run `make large`, or `pip install '{package}>=" in message
