"""A pair of .npy files is a source; a pickle in one is never opened."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENTRY = {"npy": "data/images.npy", "labels": "data/labels.npy"}
GREY = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
LABELS = np.array([1, 0, 2, 1])


def write(folder: Path, images: object = GREY, labels: object = LABELS) -> None:
    """Write both files: an array as such, bytes as they are."""
    for name, contents in (("images.npy", images), ("labels.npy", labels)):
        if isinstance(contents, np.ndarray):
            np.save(folder / name, contents)
        elif isinstance(contents, bytes):
            (folder / name).write_bytes(contents)


@pytest.mark.parametrize("images", [GREY, np.asfortranarray(GREY), GREY.reshape(4, 2, 2, 3)])
@pytest.mark.parametrize("labels", [LABELS, np.array(["oak", "elm", "橡", "oak"])])
def test_both_are_read(
    images: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], data: Path, look: Callable[..., Any]
) -> None:
    write(data, images, labels)
    source = look(**ENTRY)
    assert source.image_shape == list(images.shape[1:])
    assert source.rows_per_class == [1, 2, 1]
    found = source.read()
    assert found[0].tolist() == images.tolist()
    assert found[1].tolist() == LABELS.tolist()


class Spy:
    """What a pickle would call."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("it was unpickled",)


def npy(header: str) -> bytes:
    """Give a file with any header."""
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode() + bytes(8)


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, images=GREY, labels=LABELS)
    return file.getvalue()


HUGE = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({10**15}, 1, 1)}}"
OTHER = "not a .npy file of numbers: "


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.array([Spy()] * 4, object), LABELS, f"npy: data/images.npy: {OTHER}"),
        (pickle.dumps(Spy()), LABELS, f"npy: data/images.npy: {OTHER}"),
        (GREY, np.array(["oak", "elm", Spy(), "oak"], object), f"labels: data/labels.npy: {OTHER}"),
        (npz(), LABELS, f"npy: data/images.npy: {OTHER}"),
        (b"", LABELS, f"npy: data/images.npy: {OTHER}"),
        (GREY, b"0\n1\n", f"labels: data/labels.npy: {OTHER}"),
        (npy(HUGE), LABELS, f"npy: data/images.npy: {OTHER}mmap length is greater than file size"),
        # NumPy raises other exceptions than ValueError at these.
        *[
            (npy(header), LABELS, f"npy: data/images.npy: {OTHER}")
            for header in ("(" * 99, "-" * 9000, HUGE.replace("1", f"{2**70}"), HUGE[:-1] + "08}")
        ],
        (GREY, LABELS[:3], "labels: data/labels.npy: expected 4 labels, one for each image, found"),
        (GREY - 1.5, LABELS, "npy: data/images.npy: expected pixels that are whole numbers"),
        (GREY, None, "labels: data/labels.npy: No such file or directory"),
    ],
)
def test_what_is_wrong_is_said(
    images: object, labels: object, message: str, data: Path, refused: Callable[..., str]
) -> None:
    write(data, images, labels)
    assert refused(**ENTRY).startswith(message)


def test_a_file_that_is_cut_is_said(data: Path, refused: Callable[..., str]) -> None:
    write(data)
    whole = (data / "images.npy").read_bytes()
    for length in (5, 60, len(whole) - 1):
        (data / "images.npy").write_bytes(whole[:length])
        assert refused(**ENTRY).startswith(f"npy: data/images.npy: {OTHER}")


def test_a_folder_is_no_file(data: Path, refused: Callable[..., str]) -> None:
    (data / "images.npy").mkdir()
    assert refused(**ENTRY) == "npy: data/images.npy: Is a directory"
