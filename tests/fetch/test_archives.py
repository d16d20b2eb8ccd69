"""Archives whose insides are not as published: nothing but data comes out of them."""

import gzip
import pickle
import re
import tarfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.fetch import published
from tests.tinydatasets.test_pickles import Calls
from tinydatasets.fetch import FetchError, readers

FOLDER = "cifar-10-batches-bin"
FIRST = f"{FOLDER}/data_batch_1.bin"
MEMBERS = published.cifar_members()
ARCHIVE = published.tar(MEMBERS)
BATCH = {member.name: content for member, content in MEMBERS}[FIRST]
TEN = BATCH[: 5 * 3073] + b"\x0a" + BATCH[5 * 3073 + 1 :]  # a label of 10
CALL = pickle.dumps(Calls(open, "mark", "w"))
IMAGES, _, TEST_IMAGES, TEST_LABELS = ARRAYS = published.mnist_arrays()
FILES = published.mnist_files(ARRAYS)


def assert_refused(read: Any, files: dict[str, bytes], rows: tuple[int, int], reason: str) -> None:
    """See that files are not read, in little memory, and that nothing comes of them."""
    for name, content in files.items():
        Path(name).write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match=re.escape(reason)):
            read([*map(Path, files)], *rows)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()
    assert {path.name for path in Path().rglob("*")} == {*files}


def added(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> bytes:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return published.tar([*MEMBERS, (member, b"")])


def with_first(content: bytes) -> bytes:
    return published.tar([(m, content if m.name == FIRST else old) for m, old in MEMBERS])


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (added(f"{FOLDER}/x", tarfile.SYMTYPE, "/etc/passwd"), f"'{FOLDER}/x': a link or a device"),
        (added(f"{FOLDER}/x", tarfile.LNKTYPE, FIRST), f"'{FOLDER}/x': a link or a device"),
        (added(f"{FOLDER}/x", tarfile.CHRTYPE), f"'{FOLDER}/x': a link or a device"),
        (added(f"{FOLDER}/../../x"), f"'{FOLDER}/../../x': not in {FOLDER}/"),
        (added("../x", tarfile.DIRTYPE), f"'../x': not in {FOLDER}/"),
        (added(FIRST), f"'{FIRST}': there twice"),
        (published.tar([pair for pair in MEMBERS if pair[0].name != FIRST]), f"expected {FIRST} "),
        (gzip.compress(b"not an archive"), "not readable as tar.gz: "),
        (gzip.compress(gzip.decompress(ARCHIVE)[:2_000_000], 1), "not readable as tar.gz: "),
        (gzip.compress(gzip.decompress(published.tar([])) + bytes(2**27), 1), f"expected {FIRST}"),
        (with_first(bytes(2**21)), f"'{FIRST}': more than 1,048,576 bytes"),
        (with_first(BATCH + b"\0"), "data_batch_1.bin: expected 921,900 bytes, found 921,901"),
        (with_first(TEN), "data_batch_1.bin: expected labels of 0 to 9, found 10"),
        (with_first(CALL.ljust(921_900)), "expected labels of 0 to 9, found 128"),
    ],
    ids=range(14),
)
def test_an_archive_with_something_else_in_it_is_refused(
    archive: bytes, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(readers, "_LARGEST_ARCHIVE", 2**24)
    monkeypatch.setattr(readers, "_LARGEST_MEMBER", 2**20)
    assert_refused(readers.read_cifar10, {"archive.gz": archive}, (1500, 300), reason)


@pytest.mark.parametrize(
    ("place", "content", "reason"),
    [
        (0, gzip.compress(published.idx(IMAGES) + bytes(2**27), 1), "expected an IDX file of"),
        (1, gzip.compress(published.idx(IMAGES)), "expected an IDX file of bytes of shape (30,)"),
        (2, gzip.compress(published.idx(TEST_IMAGES[:, :27])), "expected an IDX file of bytes of"),
        (3, gzip.compress(published.idx(TEST_LABELS + 1)), "expected labels of 0 to 9, found 10"),
        (0, b"no gzip", "not readable as gzip: "),
        (0, gzip.compress(published.idx(IMAGES))[:-9], "not readable as gzip: "),
    ],
    ids=range(6),
)
def test_a_file_of_mnist_with_something_else_in_it_is_named(
    place: int, content: bytes, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = published.MNIST_NAMES[place]
    assert_refused(readers.read_mnist, {**FILES, name: content}, (30, 20), f"{name}: {reason}")
