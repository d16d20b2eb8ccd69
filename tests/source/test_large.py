"""Sources larger than memory: the same rows from each kind, and one message for what is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
import zarr
from pyarrow import parquet as pq

from stages.common import blocks as module
from stages.common.blocks import take
from stages.common.errors import StageError, WorkersError
from stages.source import parquet, parts, zarr_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from stages.common.blocks import Data

Array = npt.NDArray[Any]
GENERATOR = np.random.RandomState(6)
GREY = GENERATOR.randint(0, 256, (23, 3, 4)).astype(np.uint8)
COLOUR = GENERATOR.randint(0, 256, (23, 2, 2, 3)).astype(np.uint8)
LABELS = GENERATOR.randint(0, 3, 23)
NAMES = np.array([f"blatt {i}é" for i in range(23)])
NUMBERS = np.arange(23, dtype=np.uint64) + 2**63


def write_parts(folder: Path, images: Array, labels: Array, ids: Array | None) -> Data:
    folder.mkdir()
    for i, rows in enumerate(np.split(np.arange(23), [9, 9, 20])):
        np.save(folder / f"images-{i:03}.npy", images[rows])
        np.save(folder / f"labels-{i:03}.npy", labels[rows])
        if ids is not None:
            np.save(folder / f"ids-{i:03}.npy", ids[rows])
    return parts.open_blocks(folder)


def write_zarr(
    folder: Path, images: Array, labels: Array, ids: Array | None, **options: Any
) -> Data:
    group: Any = zarr.open_group(folder, mode="w", zarr_format=options.pop("zarr_format", 3))
    group.create_array("images", data=images, chunks=(4, *images.shape[1:]), **options)
    group.create_array("labels", data=labels)
    if ids is not None:
        # Text of any length, as other programs write it.
        text = ids.dtype.kind == "U"
        array = group.create_array("ids", shape=ids.shape, dtype=str if text else ids.dtype)
        array[:] = ids
    return zarr_store.open_blocks(folder)


def table(images: Array, labels: Array, ids: Array | None, kind: pa.DataType) -> pa.Table:
    flat = images.reshape(len(images), -1)
    values = [row.tobytes() for row in flat] if "binary" in str(kind) else flat.tolist()
    columns = {"image": pa.array(values, kind), "label": labels}
    return pa.table(columns if ids is None else {**columns, "id": ids})


def write_parquet(
    folder: Path,
    images: Array,
    labels: Array,
    ids: Array | None,
    kind: Callable[[int], pa.DataType] = pa.binary,
) -> Data:
    folder.mkdir()
    all_rows = table(images, labels, ids, kind(images[0].size))
    pq.write_table(all_rows[:9], folder / "a.parquet", row_group_size=2)
    pq.write_table(all_rows[9:9], folder / "b.parquet")
    pq.write_table(all_rows[9:], folder / "c.parquet", row_group_size=5)
    return parquet.open_blocks(folder, images.shape[1:])


KINDS: dict[str, Callable[..., Data]] = {
    "parts": write_parts,
    "zarr": write_zarr,
    "zarr 2": partial(write_zarr, zarr_format=2),
    "zarr with shards": partial(write_zarr, shards=(8, 3, 4)),
    "parquet of binary": partial(write_parquet, kind=lambda _: pa.binary()),
    "parquet of large binary": partial(write_parquet, kind=lambda _: pa.large_binary()),
    "parquet of fixed binary": partial(write_parquet, kind=pa.binary),
    "parquet of lists": partial(write_parquet, kind=lambda _: pa.list_(pa.uint8())),
    "parquet of large lists": partial(write_parquet, kind=lambda _: pa.large_list(pa.uint8())),
    "parquet of fixed lists": partial(write_parquet, kind=lambda size: pa.list_(pa.uint8(), size)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 50, 10_000])
@pytest.mark.parametrize("ids", [None, NAMES, NUMBERS], ids=["no ids", "names", "numbers"])
def test_each_kind_gives_the_rows_that_were_written(
    kind: str, size: int, ids: Array | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in (module, parquet):
        monkeypatch.setattr(reader, "BLOCK_BYTES", size)
    monkeypatch.chdir(tmp_path)
    opened = KINDS[kind](Path("leaves"), GREY, LABELS, ids)
    # Another process gets them as a pickle, and may stand in another folder.
    monkeypatch.chdir(tmp_path.parent)
    blocks = pickle.loads(pickle.dumps(opened.blocks))
    starts = np.cumsum([0, *(block.rows for block in blocks)]).tolist()
    assert [block.start for block in blocks] == starts[:-1]
    assert len(blocks) > 2 or size == 10_000
    loaded = [block.load() for block in blocks]
    assert {images.dtype for images in loaded} == {np.dtype(np.uint8)}
    np.testing.assert_array_equal(np.concatenate(loaded), GREY)
    np.testing.assert_array_equal(take(blocks, np.array([22, 0, 9])), GREY[[22, 0, 9]])
    assert opened.labels.dtype == np.int64
    np.testing.assert_array_equal(opened.labels, LABELS)
    if ids is None:
        assert opened.ids is None
    else:
        assert opened.ids is not None
        assert opened.ids.tolist() == ids.tolist()


@pytest.mark.parametrize("write", [write_parts, write_zarr, write_parquet])
def test_colours_are_read(write: Callable[..., Data], tmp_path: Path) -> None:
    opened = write(tmp_path / "leaves", COLOUR, LABELS, None)
    np.testing.assert_array_equal(take(opened.blocks, np.arange(23)), COLOUR)


def test_blocks_follow_chunks_and_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in (module, parquet):
        monkeypatch.setattr(reader, "BLOCK_BYTES", 60)
    of_chunks = write_zarr(tmp_path / "zarr", GREY, LABELS, None).blocks
    assert [block.rows for block in of_chunks] == [4, 4, 4, 4, 4, 3]
    of_groups = write_parquet(tmp_path / "parquet", GREY, LABELS, None).blocks
    assert [block.rows for block in of_groups] == [6, 3, 5, 5, 4]


def test_one_parquet_file_is_a_source_too(tmp_path: Path) -> None:
    write_parquet(tmp_path / "leaves", GREY, LABELS, None)
    opened = parquet.open_blocks(tmp_path / "leaves" / "c.parquet", [3, 4])
    np.testing.assert_array_equal(take(opened.blocks, np.arange(14)), GREY[9:])


# --- What is wrong -------------------------------------------------------------------------------


def save(name: str, array: Array) -> Callable[[Path], object]:
    return lambda folder: np.save(folder / name, array)


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def write(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data)


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def message_of(read: Callable[[], object], folder: Path) -> str:
    """Give the message that reading stops with, which begins with a file or folder."""
    with pytest.raises(StageError) as caught:
        read()
    message = str(caught.value)
    assert message.startswith(str(folder))
    return message.removeprefix(str(folder))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (empty, ": no files named images-*.npy"),
        (save("images-001.npy", GREY[:0, :2]), "/images-001.npy: images of the shape (2, 4), but"),
        (save("images-002.npy", GREY[:11] / 2), "/images-002.npy: pixels are float64, but must be"),
        (save("images-002.npy", GREY[0]), "/images-002.npy: the shape (3, 4) is not that of image"),
        (save("images-000.npy", np.array([{}])), "/images-000.npy: not a .npy file of numbers: "),
        (write("images-000.npy", b"x" * 200), "/images-000.npy: not a .npy file of numbers: "),
        (write("labels-002.npy", b""), "/labels-002.npy: not a .npy file of numbers: "),
        (remove("labels-002.npy"), "/labels-002.npy: missing, beside images-002.npy"),
        (remove("ids-002.npy"), "/ids-002.npy: missing, but other parts have ids"),
        (remove("ids-000.npy"), "/ids-000.npy: missing, but other parts have ids"),
        (
            save("labels-002.npy", LABELS[:2]),
            "/labels-002.npy: the labels have the shape (2,), but there are 11 images",
        ),
        (save("labels-002.npy", LABELS[:11] - 9), "/labels-002.npy: labels must be whole numbers"),
        (save("labels-002.npy", LABELS[:11] / 2), "/labels-002.npy: labels must be whole numbers"),
        (save("labels-002.npy", NAMES[:11]), "/labels-002.npy: labels must be whole numbers"),
        (save("ids-000.npy", LABELS[:9]), ": ids must be of one kind in all files, but are <U1, "),
        (save("ids-000.npy", LABELS[:9] / 2), "/ids-000.npy: ids must be whole numbers or text"),
        (save("ids-000.npy", NAMES[:9].astype(object)), "/ids-000.npy: not a .npy file of numb"),
    ],
)
def test_parts_that_are_wrong_are_named(
    spoil: Callable[[Path], object], message: str, tmp_path: Path
) -> None:
    folder = tmp_path / "leaves"
    write_parts(folder, GREY, LABELS, NAMES)
    spoil(folder)
    assert message_of(lambda: parts.open_blocks(folder), folder).startswith(message)


def test_parts_without_a_row_are_no_source(tmp_path: Path) -> None:
    np.save(tmp_path / "images-0.npy", GREY[:0])
    np.save(tmp_path / "labels-0.npy", LABELS[:0])
    assert message_of(lambda: parts.open_blocks(tmp_path), tmp_path) == ": no images"


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "/images: no array of Zarr: "),
        ({"images": GREY}, "/labels: no array of Zarr: "),
        ({"images": GREY / 2, "labels": LABELS}, "/images: pixels are float64, but must be uint8"),
        ({"images": GREY[0], "labels": LABELS[:3]}, "/images: the shape (3, 4) is not that of"),
        ({"images": GREY, "labels": LABELS[:5]}, "/labels: the labels have the shape (5,), but"),
        ({"images": GREY, "labels": LABELS - 5}, "/labels: labels must be whole numbers"),
        ({"images": GREY, "labels": LABELS, "ids": LABELS / 2}, "/ids: ids must be whole numbers"),
        ({"images": GREY[:0], "labels": LABELS[:0]}, "/images: no images"),
    ],
)
def test_a_zarr_group_that_is_wrong_is_named(
    arrays: dict[str, Array], message: str, tmp_path: Path
) -> None:
    group: Any = zarr.open_group(tmp_path, mode="w")
    for name, array in arrays.items():
        group.create_array(name, shape=array.shape, dtype=array.dtype, chunks=array[:9].shape)
        group[name][:] = array
    assert message_of(lambda: zarr_store.open_blocks(tmp_path), tmp_path).startswith(message)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"zarr_format": 3, "codecs": [7]}', b"\xff"])
def test_metadata_of_zarr_that_is_wrong_is_named(data: bytes, tmp_path: Path) -> None:
    write_zarr(tmp_path / "leaves", GREY, LABELS, None)
    (tmp_path / "leaves/images/zarr.json").write_bytes(data)
    message = message_of(lambda: zarr_store.open_blocks(tmp_path / "leaves"), tmp_path)
    assert message.startswith("/leaves/images: no array of Zarr: ")


def test_a_damaged_chunk_of_zarr_is_named(tmp_path: Path) -> None:
    blocks = write_zarr(tmp_path / "leaves", GREY, LABELS, None).blocks
    (tmp_path / "leaves/images/c/1/0/0").write_bytes(b"no chunk")
    message = message_of(blocks[0].load, tmp_path)
    assert message.startswith("/leaves/images: damaged between rows 0 and 23: ")


class Trap:
    """Make a folder where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_in_zarr_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A chunk of format 2 may be a pickle, which older releases of numcodecs open unasked.
    monkeypatch.setattr("numcodecs.pickles.ALLOW_UNSAFE_PICKLE_DECODE", True, raising=False)
    write_zarr(tmp_path / "leaves", GREY, LABELS, NAMES, zarr_format=2)
    metadata = tmp_path / "leaves/ids/.zarray"
    described = {**json.loads(metadata.read_bytes()), "compressor": {"id": "pickle"}}
    metadata.write_text(json.dumps(described))
    (tmp_path / "leaves/ids/0").write_bytes(pickle.dumps(Trap(tmp_path / "opened")))
    message = message_of(lambda: zarr_store.open_blocks(tmp_path / "leaves"), tmp_path)
    assert message.startswith("/leaves/ids: its chunks are stored with pickle, which is not read")
    assert not (tmp_path / "opened").exists()
    # The trap works.
    with pytest.raises(Exception):  # noqa: B017, PT011 - what comes of it is no array
        zarr.open_array(tmp_path / "leaves/ids", mode="r")[:]
    assert (tmp_path / "opened").exists()


BINARY, LIST = pa.binary(), pa.list_(pa.uint8())


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"image": pa.array([b"x" * 12] * 2)}, ": no column label, but image"),
        ({"label": [0, 1]}, ": no column image, but label"),
        ({"image": ["a", "b"], "label": [0, 1]}, ": the column image is string, but must be bina"),
        ({"image": [[1] * 12] * 2, "label": [0, 1]}, ": the column image is list<"),
        ({"image": [b"x" * 12] * 2, "label": [0, None]}, ": 1 values of the column label are miss"),
        ({"image": [b"x" * 12] * 2, "label": [0, -1]}, ": labels must be whole numbers, 0 for the"),
        ({"image": [b"x" * 12] * 2, "label": ["a", "b"]}, ": labels must be whole numbers, 0 for"),
        ({"image": [b"x" * 12] * 2, "label": [0, 1], "id": [0.5, 1.5]}, ": ids must be whole numb"),
        ({"image": [b"x" * 12, None], "label": [0, 1]}, ": 1 values of the column image are miss"),
        ({"image": [b"x" * 12, b"x"], "label": [0, 1]}, ": row 1: an image of 1 values, but 3 x 4"),
        (
            {"image": pa.array([[1] * 12, [1] * 11], LIST), "label": [0, 1]},
            ": row 1: an image of 11 values, but 3 x 4 is 12",
        ),
        (
            {"image": pa.array([[1] * 11 + [None]] * 2, LIST), "label": [0, 1]},
            ": pixels from row 0 on are missing",
        ),
        ({"image": pa.array([], BINARY), "label": pa.array([], pa.int64())}, ": no images"),
    ],
)
def test_a_parquet_file_that_is_wrong_is_named(
    columns: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "leaves.parquet"
    pq.write_table(pa.table(columns), path)

    def read() -> None:
        for block in parquet.open_blocks(path, [3, 4]).blocks:
            block.load()

    assert message_of(read, path).startswith(message)


@pytest.mark.parametrize("data", [b"", b"no parquet", b"PAR1" + b"x" * 50 + b"PAR1"])
def test_what_is_no_parquet_is_named(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "leaves.parquet"
    path.write_bytes(data)
    message = message_of(lambda: parquet.open_blocks(path, [3, 4]), path)
    assert message.startswith(": not a Parquet file: ")


def test_parquet_files_differ_or_there_is_none(tmp_path: Path) -> None:
    message = message_of(lambda: parquet.open_blocks(tmp_path, [3, 4]), tmp_path)
    assert message == ": no files named *.parquet"
    for first, second, said in (
        (NAMES, None, "/b.parquet: no column id, but image, label"),
        (None, NAMES, "/b.parquet: a column id, which other files do not have"),
    ):
        pq.write_table(table(GREY, LABELS, first, BINARY), tmp_path / "a.parquet")
        pq.write_table(table(GREY, LABELS, second, BINARY), tmp_path / "b.parquet")
        assert message_of(lambda: parquet.open_blocks(tmp_path, [3, 4]), tmp_path) == said


@pytest.mark.parametrize(
    ("package", "read"),
    [
        ("zarr", zarr_store.open_blocks),
        ("pyarrow", lambda path: parquet.open_blocks(path, [3, 4])),
    ],
)
def test_a_package_that_is_missing_is_named_with_the_command(
    package: str,
    read: Callable[[Path], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (package, "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    message = message_of(lambda: read(tmp_path / "leaves"), tmp_path)
    assert re.search(rf"; run `make large`, or `pip install '{package}>=", message)


# --- As a kind of source ------------------------------------------------------------------------


def test_what_is_left_out_is_found(data: Path, look: Callable[..., Any]) -> None:
    write_parts(data / "leaves", np.minimum(GREY, 200), LABELS, None)
    found = look(parts="data/leaves")
    assert found.image_shape == [3, 4]
    assert found.maximum == 200
    assert found.rows_per_class == np.bincount(LABELS).tolist()
    assert found.classes == ["0", "1", "2"]
    listed = subprocess.run(
        ["sha256sum", *sorted(path.name for path in (data / "leaves").iterdir())],
        cwd=data / "leaves",
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    assert found.sha256 == hashlib.sha256(listed).hexdigest()
    # Pixels may be darker than the brightest that is possible, and no brighter.
    assert look(parts="data/leaves", maximum=255).maximum == 255
    with pytest.raises(StageError, match=r"^maximum: 199, but the data has 200$"):
        look(parts="data/leaves", maximum=199)


def test_a_link_to_a_folder_is_refused(data: Path, look: Callable[..., Any]) -> None:
    write_zarr(data / "leaves", GREY, LABELS, None)
    (data / "leaves/images").rename(data / "elsewhere")
    (data / "leaves/images").symlink_to("../elsewhere")
    with pytest.raises(StageError, match=r"^zarr: data/leaves/images: a symbolic link to a folder"):
        look(zarr="data/leaves")


def test_an_error_of_workers_is_not_one_of_the_data(
    data: Path, look: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parts(data / "leaves", GREY, LABELS, None)
    monkeypatch.setenv("TINYDATASETS_WORKERS", "many")
    with pytest.raises(WorkersError, match=r"^TINYDATASETS_WORKERS: 'many' is neither"):
        look(parts="data/leaves")
