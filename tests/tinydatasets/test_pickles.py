"""The file format: the published bytes out, and nothing but data in."""

import math
import os
import pickle
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinydatasets
from tests.conftest import ROOT
from tinydatasets import FormatError, Split, pickles


def a_split(
    rows: int = 3, height: int = 2, width: int = 2, *colours: int, dtype: type = np.float32
) -> Split:
    shape = (rows, height, width, *colours)
    images = np.linspace(0, 1 if dtype is np.float32 else 255, math.prod(shape))
    return Split(images.astype(dtype).reshape(shape), np.arange(rows))


def as_numpy_writes(split: Split) -> bytes:
    return pickle.dumps({"images": split.images, "labels": split.labels}, protocol=4)


# Around the sizes at which an integer, a run of bytes or a frame is written in another way.
ROWS = [1, 2, 31, 32, 255, 256, 1023, 4080, 4095, 4096, 8100, 8179, 8183, 8192, 65_535, 65_536]


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="the bytes of NumPy 2")
@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("colours", [(), (3,)], ids=["grey", "colour"])
@pytest.mark.parametrize(
    ("rows", "width"),
    [(rows, width) for rows in ROWS for width in (1, 7)]
    + [(1, 5461), (1, 16_383), (1, 21_846), (2, 2**15), (1, 2**16)],
)
def test_the_bytes_are_those_of_numpy_2(
    rows: int, width: int, colours: tuple[int, ...], dtype: type
) -> None:
    split = a_split(rows, 1, width, *colours, dtype=dtype)
    assert pickles.dumps(split) == as_numpy_writes(split)
    found = pickles.loads(as_numpy_writes(split))
    assert found.images.shape == (rows, 1, width, *colours)
    assert found.images.dtype == dtype
    np.testing.assert_array_equal(found.images, split.images)
    np.testing.assert_array_equal(found.labels, split.labels)


@pytest.mark.parametrize(
    "images",
    [np.zeros((1, 1, 8), np.uint8), np.full((1, 1, 1), ord("b"), np.uint8)],
    ids=["labels", "b"],
)
def test_pixels_like_other_parts_of_the_file_are_read_again(images: Any) -> None:
    found = pickles.loads(pickles.dumps(Split(images, np.array([0]))))
    np.testing.assert_array_equal(found.images, images)


def test_what_is_too_large_to_be_read_is_not_written() -> None:
    split = Split(np.zeros((1, 2900, 2900), np.float32), np.zeros(1, np.int64))
    message = "a split has at most 33,554,432 bytes; take fewer rows, or uint8 pixels"
    with pytest.raises(FormatError, match=f"33,640,260 bytes: {message}"):
        pickles.dumps(split)
    with pytest.raises(FormatError, match=f"not a split: {message}"):
        pickles.loads(as_numpy_writes(split))


def test_any_order_in_memory_gives_the_same_bytes() -> None:
    images, labels = split = a_split(5, 4, 3, 3, dtype=np.uint8)
    planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    for same in (images[::-1].copy()[::-1], np.asfortranarray(images), planes):
        assert pickles.dumps(Split(same, labels)) == pickles.dumps(split)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("core", [b"\x16numpy._core.multiarray", b"\x15numpy.core.multiarray"])
def test_both_spellings_of_numpys_core_are_read(core: bytes, dtype: type) -> None:
    split = a_split(4, 3, 2, 3, dtype=dtype)
    data = pickles.dumps(split).replace(b"\x16numpy._core.multiarray", core)
    length = struct.pack("<Q", len(data) - 11)  # after PROTO, FRAME and this length
    found = pickles.loads(data[:3] + length + data[11:])
    np.testing.assert_array_equal(found.images, split.images)
    np.testing.assert_array_equal(found.labels, split.labels)
    assert [array.dtype for array in found] == [dtype, np.int64]


class Calls:
    """Pickles as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def anything_else(mark: str) -> list[object]:
    """Return what is no split; what of it is a call would make the file `mark`."""
    split = a_split()
    return [
        Calls(open, mark, "w"),
        Calls(os.system, f"touch {mark}"),
        Calls(getattr, Calls(__import__, "os"), f"system touch {mark}"),
        {"images": np.array([Calls(os.system, f"touch {mark}")]), "labels": 1},
        {"images": Calls(np.frombuffer, b"1234", Calls(open, mark, "w"))},
        {"images": Calls(exec, f"open({mark!r}, 'w')"), "labels": 1},
        {"labels": split.labels, "images": split.images},
        {"images": split.images},
        {"images": split.images, "labels": split.labels, "more": 1},
        {"images": split.images.T, "labels": split.labels},
        {"images": split.images, "labels": split.labels.astype(">i8")},
        {"images": split.images.astype(">f4"), "labels": split.labels},
        2**70,
    ]


# Tuples of tuples, each twice the one before: 2^60 steps to hash, as much memory to print.
DOUBLED = b"(NNt\x94" + b"".join(b"h%ch%c\x86\x94" % (i, i) for i in range(60))
LARGEST = pickles.LARGEST_FILE  # as much as is read of a file at all
BOMBS = {
    "doubled tuples as a key": b"\x80\x04" + DOUBLED + b"}(h<Nu.",
    "doubled tuples as a shape": pickles.dumps(a_split()).replace(
        b"K\x03K\x02K\x02\x87", DOUBLED + b"h<"
    ),
    "a memo of 2^31 places": b"\x80\x04r\xff\xff\xff\x7f.",  # LONG_BINPUT
    "4 GB declared": b"\x80\x04B\xff\xff\xff\xff.",  # BINBYTES
    "2^64 bytes declared": b"\x80\x04\x8e" + b"\xff" * 8 + b".",  # BINBYTES8
    "a frame of 2^64 bytes": b"\x80\x04\x95" + b"\xff" * 8 + b".",
    "marks": b"\x80\x04" + b"(" * (LARGEST - 3) + b".",
    "a name without a newline": b"\x80\x04c" + b"a" * (LARGEST - 3),
    "digits": b"\x80\x04I" + b"9" * (LARGEST - 5) + b"\n.",  # INT, its argument in decimal
    "escapes": b"\x80\x04V" + b"\\u0041" * (LARGEST // 6 - 2) + b"\n.",  # UNICODE
    "the extension registry": b"\x80\x04\x82\x01.",
    "a dotted name": b"\x80\x04\x8c\x02os\x8c\x0bpath.exists\x93.",  # STACK_GLOBAL
    "8 GB by an allowed name": b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93J\xff\xff\xff\x7f\x85R.",
}


# Reads each file with 2 s of the processor, after which the system ends this process, and says in
# the end how much larger it ever was than when it began.
LIMITED = """
import re, signal, sys
from pathlib import Path
import tinydatasets
def kilobytes(what):
    return int(re.search(what + r":\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = kilobytes("VmSize")
for path in sys.argv[1:]:
    signal.setitimer(signal.ITIMER_PROF, 2)
    try:
        tinydatasets.read_split(path)
    except tinydatasets.FormatError as error:
        print(error)
print(kilobytes("VmPeak") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_file_runs_anything_or_takes_more_than_256_mb_or_2_seconds(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    large = bytearray(pickles.dumps(a_split(1, 2895, 2895)))
    large[-2] ^= 1
    assert LARGEST * 0.99 < len(large) < LARGEST
    files = {**BOMBS, "the largest split, and a bit flipped": bytes(large)}
    for protocol in (0, 2, 4, 5):
        for case, value in enumerate(anything_else(str(mark))):
            files[f"case {case} of protocol {protocol}"] = pickle.dumps(value, protocol=protocol)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    result = subprocess.run(
        [sys.executable, "-c", LIMITED, *files],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert (result.returncode, result.stderr) == (0, "")
    *refused, peak = result.stdout.splitlines()
    assert [line.split(": not a split: damaged")[0] for line in refused] == list(files)
    assert not mark.exists()
    assert int(peak) < 256_000


@pytest.mark.parametrize("colours", [(), (3,)], ids=["grey", "colour"])
def test_a_file_that_is_not_whole_or_has_more_is_refused(colours: tuple[int, ...]) -> None:
    data = pickles.dumps(a_split(3, 2, 2, *colours))
    pointer = b"version https://git-lfs.github.com/spec/v1\nsize 264255\n"
    for changed in (*(data[:length] for length in range(len(data))), data + b"\0", pointer):
        with pytest.raises(FormatError, match="not a split"):
            pickles.loads(changed)
    with pytest.raises(FormatError, match="/dev/zero: not a split"):
        tinydatasets.read_split("/dev/zero")


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 1, 1)), np.zeros(2, int), "expected float32 or uint8 images"),
        (np.zeros((2, 1, 1), np.float32), np.zeros(2), "int64 labels"),
        (np.zeros((2, 1), np.float32), np.zeros(2, int), "expected images (n, height, width)"),
        (np.zeros((2, 1, 1, 4), np.uint8), np.zeros(2, int), "or (n, height, width, 3) and"),
        (np.zeros((2, 3, 1, 1), np.uint8), np.zeros(2, int), "found images uint8 (2, 3, 1, 1)"),
        (np.zeros((1, 2, 1, 1, 3), np.uint8), np.zeros(1, int), "(n, height, width, 3) and"),
        (np.zeros((2, 1, 1), np.float32), np.zeros(3, int), "(2, 1, 1), labels int64 (3,)"),
        (np.zeros((0, 1, 1), np.float32), np.zeros(0, int), "expected at least one row"),
        (np.full((1, 1, 1, 3), -0.1, np.float32), np.zeros(1, int), "pixels in [0, 1]"),
        (np.full((1, 1, 1), 1.01, np.float32), np.zeros(1, int), "pixels in [0, 1]"),
        (np.full((1, 1, 1), np.nan, np.float32), np.zeros(1, int), "pixels in [0, 1]"),
        (np.zeros((1, 1, 1), np.float32), np.full(1, -1), "labels of 0 or more, found -1"),
    ],
)
def test_arrays_that_are_no_split_are_neither_written_nor_read(
    images: Any, labels: Any, message: str
) -> None:
    with pytest.raises(FormatError, match=re.escape(message)):
        pickles.dumps(Split(images, labels))
    with pytest.raises(FormatError, match="not a split"):
        pickles.loads(as_numpy_writes(Split(images, labels)))


def test_released_files_are_canonical_and_plain_pickle_reads_them() -> None:
    for path in sorted((ROOT / "datasets").glob("*/*.pkl")):
        split = tinydatasets.read_split(path)
        assert pickles.dumps(split) == path.read_bytes()
        plain = pickle.loads(path.read_bytes())
        np.testing.assert_array_equal(plain["images"], split.images)
        np.testing.assert_array_equal(plain["labels"], split.labels)
        split.images[0] = split.labels[0] = 0  # what is read can be changed


def test_picklescan_finds_nothing_in_what_we_ship() -> None:
    command = [sys.executable, "-m", "picklescan", "--path", str(ROOT / "datasets")]
    printed = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, timeout=120)
    assert re.search(r"Scanned files: ([4-9]|\d\d)", printed.stdout)
    assert "Infected files: 0" in printed.stdout
