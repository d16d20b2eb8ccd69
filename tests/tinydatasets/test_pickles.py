"""The file format: the published bytes out, and nothing but data in."""

from __future__ import annotations

import os
import pickle
import re
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinydatasets
from tinydatasets import FormatError, Split, pickles

ROOT = Path(__file__).parent.parent.parent
TRAIN = ROOT / "datasets/tinydigits-150/train.pkl"


def a_split(rows: int = 3, height: int = 2, width: int = 2) -> Split:
    images = np.linspace(0, 1, rows * height * width, dtype=np.float32)
    return Split(images.reshape(rows, height, width), np.arange(rows))


def as_numpy_writes(split: Split) -> bytes:
    return pickle.dumps({"images": split.images, "labels": split.labels}, protocol=4)


# Around the sizes at which an integer, a run of bytes or a frame is written in another way.
ROWS = [1, 2, 31, 32, 255, 256, 1023, 4080, 4095, 4096, 8100, 8179, 8183, 8192, 65_535, 65_536]


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="the bytes of NumPy 2")
@pytest.mark.parametrize(
    ("rows", "width"),
    [(rows, width) for rows in ROWS for width in (1, 7)] + [(1, 16_383), (2, 2**15)],
)
def test_the_bytes_are_those_of_numpy_2(rows: int, width: int) -> None:
    split = a_split(rows, 1, width)
    assert tinydatasets.dumps(split) == as_numpy_writes(split)


def test_any_order_in_memory_gives_the_same_bytes() -> None:
    split = a_split(5, 4, 3)
    expected = tinydatasets.dumps(split)
    backwards = Split(split.images[::-1][::-1], split.labels[::-1][::-1])
    assert tinydatasets.dumps(backwards) == expected
    in_columns = Split(np.asfortranarray(split.images), split.labels)
    assert tinydatasets.dumps(in_columns) == expected


@pytest.mark.parametrize("core", [b"\x16numpy._core.multiarray", b"\x15numpy.core.multiarray"])
def test_both_spellings_of_numpys_core_are_read(core: bytes) -> None:
    split = a_split()
    data = tinydatasets.dumps(split).replace(b"\x16numpy._core.multiarray", core)
    length = struct.pack("<Q", len(data) - 11)  # after PROTO, FRAME and this length
    found = tinydatasets.loads(data[:3] + length + data[11:])
    np.testing.assert_array_equal(found.images, split.images)
    np.testing.assert_array_equal(found.labels, split.labels)
    assert [array.dtype.str for array in found] == ["<f4", "<i8"]


class Calls:
    """Pickles as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize(
    "hostile",
    [
        lambda mark: Calls(open, mark, "w"),
        lambda mark: Calls(os.system, f"touch {mark}"),
        lambda mark: Calls(getattr, Calls(__import__, "os"), f"system touch {mark}"),
        lambda mark: {"images": np.array([Calls(os.system, f"touch {mark}")]), "labels": 1},
        lambda mark: {"images": Calls(np.frombuffer, b"1234", Calls(open, mark, "w"))},
        lambda mark: Calls(eval, f"open({mark!r}, 'w')"),
        lambda mark: {"images": Calls(exec, f"open({mark!r}, 'w')"), "labels": 1},
        lambda _: {"images": np.array([{}], dtype=object), "labels": 1},
        lambda _: {"images": a_split().images, "labels": 2},
        lambda _: {"labels": a_split().labels, "images": a_split().images},
        lambda _: {"images": a_split().images},
        lambda _: {"images": a_split().images, "labels": a_split().labels, "more": 1},
        lambda _: {"images": a_split().images.T, "labels": a_split().labels},
        lambda _: "images",
        lambda _: 2**70,
    ],
)
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_pickle_of_anything_else_runs_nothing(
    hostile: Any, protocol: int, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    path = tmp_path / "hostile.pkl"
    path.write_bytes(pickle.dumps(hostile(str(mark)), protocol=protocol))
    with pytest.raises(FormatError, match=f"{re.escape(str(path))}: not a split: damaged"):
        tinydatasets.read(path)
    assert not mark.exists()


# Tuples of tuples, each twice the one before: 2^60 steps to hash, as much memory to print.
DOUBLED = b"(NNt\x94" + b"".join(b"h%ch%c\x86\x94" % (i, i) for i in range(60))


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04" + DOUBLED + b"}(h<Nu.",
        tinydatasets.dumps(a_split()).replace(b"K\x03K\x02K\x02\x87", DOUBLED + b"h<"),
        b"\x80\x04r\xff\xff\xff\x7f.",  # LONG_BINPUT: a memo of 2^31 places
        b"\x80\x04B\xff\xff\xff\xff.",  # BINBYTES: 4 GB declared, none there
        b"\x80\x04\x8e" + b"\xff" * 8 + b".",  # BINBYTES8: 2^64 bytes declared
        b"\x80\x04\x95" + b"\xff" * 8 + b".",  # FRAME: the same
        b"\x80\x04" + b"(" * 10_000_000 + b".",
        b"\x80\x04cbuiltins\neval\n.",
        b"\x80\x04\x82\x01.",  # EXT1: the extension registry
        b"\x80\x04P1\n.",  # PERSID
        b"\x80\x04\x8c\x02os\x8c\x0bpath.exists\x93.",  # STACK_GLOBAL with a dot
        b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93J\xff\xff\xff\x7f\x85R.",  # 8 GB, allowed name
        b"",
        b".",
    ],
)
def test_a_bomb_is_refused_and_takes_no_memory(data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(FormatError, match="not a split: damaged"):
        tinydatasets.loads(data)
    assert tracemalloc.get_traced_memory()[1] < 2**28
    tracemalloc.stop()


def test_a_file_cut_short_at_any_byte_is_refused() -> None:
    data = tinydatasets.dumps(a_split())
    for length in range(len(data)):
        with pytest.raises(FormatError, match="not a split"):
            tinydatasets.loads(data[:length])


def test_bytes_after_the_end_are_refused() -> None:
    with pytest.raises(FormatError, match="not a split"):
        tinydatasets.loads(tinydatasets.dumps(a_split()) + b"\0")


def test_a_git_lfs_pointer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.pkl"
    path.write_text("version https://git-lfs.github.com/spec/v1\nsize 264255\n")
    with pytest.raises(FormatError, match="not a split"):
        tinydatasets.read(path)


def test_an_endless_file_is_not_read() -> None:
    with pytest.raises(FormatError, match="/dev/zero: not a split"):
        tinydatasets.read("/dev/zero")


@pytest.mark.parametrize("core", ["numpy._core.multiarray", "numpy.core.multiarray"])
def test_a_file_with_any_byte_changed_is_refused_or_holds_that_change(core: str) -> None:
    split = a_split(2, 1, 1)
    data = pickles._write(split, core)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 0x10
        try:
            found = tinydatasets.loads(bytes(changed))
        except FormatError:
            continue
        same_images = np.array_equal(found.images, split.images)
        assert not (same_images and np.array_equal(found.labels, split.labels))


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 1, 1)), np.zeros(2, np.int64), "expected float32 images"),
        (np.zeros((2, 1, 1), np.float32), np.zeros(2), "int64 labels"),
        (np.zeros((2, 1), np.float32), np.zeros(2, np.int64), "expected images (n, height, width)"),
        (np.zeros((2, 1, 1), np.float32), np.zeros(3, np.int64), "expected images (n, height"),
        (np.zeros((0, 1, 1), np.float32), np.zeros(0, np.int64), "expected at least one row"),
        (np.full((1, 1, 1), 1.01, np.float32), np.zeros(1, np.int64), "pixels in [0, 1]"),
        (np.full((1, 1, 1), np.nan, np.float32), np.zeros(1, np.int64), "pixels in [0, 1]"),
        (np.zeros((1, 1, 1), np.float32), np.full(1, -1), "labels of 0 or more, found -1"),
    ],
)
def test_arrays_that_are_no_split_are_neither_written_nor_read(
    images: Any, labels: Any, message: str
) -> None:
    with pytest.raises(FormatError) as caught:
        tinydatasets.dumps(Split(images, labels))
    assert message in str(caught.value)
    with pytest.raises(FormatError, match="not a split"):
        tinydatasets.loads(as_numpy_writes(Split(images, labels)))


def test_released_files_are_canonical() -> None:
    for path in sorted((ROOT / "datasets").glob("*/*.pkl")):
        assert tinydatasets.dumps(tinydatasets.read(path)) == path.read_bytes()


def test_plain_pickle_and_the_safe_reader_agree() -> None:
    with TRAIN.open("rb") as file:
        plain = pickle.load(file)
    safe = tinydatasets.read(TRAIN)
    np.testing.assert_array_equal(plain["images"], safe.images)
    np.testing.assert_array_equal(plain["labels"], safe.labels)


def test_picklescan_finds_nothing_in_what_we_ship() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "picklescan", "--path", ROOT / "datasets"],
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    assert re.search(r"Scanned files: ([4-9]|\d\d)", printed.stdout)
    assert "Infected files: 0" in printed.stdout
    assert "Dangerous globals: 0" in printed.stdout


def test_what_is_read_can_be_changed() -> None:
    split = tinydatasets.read(TRAIN)
    split.images[0] = 0
    split.labels[0] = 0
    assert not split.images[0].any()
