"""A CSV of images, with labels or names in its last column, is a source."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.source.table import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PIXELS = [[0, 7, 255, 1], [9, 0, 0, 2], [3, 3, 3, 3]]


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("0,7,255,1,1\n9,0,0,2,0\n3,3,3,3,1\n", [1, 0, 1]),
        ("\ufeff0,7,255,1,oak\r\n9,0,0,2,elm\r\n\r\n3,3,3,3,oak", ["oak", "elm", "oak"]),
        (
            '"0","7","255","1","oak, red"\n9,0,0,2,橡\n3, 3 ,3.0,3e0, 橡 \n,,,,\n',
            ["oak, red", "橡", "橡"],
        ),
        ("0,7,255,1,1.0\n9,0,0,2,0.000e+00\n3,3,3,3,-1\n", [1, 0, -1]),
        # Neither is a label: one is no whole number, the others not in ASCII or too large.
        ("0,7,255,1,1.5\n9,0,0,2,2\n3,3,3,3,2\n", ["1.5", "2", "2"]),
        ("0,7,255,1,٣\n9,0,0,2,٢\n3,3,3,3,٢\n", ["٣", "٢", "٢"]),
        (f"0,7,255,1,{10**30}\n9,0,0,2,1\n3,3,3,3,#1\n", [str(10**30), "1", "#1"]),
        (f"0,7,255,1,{10**30}\n9,0,0,2,1e999\n3,3,3,3,1\n", [str(10**30), "1e999", "1"]),
    ],
)
def test_pixels_and_the_last_column_are_read(text: str, classes: list[Any]) -> None:
    pixels, found = parse(text.encode())
    assert pixels.tolist() == PIXELS
    assert found.tolist() == classes


def test_what_numpy_writes_is_read() -> None:
    file = io.BytesIO()
    np.savetxt(file, np.column_stack([PIXELS, [1, 0, 1]]), delimiter=",")
    pixels, found = parse(file.getvalue())
    assert pixels.tolist() == PIXELS
    assert found.tolist() == [1, 0, 1]


@pytest.mark.parametrize("end", ["csv", "csv.gz"])
def test_a_file_is_read_and_its_shape_stated_or_square(
    end: str, data: Path, look: Callable[..., Any]
) -> None:
    text = "".join(f"{','.join(map(str, row))},oak {row[0]}\n" for row in PIXELS).encode()
    (data / f"leaves.{end}").write_bytes(gzip.compress(text) if end == "csv.gz" else text)
    square, wide = (
        look(csv=f"data/leaves.{end}"),
        look(csv=f"data/leaves.{end}", image_shape=[1, 4]),
    )
    assert square.image_shape == [2, 2]
    assert square.maximum == 255
    assert square.classes == ["oak 0", "oak 3", "oak 9"]
    assert wide.read()[0].tolist() == [[row] for row in PIXELS]
    assert wide.read()[1].tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a CSV of images: no line"),
        ("\n \n,,\n", "not a CSV of images: no line"),
        (
            "a,b,c,d,label\n0,7,9,1,1\n",
            "not a CSV of images: line 1: expected pixels, and no header: could not convert",
        ),
        ("0,7,9,1,1\n\n0,,9,1,1\n", "not a CSV of images: line 3: expected pixels, and no header"),
        ("0,7,9,1,1\n0,7,9,1\n", "not a CSV of images: line 2: 3 pixels, but the first line has 4"),
        ("0;7;9;1;1\n", "not a CSV of images: line 1: one column alone; put a comma between"),
        ('"0,5",7,9,1,1\n', "not a CSV of images: line 1: expected pixels, and no header"),
        ("0,7,9,1,\n", "not a CSV of images: line 1: no label or class in the last column"),
        ('0,7,9,1,"oak\n0,7,9,1,elm\n', "not a CSV of images: line 2: unexpected end of data"),
        (
            "0,7,9,1,0\n0,7,9,256,1\n",
            "expected pixels that are whole numbers from 0 to 255, found 2",
        ),
        (
            "0,7,9,1,0\n0,7,9,nan,1\n",
            "expected pixels that are whole numbers from 0 to 255, found n",
        ),
        (
            "0,7,9,1,0\n0,7,9,-1,1\n",
            "expected pixels that are whole numbers from 0 to 255, found -",
        ),
        (
            "0,7,9,0\n0,7,9,1\n",
            "3 pixels an image, which are no square; state height and width, as",
        ),
        ("0,7,9,1,0\n0,7,9,1,2\n", "expected labels of 0 and more without a gap, found no 1"),
        ("0,7,9,1,0\n0,7,9,1,0\n", "expected two classes or more, found 0 alone"),
    ],
)
def test_what_is_wrong_is_said(
    text: str, message: str, data: Path, refused: Callable[..., str]
) -> None:
    (data / "leaves.csv").write_text(text, newline="")
    assert refused(csv="data/leaves.csv").startswith(f"csv: data/leaves.csv: {message}")


@pytest.mark.parametrize(
    "contents", [b"0,7,9,1,\xe9\n", "0,7,9,1,oak\n".encode("utf-16"), b"0,7,9,1,\x00\xff"]
)
def test_another_encoding_is_said(contents: bytes, data: Path, refused: Callable[..., str]) -> None:
    (data / "leaves.csv").write_bytes(contents)
    message = refused(csv="data/leaves.csv")
    assert message.startswith("csv: data/leaves.csv: not a CSV of images: 'utf-8' codec can't dec")


def test_gzip_that_is_cut_is_said(data: Path, refused: Callable[..., str]) -> None:
    (data / "leaves.csv.gz").write_bytes(gzip.compress(b"0,7,9,1,oak\n")[:-9])
    message = refused(csv="data/leaves.csv.gz")
    assert message.startswith("csv: data/leaves.csv.gz: not a CSV of images: Compressed file ended")
