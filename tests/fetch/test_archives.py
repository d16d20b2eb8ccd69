"""Archives whose sums are right and whose insides are not: nothing but data comes out of them."""

from __future__ import annotations

import gzip
import pickle
import tarfile
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.fetch import published
from tests.fetch.conftest import Publish, failing
from tinydatasets.fetch import cifar10, mnist
from tinydatasets.fetch.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Members = list[tuple[tarfile.TarInfo, bytes]]
FOLDER = "cifar-10-batches-bin"


def refused(archive: bytes, home: Path, publish: Publish) -> str:
    """Take an archive as the published one and give the message; nothing came of it."""
    path = home.parent / published.CIFAR_NAME
    path.write_bytes(archive)
    before = {each for each in home.parent.rglob("*") if home not in each.parents}
    publish(published.small_cifar10(archive), {})
    message = failing("cifar10", "--from", path)
    assert {each.name for each in (home / "cifar10").iterdir()} == {published.CIFAR_NAME}
    after = {each for each in home.parent.rglob("*") if home not in each.parents}
    assert after - before == {home}
    return message


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit


def added(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Members:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = target
    return [(member, b"")]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (added(f"{FOLDER}/link", tarfile.SYMTYPE, "/etc/passwd"), "a link or a device"),
        (added(f"{FOLDER}/link", tarfile.SYMTYPE, "data_batch_1.bin"), "a link or a device"),
        (
            added(f"{FOLDER}/link", tarfile.LNKTYPE, f"{FOLDER}/data_batch_4.bin"),
            "a link or a device",
        ),
        (added(f"{FOLDER}/device", tarfile.CHRTYPE), "a link or a device"),
        (added(f"{FOLDER}/disk", tarfile.BLKTYPE), "a link or a device"),
        (added(f"{FOLDER}/pipe", tarfile.FIFOTYPE), "a link or a device"),
        (added(f"{FOLDER}/../../mark"), f"not in {FOLDER}/"),
        (added("../mark"), f"not in {FOLDER}/"),
        (added("/mark"), f"not in {FOLDER}/"),
        (added(f"/{FOLDER}/mark"), f"not in {FOLDER}/"),
        (added("mark"), f"not in {FOLDER}/"),
        (added("../folder", tarfile.DIRTYPE), f"not in {FOLDER}/"),
        (added(f"{FOLDER}/readme.html"), "there twice"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_member_that_has_no_place_is_refused(
    home: Path, publish: Publish, more: Members, reason: str, first: bool
) -> None:
    members = published.cifar_members()
    members = [*more, *members] if first else [*members, *more]
    message = refused(published.tar(members), home, publish)
    assert message == (
        f"{home / 'cifar10' / published.CIFAR_NAME}: refused {more[0][0].name!r}: {reason}"
    )


def test_a_batch_that_is_a_link_is_not_followed(home: Path, publish: Publish) -> None:
    members = [pair for pair in published.cifar_members() if "batch_4" not in pair[0].name]
    members += added(f"{FOLDER}/data_batch_4.bin", tarfile.LNKTYPE, f"{FOLDER}/data_batch_1.bin")
    message = refused(published.tar(members), home, publish)
    assert f"refused '{FOLDER}/data_batch_4.bin': a link" in message


def test_a_missing_batch_is_named(home: Path, publish: Publish) -> None:
    members = [pair for pair in published.cifar_members() if "batch_4" not in pair[0].name]
    message = refused(published.tar(members), home, publish)
    assert f"expected {FOLDER}/data_batch_4.bin in it" in message


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"not an archive",
        lambda _: gzip.compress(b"not an archive"),
        lambda archive: archive[:100_000],
        lambda archive: gzip.compress(gzip.decompress(archive)[:2_000_000], 1),
    ],
)
def test_what_is_no_archive_is_refused(home: Path, publish: Publish, damage: Any) -> None:
    message = refused(damage(published.tar(published.cifar_members())), home, publish)
    assert "not readable as tar.gz" in message


def test_an_archive_that_swells_is_not_read_to_its_end(
    home: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cifar10, "_LARGEST_ARCHIVE", 2**20)
    bomb = gzip.compress(gzip.decompress(published.tar(added(f"{FOLDER}/a"))) + bytes(2**28), 1)
    with memory_below(2**24):
        message = refused(bomb, home, publish)
    assert f"expected {FOLDER}/data_batch_1.bin" in message


def test_a_sparse_member_of_any_size_is_not_read_to_its_end(tmp_path: Path) -> None:
    # Eight terabytes of hole, as GNU tar stores it.
    member = tarfile.TarInfo(f"{FOLDER}/data_batch_1.bin")
    header = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[386:398] = b"77777777777\0"  # where its only bytes stand
    header[398:410] = b"00000000000\0"
    header[483:495] = b"77777777777\0"  # the size that it pretends to
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:]))
    path = tmp_path / published.CIFAR_NAME
    path.write_bytes(gzip.compress(bytes(header) + bytes(10_240)))
    with tarfile.open(path) as archive:
        assert archive.getmembers()[0].size == 8**11 - 1
    with (
        memory_below(2**29),
        pytest.raises(FetchError, match=r"data_batch_1\.bin': more than 33,554,432 bytes"),
    ):
        cifar10.read([path], 1500, 300)


def with_batch(content: bytes) -> bytes:
    """Give an archive with another first batch."""
    members = published.cifar_members()
    return published.tar(
        [
            (member, content if member.name == f"{FOLDER}/data_batch_1.bin" else original)
            for member, original in members
        ]
    )


LABELS, DATA = published.cifar_batches()["data_batch_1.bin"]
GOOD = published.cifar_batch(LABELS, DATA)
TEN = published.cifar_batch(np.where(np.arange(300) == 5, 10, LABELS), DATA)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "expected 921,900 bytes for 300 images, found 0"),
        (GOOD[:-1], "expected 921,900 bytes for 300 images, found 921,899"),
        (GOOD + b"\0", "expected 921,900 bytes for 300 images, found 921,901"),
        (GOOD[:-3073], "expected 921,900 bytes for 300 images, found 918,827"),
        (DATA.tobytes(), "expected 921,900 bytes for 300 images, found 921,600"),
        (TEN, "expected labels of 0 to 9, found 10"),
        (GOOD[1:] + GOOD[:1], "expected labels of 0 to 9, found 255"),
    ],
    ids=range(7),
)
def test_a_batch_of_another_layout_is_refused(
    home: Path, publish: Publish, content: bytes, reason: str
) -> None:
    message = refused(with_batch(content), home, publish)
    assert (
        message == f"{home / 'cifar10' / published.CIFAR_NAME}: refused data_batch_1.bin: {reason}"
    )


class Call:
    """Pickles as a call that makes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return open, (str(self.mark), "w")


@pytest.mark.parametrize("padded", [False, True])
def test_a_pickle_is_not_run(home: Path, publish: Publish, padded: bool) -> None:
    mark = home.parent / "mark"
    content = pickle.dumps(Call(mark))
    message = refused(with_batch(content.ljust(len(GOOD)) if padded else content), home, publish)
    assert "refused data_batch_1.bin: expected " in message
    assert not mark.exists()


@pytest.mark.parametrize(
    ("place", "content"),
    [
        (0, published.idx(published.mnist_arrays()[0], kind=9)),
        (0, published.idx(published.mnist_arrays()[0][:29])),
        (0, published.idx(published.mnist_arrays()[0].reshape(30, 784))),
        (0, published.idx(published.mnist_arrays()[0]) + b"\0"),
        (0, published.idx(published.mnist_arrays()[0])[:-1]),
        (1, published.idx(published.mnist_arrays()[0])),
        (2, published.idx(published.mnist_arrays()[2][:, :27])),
        (3, b""),
    ],
    ids=range(8),
)
def test_a_file_of_mnist_with_something_else_in_it_is_named(
    home: Path, publish: Publish, place: int, content: bytes
) -> None:
    files = published.mnist_files(published.mnist_arrays())
    name = list(files)[place]
    files[name] = gzip.compress(content)
    for each, data in files.items():
        (home.parent / each).write_bytes(data)
    publish(published.small_mnist(files), {})
    message = failing("mnist", "--from", home.parent)
    assert message.startswith(f"{home / 'mnist' / name}: expected an IDX file of bytes of shape (")
    assert not list(home.rglob("*.npy"))


@pytest.mark.parametrize(
    "damage", [b"no gzip", gzip.compress(bytes(9000), mtime=0)[:-4], b""], ids=range(3)
)
def test_a_damaged_gzip_is_named(tmp_path: Path, damage: bytes) -> None:
    files = published.mnist_files(published.mnist_arrays())
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / name for name in files]
    paths[0].write_bytes(damage)
    with pytest.raises(
        FetchError, match=r"train-images-idx3-ubyte\.gz: (not readable|expected an)"
    ):
        mnist.read(paths, 30, 20)


def test_a_file_of_mnist_that_swells_is_not_read_to_its_end(tmp_path: Path) -> None:
    files = published.mnist_files(published.mnist_arrays())
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / name for name in files]
    paths[0].write_bytes(gzip.compress(bytes(2**28), 1))
    with memory_below(2**24), pytest.raises(FetchError, match="expected an IDX file"):
        mnist.read(paths, 30, 20)


def test_a_label_of_mnist_above_nine_is_refused(tmp_path: Path) -> None:
    arrays = published.mnist_arrays()
    arrays[1][3] = 10
    for name, data in published.mnist_files(arrays).items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(FetchError, match=r"train-labels.*: expected labels of 0 to 9, found 10"):
        mnist.read([tmp_path / name for name in published.MNIST_NAMES], 30, 20)
