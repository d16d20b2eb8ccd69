"""Files that have all images or all labels: .npy, IDX and CSV."""

import gzip
import hashlib
import io
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stages.source import data_folder
from stages.source.tables import parse_csv
from tests.source.conftest import look, refused
from tests.tinydatasets.test_pickles import Calls

Array = npt.NDArray[Any]
GREY = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
COLOUR = GREY.reshape(4, 2, 2, 3)
LABELS = np.array([1, 0, 2, 1])

pytestmark = pytest.mark.usefixtures("data")


def npy(array: Array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def idx(array: Array) -> bytes:
    """Write bytes as the page of MNIST says: type 8, lengths as big-endian integers."""
    lengths = struct.pack(f">{array.ndim}i", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes()


def packed(data: bytes) -> bytes:
    # Without the time, which would be another in each process of the tests.
    return gzip.compress(data, mtime=0)


def write(files: dict[str, bytes]) -> None:
    Path("data/leaves").mkdir()
    for name, contents in files.items():
        Path("data/leaves", name).write_bytes(contents)


@pytest.mark.parametrize("images", [GREY, np.asfortranarray(GREY), COLOUR, GREY.astype(">f8")])
def test_a_pair_of_npy_files_is_read(images: Array) -> None:
    write({"images.npy": npy(images), "labels.npy": npy(LABELS), "notes.txt": b"May"})
    found = look("npy")
    sums = [hashlib.sha256(npy(array)).hexdigest() for array in (images, LABELS)]
    # As `sha256sum *.npy` prints it in the folder.
    printed = f"{sums[0]}  images.npy\n{sums[1]}  labels.npy\n"
    assert found.facts == {
        "classes": ["0", "1", "2"],
        "image_shape": [*images.shape[1:]],
        "maximum": 47,
        "rows_per_class": [1, 2, 1],
        "sha256": hashlib.sha256(printed.encode()).hexdigest(),
        "equal": {"within": 0, "across": 0, "examples": []},
    }
    assert (found.images.tolist(), found.labels) == (images.tolist(), LABELS.tolist())
    del found.facts["equal"]
    assert look("npy", **{**found.facts, "maximum": 50}).facts["maximum"] == 50


@pytest.mark.parametrize(("images", "n"), [(GREY, 3), (COLOUR, 4)])
def test_a_pair_of_idx_files_is_read(images: Array, n: int) -> None:
    name, data = f"train-images.idx{n}-ubyte.gz", packed(idx(images))
    write({name: data, f"._{name}": b"", "labels-idx1-ubyte": idx(LABELS)})
    found = look("idx")
    assert (found.images.tolist(), found.labels) == (images.tolist(), LABELS.tolist())


PIXELS = [[0, 7, 255, 1], [9, 0, 0, 2], [3, 3, 3, 3]]


@pytest.mark.parametrize("end", ["csv", "csv.gz"])
def test_a_csv_is_read_and_its_shape_stated_or_square(end: str) -> None:
    text = "".join(f"{','.join(map(str, row))},oak {row[0]}\n" for row in PIXELS).encode()
    path = Path(f"data/leaves.{end}")
    path.write_bytes(gzip.compress(text) if end == "csv.gz" else text)
    facts, images, labels = look("csv", path.as_posix())
    assert (facts["classes"], facts["maximum"]) == (["oak 0", "oak 3", "oak 9"], 255)
    assert facts["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert images.reshape(3, 4).tolist() == PIXELS
    assert (labels, facts["image_shape"]) == ([0, 2, 1], [2, 2])
    assert look("csv", path.as_posix(), image_shape=[1, 4]).images.shape == (3, 1, 4)


@pytest.mark.parametrize(
    "header", ["", "label,1x1,1x2,2x1,2x2\n", "class,0,1,2,3\n", "a,b,c,d,e\n"]
)
def test_a_label_may_come_first_as_in_the_csv_files_of_mnist(header: str) -> None:
    lines = "".join(f"{i % 2},{','.join(map(str, row))}\n" for i, row in enumerate(PIXELS))
    Path("data/mnist.csv").write_text(header + lines)
    _, images, labels = look("csv", "data/mnist.csv", label="first")
    assert (images.reshape(3, 4).tolist(), labels) == (PIXELS, [0, 1, 0])
    # Of both a label and a class, the class is taken.
    assert parse_csv(b"label,class,a\n0,2,7\n1,10,0\n", "first")[1].tolist() == ["2", "10"]
    # A class is text, and neither is a pixel.
    assert parse_csv(b"a,class\n7,01\n0,1e0\n")[1].tolist() == ["01", "1e0"]
    with pytest.raises(ValueError, match="line 1: write label and class first"):
        parse_csv(b"a,label,class\n7,0,2\n")


def savetxt() -> str:
    file = io.StringIO()
    np.savetxt(file, np.column_stack([PIXELS, [1, 0, 1]]), delimiter=",")
    return file.getvalue()


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("0,7,255,1,1\n9,0,0,2,0\n3,3,3,3,1\n", [1, 0, 1]),
        (savetxt(), [1, 0, 1]),
        ("a,b,c,d,e\n0,7,255,1,1\n9,0,0,2,0\n3,3,3,3,1\n", [1, 0, 1]),
        ("0,1,2,3,label\n0,7,255,1,1\n9,0,0,2,0\n3,3,3,3,1\n", [1, 0, 1]),
        ("\ufeff0,7,255,1,oak\r\n9,0,0,2,elm\r\n\r\n3,3,3,3,oak", ["oak", "elm", "oak"]),
        (
            '"0",7,255,1,"a, b"\n9,0,0,2,橡\n3, 3 ,3.0,3e0, \u00a0 \n,,,,\n',
            ["a, b", "橡", "\u00a0"],
        ),
        # Neither is a label: one is no whole number, the others not in ASCII or too large.
        ("0,7,255,1,1.5\n9,0,0,2,2\n3,3,3,3,2\n", ["1.5", "2", "2"]),
        ("0,7,255,1,٣\n9,0,0,2,٢\n3,3,3,3,٢\n", ["٣", "٢", "٢"]),
        ("0,7,255,1,1e30\n9,0,0,2,1e999\n3,3,3,3,1\n", ["1e30", "1e999", "1"]),
    ],
)
def test_pixels_and_the_last_column_of_a_csv(text: str, classes: list[Any]) -> None:
    pixels, column = parse_csv(text.encode())
    assert pixels.tolist() == PIXELS
    assert column.tolist() == classes


@pytest.mark.parametrize(
    ("values", "stated", "labels"),
    [
        ([1, 0, 1, 1], ["b", "a"], [1, 0, 1, 1]),
        (["b", " a", "b ", "b"], ["b", "a"], [0, 1, 0, 0]),
        # By code point; é as one character or as two is one name; so is a space.
        (["橡", "é", "e\u0301", "\u00a0"], None, [2, 1, 1, 0]),
        (["سنديان", "oak tree", "10", "9"], None, [3, 2, 0, 1]),
    ],
)
def test_labels_are_numbers_or_names(
    values: list[Any], stated: list[str] | None, labels: list[int]
) -> None:
    write({"images.npy": npy(GREY), "labels.npy": npy(np.array(values))})
    assert look("npy", classes=stated).labels == labels


# --- What is refused -----------------------------------------------------------------------------


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, images=GREY, labels=LABELS)
    return file.getvalue()


def header(text: str) -> bytes:
    """Return a .npy file with any header."""
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text.encode() + bytes(8)


def with_pixel(value: float) -> bytes:
    pixels = GREY.astype(float)
    pixels[1, 2, 1] = value
    return npy(pixels)


SPY = Calls(pytest.fail, "it was unpickled")
SPIES = npy(np.array([SPY] * 4, object))
HUGE = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({10**15}, 1, 1)}}"
# NumPy raises other exceptions than ValueError at these.
HEADERS = (HUGE, "(" * 99, "-" * 9000, HUGE.replace("1", f"{2**70}"), HUGE[:-1] + "8")
WHOLE = "expected pixels that are whole numbers from 0 to 255, found "
NUMBERS = "expected pixels that are numbers, found "
SHAPE = "expected images of shape (n, height, width) or (n, height, width, 3), found "


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        *[
            (contents, "not a .npy file of numbers: ")
            for contents in (SPIES, pickle.dumps(SPY), npz(), b"", *map(header, HEADERS))
        ],
        *[(npy(GREY)[:length], "not a .npy file of numbers: ") for length in (5, 60, -1)],
        (with_pixel(0.5), f"{WHOLE}0.5 in image 2 of 4"),
        *[(with_pixel(value), WHOLE) for value in (np.nan, np.inf, -1, 256)],
        (npy(GREY > 3), f"{NUMBERS}bool"),
        (npy(GREY.astype(str)), f"{NUMBERS}<U"),
        (npy(GREY[:0]), f"{NUMBERS}none"),
        (npy(GREY[0, 0]), f"{SHAPE}(3,)"),
        (npy(GREY.reshape(4, 3, 2, 2)), f"{SHAPE}(4, 3, 2, 2)"),
    ],
)
def test_images_that_are_wrong_are_said(contents: bytes, message: str) -> None:
    write({"images.npy": contents, "labels.npy": npy(LABELS)})
    assert refused("npy").startswith(f"path: data/leaves/images.npy: {message}")


GAP = "expected labels of 0 and more without a gap, found "


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS[:3], "expected 4 labels, one for each image, found shape (3,)"),
        (LABELS[:, None], "expected 4 labels, one for each image, found shape (4, 1)"),
        (LABELS * 2, f"{GAP}no 1"),
        (LABELS - 1, f"{GAP}-1"),
        (LABELS * 0, "expected two classes or more, found 0 alone"),
        (np.array(["a"] * 4), "expected two classes or more, found a alone"),
        (np.array(["a", "", "b", "b"]), "a row has no class"),
        (LABELS / 1, "expected whole numbers or text, found float64"),
    ],
)
def test_labels_that_are_wrong_are_said(labels: Array, message: str) -> None:
    write({"images.npy": npy(GREY), "labels.npy": npy(labels)})
    assert refused("npy").startswith(f"path: data/leaves/labels.npy: {message}")


def test_names_that_are_not_as_many_as_the_labels_are_said() -> None:
    write({"images.npy": npy(GREY), "labels.npy": npy(LABELS)})
    message = "classes: 2 names, but the data has 3 labels"
    assert refused("npy", classes=["a", "b"]).startswith(message)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        *[
            (contents, "it does not begin as one")
            for contents in (b"", b"\0\0\x08", idx(GREY)[:9], b"\0\0\x0d\1\0\0\0\1" + bytes(4))
        ],
        (idx(GREY)[:-1], "its shape is (4, 4, 3), but it has 47 bytes"),
        (b"\0\0\x08\3" + b"\xff" * 12, "its shape is (4294967295, 4294967295, 429"),
        *[(packed(idx(GREY))[:length], "") for length in (12, -9)],
        (packed(idx(GREY))[:-8] + bytes(8), "CRC check failed"),
        (b"\x1f\x8b\x08" + b"\0" * 7 + b"\xff" * 20, ""),
    ],
)
def test_idx_that_is_wrong_is_said(images: bytes, message: str) -> None:
    name = "idx3-ubyte.gz" if images[:1] == b"\x1f" else "idx3-ubyte"
    write({name: images, "idx1-ubyte": idx(LABELS)})
    expected = f"path: data/leaves/{name}: not an IDX file of bytes: {message}"
    assert refused("idx").startswith(expected)


def test_the_folder_has_one_file_of_each() -> None:
    write({"train-images-idx3-ubyte": b"", "t10k-images-idx3-ubyte": b""})
    assert refused("idx") == (
        "path: data/leaves: expected one file with idx3-ubyte or idx4-ubyte in its name, found "
        "t10k-images-idx3-ubyte, train-images-idx3-ubyte"
    )
    Path("data/leaves/t10k-images-idx3-ubyte").unlink()
    assert refused("idx").endswith("one file with idx1-ubyte in its name, found none")
    assert refused("npy") == "path: data/leaves/images.npy: No such file or directory"


def test_gzip_that_holds_far_more_than_it_seems_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "LARGEST", 20)
    write({"idx3-ubyte.gz": packed(idx(GREY)), "idx1-ubyte": idx(LABELS)})
    assert refused("idx").endswith(": more than 20 bytes; save it in parts (docs/large.md)")


NO_CSV = "not a CSV of images: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n \n,,\n", f"{NO_CSV}no line"),
        ("a,b,c,d,label\n", f"{NO_CSV}no line"),
        ("0,7,9,1,1\na,b,c,d,e\n", f"{NO_CSV}line 2: expected pixels: could not convert"),
        ("0,7,9,1,1\n\n0,,9,1,1\n", f"{NO_CSV}line 3: expected pixels: "),
        ("label,a,b,c,d\n0,7,9,1,1\n", f"{NO_CSV}line 1: the first column is named label; state "),
        ("0,7,9,1,0\n1,7,9,1,0\n", "expected two classes or more, found 0 alone; if the labels "),
        (
            "0,7,9,1,oak\n0,7,9,1,a\u200e\n".encode().decode("latin-1"),
            r"class 'a\u200e' has U+200E (",
        ),
        ("0,7,9,1,1\n0,7,9,1\n", f"{NO_CSV}line 2: 3 pixels, but the first line has 4"),
        ("0;7;9;1;1\n", f"{NO_CSV}line 1: one column alone; put a comma between"),
        ("0,7,9,1,\n", f"{NO_CSV}line 1: no label or class"),
        ('0,7,9,1,"oak\n0,7,9,1,elm\n', f"{NO_CSV}line 2: unexpected end of data"),
        ("0,7,9,1,é\n", f"{NO_CSV}'utf-8' codec can't decode"),
        ("0,7,9,1,0\n0,7,9,256,1\n", f"{WHOLE}256 in image 2 of 2"),
        ("0,7,9,0\n0,7,9,1\n", "3 pixels an image, which are no square; state height and width, a"),
    ],
)
def test_a_csv_that_is_wrong_is_said(text: str, message: str) -> None:
    Path("data/leaves.csv").write_bytes(text.encode("latin-1"))
    assert refused("csv", "data/leaves.csv").startswith(f"path: data/leaves.csv: {message}")
    if "no square" in message:
        assert refused("csv", "data/leaves.csv", image_shape=[2, 3]) == (
            "image_shape: [2, 3] is 6 pixels, but the data has 3 an image"
        )
