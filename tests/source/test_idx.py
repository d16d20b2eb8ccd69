"""A pair of IDX files, compressed or not, is a source."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.source import own

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GREY = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
LABELS = np.array([1, 0, 2, 1], np.uint8)


def idx(array: np.ndarray[Any, Any]) -> bytes:
    """Write bytes as the page of MNIST says: type 8, lengths as big-endian integers."""
    lengths = b"".join(struct.pack(">i", length) for length in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.tobytes()


def write(folder: Path, images: bytes, labels: bytes, end: str = "") -> dict[str, str]:
    """Write both files, and give the entry of a source of them."""
    (folder / f"images{end}").write_bytes(images)
    (folder / f"labels{end}").write_bytes(labels)
    return {"idx": f"data/images{end}", "labels": f"data/labels{end}"}


@pytest.mark.parametrize("images", [GREY, GREY.reshape(4, 2, 2, 3)])
@pytest.mark.parametrize("end", ["-idx3-ubyte", ".gz"])
def test_both_are_read(
    images: np.ndarray[Any, Any], end: str, data: Path, look: Callable[..., Any]
) -> None:
    pack = gzip.compress if end == ".gz" else bytes
    source = look(**write(data, pack(idx(images)), pack(idx(LABELS)), end))
    assert source.image_shape == list(images.shape[1:])
    assert source.maximum == 47
    assert source.rows_per_class == [1, 2, 1]
    assert source.classes == ["0", "1", "2"]
    found = source.read()
    assert found[0].tolist() == images.tolist()
    assert found[1].tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (b"", idx(LABELS), "idx: data/images: not an IDX file of bytes: it does not begin with"),
        (b"\0\0\x08", idx(LABELS), "idx: data/images: not an IDX file of bytes: it does not begin"),
        (idx(GREY)[:9], idx(LABELS), "idx: data/images: not an IDX file of bytes: it is cut short"),
        (
            idx(GREY)[:-1],
            idx(LABELS),
            "idx: data/images: not an IDX file of bytes: its shape is (4, 4, 3), but it has 47 byt",
        ),
        (
            idx(GREY),
            idx(LABELS) + b"\n",
            "labels: data/labels: not an IDX file of bytes: its shape is (4,), but it has 5 bytes",
        ),
        (
            b"\0\0\x0d\1\0\0\0\1" + bytes(4),
            idx(LABELS),
            "idx: data/images: not an IDX file of bytes: its values are of type 0x0d, expected 0x",
        ),
        (
            b"\0\0\x08\3" + b"\xff" * 12,
            idx(LABELS),
            "idx: data/images: not an IDX file of bytes: its shape is (4294967295, 4294967295, 429",
        ),
        (b"\0\0\x08\0\1", idx(LABELS), "idx: data/images: expected images of shape (n, height, w"),
        (
            gzip.compress(idx(GREY), mtime=0),
            idx(LABELS),
            "idx: data/images: not an IDX file of bytes: it d",
        ),
        (idx(GREY), idx(GREY), "labels: data/labels: expected 4 labels, one for each image"),
        (idx(GREY), idx(LABELS[:3]), "labels: data/labels: expected 4 labels, one for each image"),
        (idx(GREY), idx(LABELS * 2), "labels: data/labels: expected labels of 0 and more without"),
        (idx(GREY), idx(LABELS * 0), "labels: data/labels: expected two classes or more, found 0"),
    ],
)
def test_what_is_wrong_is_said(
    images: bytes, labels: bytes, message: str, data: Path, refused: Callable[..., str]
) -> None:
    assert refused(**write(data, images, labels)).startswith(message)


@pytest.mark.parametrize(
    "packed",
    [
        idx(GREY),
        gzip.compress(idx(GREY), mtime=0)[:-9],
        gzip.compress(idx(GREY), mtime=0)[:12],
        gzip.compress(idx(GREY), mtime=0)[:-8] + bytes(8),
        b"\x1f\x8b\x08" + b"\0" * 7 + b"\xff" * 20,
        b"\x1f\x8b",
        b"",
    ],
)
def test_gzip_that_is_damaged_is_said(
    packed: bytes, data: Path, refused: Callable[..., str]
) -> None:
    message = refused(**write(data, packed, gzip.compress(idx(LABELS), mtime=0), ".gz"))
    assert message.startswith("idx: data/images.gz: not an IDX file of bytes: ")


def test_gzip_that_holds_far_more_than_it_seems_is_refused(
    data: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "LARGEST", 20)
    message = refused(
        **write(data, gzip.compress(idx(GREY), mtime=0), gzip.compress(idx(LABELS), mtime=0), ".gz")
    )
    assert message.endswith(": more than 20 bytes; save it in parts (docs/large.md)")
