"""Files that have all images or all labels: .npy, IDX and CSV."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from stages.source import data_folder
from stages.source.tables import parse_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.source.conftest import Written

    Look = Callable[..., Written]
    Refused = Callable[..., str]
    Array = npt.NDArray[Any]

GREY = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
COLOUR = GREY.reshape(4, 2, 2, 3)
LABELS = np.array([1, 0, 2, 1])


def npy(array: Array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def idx(array: Array) -> bytes:
    """Write bytes as the page of MNIST says: type 8, lengths as big-endian integers."""
    lengths = b"".join(struct.pack(">i", length) for length in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes()


def write(folder: Path, files: dict[str, bytes | None]) -> None:
    (folder / "leaves").mkdir()
    for name, contents in files.items():
        if contents is not None:
            (folder / "leaves" / name).write_bytes(contents)


# --- What is read --------------------------------------------------------------------------------


@pytest.mark.parametrize("images", [GREY, np.asfortranarray(GREY), COLOUR, GREY.astype(">f8")])
@pytest.mark.parametrize("labels", [LABELS, np.array(["oak", "elm", "橡", "oak"])])
def test_a_pair_of_npy_files_is_read(images: Array, labels: Array, data: Path, look: Look) -> None:
    write(data, {"images.npy": npy(images), "labels.npy": npy(labels), "notes.txt": b"May"})
    facts, found, found_labels = look("npy")
    # As `sha256sum *.npy` prints it in the folder.
    printed = "".join(
        f"{hashlib.sha256(npy(array)).hexdigest()}  {name}.npy\n"
        for name, array in (("images", images), ("labels", labels))
    )
    assert facts == {
        "classes": ["0", "1", "2"] if labels is LABELS else ["elm", "oak", "橡"],
        "image_shape": [*images.shape[1:]],
        "maximum": 47,
        "rows_per_class": [1, 2, 1],
        "sha256": hashlib.sha256(printed.encode()).hexdigest(),
    }
    assert found.tolist() == images.tolist()
    assert found_labels == LABELS.tolist()


@pytest.mark.parametrize(
    ("images", "name"),
    [
        (GREY, "train-images-idx3-ubyte"),
        (COLOUR, "train-images-idx4-ubyte"),
        (GREY, "images.idx3-ubyte.gz"),
    ],
)
def test_a_pair_of_idx_files_is_read(images: Array, name: str, data: Path, look: Look) -> None:
    pack = gzip.compress if name.endswith(".gz") else bytes
    labels = name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    write(data, {name: pack(idx(images)), labels: pack(idx(LABELS)), f"._{name}": b"Mac"})
    facts, found, found_labels = look("idx")
    assert (facts["image_shape"], facts["maximum"]) == ([*images.shape[1:]], 47)
    assert found.tolist() == images.tolist()
    assert found_labels == LABELS.tolist()


PIXELS = [[0, 7, 255, 1], [9, 0, 0, 2], [3, 3, 3, 3]]


@pytest.mark.parametrize("end", ["csv", "csv.gz"])
def test_a_csv_is_read_and_its_shape_stated_or_square(end: str, data: Path, look: Look) -> None:
    text = "".join(f"{','.join(map(str, row))},oak {row[0]}\n" for row in PIXELS).encode()
    contents = gzip.compress(text) if end == "csv.gz" else text
    (data / f"leaves.{end}").write_bytes(contents)
    facts, images, labels = look("csv", f"data/leaves.{end}")
    assert facts == {
        "classes": ["oak 0", "oak 3", "oak 9"],
        "image_shape": [2, 2],
        "maximum": 255,
        "rows_per_class": [1, 1, 1],
        "sha256": hashlib.sha256(contents).hexdigest(),
    }
    assert images.reshape(3, 4).tolist() == PIXELS
    assert labels == [0, 2, 1]
    assert look("csv", f"data/leaves.{end}", image_shape=[1, 4]).images.shape == (3, 1, 4)


def savetxt() -> str:
    file = io.StringIO()
    np.savetxt(file, np.column_stack([PIXELS, [1, 0, 1]]), delimiter=",")
    return file.getvalue()


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("0,7,255,1,1\n9,0,0,2,0\n3,3,3,3,1\n", [1, 0, 1]),
        (savetxt(), [1, 0, 1]),
        ("\ufeff0,7,255,1,oak\r\n9,0,0,2,elm\r\n\r\n3,3,3,3,oak", ["oak", "elm", "oak"]),
        (
            '"0","7","255","1","oak, red"\n9,0,0,2,橡\n3, 3 ,3.0,3e0, 橡 \n,,,,\n',
            ["oak, red", "橡", "橡"],
        ),
        ("0,7,255,1,1.0\n9,0,0,2,0.000e+00\n3,3,3,3,-1\n", [1, 0, -1]),
        # Neither is a label: one is no whole number, the others not in ASCII or too large.
        ("0,7,255,1,1.5\n9,0,0,2,2\n3,3,3,3,2\n", ["1.5", "2", "2"]),
        ("0,7,255,1,٣\n9,0,0,2,٢\n3,3,3,3,٢\n", ["٣", "٢", "٢"]),
        (f"0,7,255,1,{10**30}\n9,0,0,2,1e999\n3,3,3,3,1\n", [str(10**30), "1e999", "1"]),
    ],
)
def test_pixels_and_the_last_column_of_a_csv(text: str, classes: list[Any]) -> None:
    pixels, column = parse_csv(text.encode())
    assert pixels.tolist() == PIXELS
    assert column.tolist() == classes


@pytest.mark.parametrize(
    ("values", "stated", "labels", "names"),
    [
        ([1, 0, 1, 1], ["b", "a"], [1, 0, 1, 1], ["b", "a"]),
        (["b", " a", "b ", "b"], None, [1, 0, 1, 1], ["a", "b"]),
        (["b", "a", "b", "b"], ["b", "a"], [0, 1, 0, 0], ["b", "a"]),
        # By code point; é as one character or as two is one name.
        (["橡", "é", "e\u0301", "A"], None, [2, 1, 1, 0], ["A", "é", "橡"]),
        (["سنديان", "oak tree", "10", "9"], None, [3, 2, 0, 1], ["10", "9", "oak tree", "سنديان"]),
    ],
)
def test_labels_and_names_become_labels(
    values: list[Any], stated: list[str] | None, labels: list[int], names: list[str],
    data: Path, look: Look,
) -> None:  # fmt: skip
    write(data, {"images.npy": npy(GREY), "labels.npy": npy(np.array(values))})
    written = look("npy", classes=stated)
    assert (written.labels, written.facts["classes"]) == (labels, names)


# --- What is refused -----------------------------------------------------------------------------


class Spy:
    """What a pickle would call."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("it was unpickled",)


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, images=GREY, labels=LABELS)
    return file.getvalue()


def header(text: str) -> bytes:
    """Give a .npy file with any header."""
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text.encode() + bytes(8)


HUGE = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({10**15}, 1, 1)}}"
NO_NPY = "images.npy: not a .npy file of numbers: "


def wrong(value: float) -> bytes:
    pixels = GREY.astype(float)
    pixels[1, 2, 1] = value
    return npy(pixels)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (npy(np.array([Spy()] * 4, object)), LABELS, NO_NPY),
        (pickle.dumps(Spy()), LABELS, NO_NPY),
        (npy(GREY), np.array(["oak", "elm", Spy(), "a"], object), "labels.npy: not a .npy file of"),
        *[(contents, LABELS, NO_NPY) for contents in (npz(), b"", npy(GREY)[:5], npy(GREY)[:-1])],
        # NumPy raises other exceptions than ValueError at these.
        *[
            (header(text), LABELS, NO_NPY)
            for text in (HUGE, "(" * 99, "-" * 9000, HUGE.replace("1", f"{2**70}"), HUGE[:-1] + "8")
        ],
        (None, LABELS, "images.npy: No such file or directory"),
        (wrong(0.5), LABELS, "images.npy: expected pixels that are whole numbers from 0 to 255, "
         "found 0.5 in image 2 of 4"),
        *[(wrong(value), LABELS, "images.npy: expected pixels that are whole numbers from 0 to 255")
          for value in (np.nan, np.inf, -1, 256)],
        (npy(GREY > 3), LABELS, "images.npy: expected pixels that are numbers, found bool"),
        (npy(GREY.astype(str)), LABELS, "images.npy: expected pixels that are numbers, found <U"),
        (npy(GREY[:0]), LABELS, "images.npy: expected pixels that are numbers, found none"),
        (npy(GREY[0, 0]), LABELS, "images.npy: expected images of shape (n, height, width) or (n"),
        (npy(GREY.reshape(4, 3, 2, 2)), LABELS, "images.npy: expected images of shape (n, height"),
        (npy(GREY), LABELS[:3], "labels.npy: expected 4 labels, one for each image, found shape ("),
        (npy(GREY), LABELS[:, None], "labels.npy: expected 4 labels, one for each image, found s"),
        (npy(GREY), LABELS * 2, "labels.npy: expected labels of 0 and more without a gap, found n"),
        (npy(GREY), LABELS - 1, "labels.npy: expected labels of 0 and more without a gap, found -"),
        (npy(GREY), LABELS * 0, "labels.npy: expected two classes or more, found 0 alone"),
        (npy(GREY), np.array(["a"] * 4), "labels.npy: expected two classes or more, found a alone"),
        (npy(GREY), np.array(["a", "", "b", "b"]), "labels.npy: a row has no class"),
        (npy(GREY), LABELS / 1, "labels.npy: expected whole numbers or text, found float64"),
        (npy(GREY), LABELS > 0, "labels.npy: expected whole numbers or text, found bool"),
    ],
)  # fmt: skip
def test_npy_that_is_wrong_is_said(
    images: bytes | None, labels: Array, message: str, data: Path, refused: Refused
) -> None:
    write(data, {"images.npy": images, "labels.npy": npy(labels)})
    assert refused("npy").startswith(f"path: data/leaves/{message}")


def test_a_folder_is_no_file(data: Path, refused: Refused) -> None:
    (data / "leaves/images.npy").mkdir(parents=True)
    assert refused("npy") == "path: data/leaves/images.npy: Is a directory"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"classes": ["a", "b"]}, "classes: 2 names, but the data has 3 labels"),
        ({"image_shape": [3, 4]}, "image_shape: [3, 4], but the data has [4, 3]"),
        ({"maximum": 46}, "maximum: 46, but the data has 47"),
        ({"rows_per_class": [2, 1, 1]}, "rows_per_class: [2, 1, 1], but the data has [1, 2, 1]"),
        ({"sha256": "f" * 64}, f"sha256: {'f' * 64}, but the data has "),
    ],
)
def test_what_is_not_as_stated_is_said(
    keys: dict[str, Any], message: str, data: Path, look: Look, refused: Refused
) -> None:
    write(data, {"images.npy": npy(GREY), "labels.npy": npy(LABELS)})
    assert refused("npy", **keys).startswith(message)
    assert look("npy", **look("npy", maximum=50).facts).facts["maximum"] == 50


NO_IDX = "images-idx3-ubyte: not an IDX file of bytes: "


@pytest.mark.parametrize(
    ("images", "message"),
    [
        *[
            (contents, f"{NO_IDX}it does not begin as one")
            for contents in (b"", b"\0\0\x08", idx(GREY)[:9], b"\0\0\x0d\1\0\0\0\1" + bytes(4))
        ],
        (gzip.compress(idx(GREY)), f"{NO_IDX}it does not begin as one"),
        (idx(GREY)[:-1], f"{NO_IDX}its shape is (4, 4, 3), but it has 47 bytes"),
        (idx(GREY) + b"\n", f"{NO_IDX}its shape is (4, 4, 3), but it has 49 bytes"),
        (b"\0\0\x08\3" + b"\xff" * 12, f"{NO_IDX}its shape is (4294967295, 4294967295, 429"),
        (b"\0\0\x08\0\1", "images-idx3-ubyte: expected images of shape (n, height, width) or (n"),
    ],
)
def test_idx_that_is_wrong_is_said(
    images: bytes, message: str, data: Path, refused: Refused
) -> None:
    write(data, {"images-idx3-ubyte": images, "labels-idx1-ubyte": idx(LABELS)})
    assert refused("idx").startswith(f"path: data/leaves/{message}")


def test_the_folder_has_one_idx_file_of_each(data: Path, refused: Refused) -> None:
    write(data, {"train-images-idx3-ubyte": b"", "t10k-images-idx3-ubyte": b""})
    assert refused("idx") == (
        "path: data/leaves: expected one file with idx3-ubyte or idx4-ubyte in its name, found "
        "t10k-images-idx3-ubyte, train-images-idx3-ubyte"
    )
    (data / "leaves/t10k-images-idx3-ubyte").unlink()
    assert refused("idx").endswith("one file with idx1-ubyte in its name, found none")


@pytest.mark.parametrize(
    "packed",
    [
        idx(GREY),
        gzip.compress(idx(GREY))[:-9],
        gzip.compress(idx(GREY))[:-8] + bytes(8),
        b"\x1f\x8b\x08" + b"\0" * 7 + b"\xff" * 20,
        b"",
    ],
)
def test_gzip_that_is_damaged_is_said(packed: bytes, data: Path, refused: Refused) -> None:
    write(data, {"idx3-ubyte.gz": packed, "idx1-ubyte.gz": gzip.compress(idx(LABELS))})
    assert refused("idx").startswith("path: data/leaves/idx3-ubyte.gz: not an IDX file of bytes: ")


def test_gzip_that_holds_far_more_than_it_seems_is_refused(
    data: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_folder, "LARGEST", 20)
    write(data, {"idx3-ubyte.gz": gzip.compress(idx(GREY)), "idx1-ubyte": idx(LABELS)})
    assert refused("idx").endswith(": more than 20 bytes; save it in parts (docs/large.md)")


NO_CSV = "not a CSV of images: "
NO_PIXELS = "expected pixels that are whole numbers from 0 to 255, found "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"{NO_CSV}no line"),
        ("\n \n,,\n", f"{NO_CSV}no line"),
        ("a,b,c,d,label\n0,7,9,1,1\n", f"{NO_CSV}line 1: expected pixels, and no header: could no"),
        ("0,7,9,1,1\n\n0,,9,1,1\n", f"{NO_CSV}line 3: expected pixels, and no header"),
        ("0,7,9,1,1\n0,7,9,1\n", f"{NO_CSV}line 2: 3 pixels, but the first line has 4"),
        ("0;7;9;1;1\n", f"{NO_CSV}line 1: one column alone; put a comma between"),
        ("0,7,9,1,\n", f"{NO_CSV}line 1: no label or class in the last column"),
        ('0,7,9,1,"oak\n0,7,9,1,elm\n', f"{NO_CSV}line 2: unexpected end of data"),
        ("0,7,9,1,0\n0,7,9,256,1\n", f"{NO_PIXELS}256 in image 2 of 2"),
        ("0,7,9,1,0\n0,7,9,nan,1\n", f"{NO_PIXELS}nan in image 2 of 2"),
        ("0,7,9,0\n0,7,9,1\n", "3 pixels an image, which are no square; state height and width, a"),
        ("0,7,9,1,0\n0,7,9,1,2\n", "expected labels of 0 and more without a gap, found no 1"),
        ("0,7,9,1,é\n", f"{NO_CSV}'utf-8' codec can't decode"),
    ],
)
def test_a_csv_that_is_wrong_is_said(text: str, message: str, data: Path, refused: Refused) -> None:
    (data / "leaves.csv").write_bytes(text.encode("latin-1"))
    assert refused("csv", "data/leaves.csv").startswith(f"path: data/leaves.csv: {message}")


def test_a_shape_that_is_stated_must_have_the_pixels(data: Path, refused: Refused) -> None:
    (data / "leaves.csv").write_text("0,7,9,1,0\n0,7,9,1,1\n")
    assert refused("csv", "data/leaves.csv", image_shape=[2, 3]) == (
        "image_shape: [2, 3] is 6 pixels, but the data has 4 an image"
    )
