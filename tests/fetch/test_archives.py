"""Archives whose sums are right and whose insides are not: nothing but data comes out of them."""

from __future__ import annotations

import gzip
import pickle
import tarfile
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.fetch import published
from tests.fetch.conftest import Publish, failing
from tinydatasets.fetch import FetchError, readers

if TYPE_CHECKING:
    from tinydatasets.fetch.benchmarks import Benchmark

FOLDER = "cifar-10-batches-bin"
FIRST = f"{FOLDER}/data_batch_1.bin"
MEMBERS = published.cifar_members()
ARCHIVE = published.tar(MEMBERS)
LABELS, DATA = published.cifar_batches()["data_batch_1.bin"]
BATCH = published.cifar_batch(LABELS, DATA)
TEN = published.cifar_batch(np.where(np.arange(300) == 5, np.uint8(10), LABELS), DATA)
ARRAYS = published.mnist_arrays()


class Call:
    """Pickles as a call that makes a file."""

    def __reduce__(self) -> Any:
        return open, ("mark", "w")


def refused(benchmark: Benchmark, files: dict[str, bytes], publish: Publish) -> str:
    """Take files as the published ones, see that nothing comes of them, and return the message."""
    Path("source").mkdir()
    for name, content in files.items():
        Path("source", name).write_bytes(content)
    publish(benchmark, {})
    message = failing(benchmark.name, "--from", "source")
    assert {path.name for path in Path().iterdir()} == {"home", "source"}
    assert {path.name for path in Path("home").rglob("*")} == {benchmark.name, *files}
    return message


@pytest.fixture(autouse=True)
def _beside_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.parent)


def added(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> bytes:
    """Return the archive with another member."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return published.tar([*MEMBERS, (member, b"")])


def with_first(content: bytes) -> bytes:
    """Return the archive with another first batch."""
    return published.tar([(m, content if m.name == FIRST else old) for m, old in MEMBERS])


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (added(f"{FOLDER}/x", tarfile.SYMTYPE, "/etc/passwd"), f"refused '{FOLDER}/x': a link or"),
        (added(f"{FOLDER}/x", tarfile.LNKTYPE, FIRST), f"refused '{FOLDER}/x': a link or a device"),
        (added(f"{FOLDER}/x", tarfile.CHRTYPE), f"refused '{FOLDER}/x': a link or a device"),
        (added(f"{FOLDER}/../../x"), f"refused '{FOLDER}/../../x': not in {FOLDER}/"),
        (added(f"/{FOLDER}/x"), f"refused '/{FOLDER}/x': not in {FOLDER}/"),
        (added("../x", tarfile.DIRTYPE), f"refused '../x': not in {FOLDER}/"),
        (added(FIRST), f"refused '{FIRST}': there twice"),
        (published.tar([pair for pair in MEMBERS if pair[0].name != FIRST]), f"expected {FIRST} "),
        (gzip.compress(b"not an archive"), "not readable as tar.gz: "),
        (ARCHIVE[:100_000], "not readable as tar.gz: "),
        (gzip.compress(gzip.decompress(ARCHIVE)[:2_000_000], 1), "not readable as tar.gz: "),
        (with_first(b""), "refused data_batch_1.bin: expected 921,900 bytes, found 0"),
        (with_first(BATCH + b"\0"), "refused data_batch_1.bin: expected 921,900 bytes, found"),
        (with_first(TEN), "refused data_batch_1.bin: expected labels of 0 to 9, found 10"),
        (
            with_first(pickle.dumps(Call()).ljust(len(BATCH))),
            "refused data_batch_1.bin: expected labels of 0 to 9, found 128",
        ),
    ],
    ids=range(15),
)
def test_an_archive_with_something_else_in_it_is_refused(
    home: Path, publish: Publish, archive: bytes, reason: str
) -> None:
    files = {published.CIFAR_NAME: archive}
    message = refused(published.small_cifar10(archive), files, publish)
    assert message.startswith(f"{home / 'cifar10' / published.CIFAR_NAME}: {reason}")


@pytest.mark.parametrize(
    ("place", "content", "reason"),
    [
        (0, gzip.compress(published.idx(ARRAYS[0], kind=9)), "expected an IDX file of bytes of"),
        (0, gzip.compress(published.idx(ARRAYS[0][:29])), "expected an IDX file of bytes of shape"),
        (0, gzip.compress(published.idx(ARRAYS[0]) + b"\0"), "expected an IDX file of bytes of sh"),
        (1, gzip.compress(published.idx(ARRAYS[0])), "expected an IDX file of bytes of shape (30,"),
        (2, gzip.compress(published.idx(ARRAYS[2][:, :27])), "expected an IDX file of bytes of sh"),
        (3, gzip.compress(published.idx(ARRAYS[3] + 1)), "expected labels of 0 to 9, found 10"),
        (0, b"no gzip", "not readable as gzip: "),
        (0, gzip.compress(published.idx(ARRAYS[0]))[:-9], "not readable as gzip: "),
    ],
    ids=range(8),
)
def test_a_file_of_mnist_with_something_else_in_it_is_named(
    home: Path, publish: Publish, place: int, content: bytes, reason: str
) -> None:
    name = published.MNIST_NAMES[place]
    files = {**published.mnist_files(ARRAYS), name: content}
    message = refused(published.small_mnist(files), files, publish)
    assert message.startswith(f"{home / 'mnist' / name}: {reason}")


SWELLING = gzip.decompress(published.tar(MEMBERS[:1])) + bytes(2**27)


@pytest.mark.parametrize(
    ("read", "content", "reason"),
    [
        (readers.read_cifar10, gzip.decompress(ARCHIVE), f"{FIRST}': more than 900,000 bytes"),
        (readers.read_cifar10, SWELLING, f"expected {FIRST}"),
        (lambda paths, *rows: readers.read_mnist(paths * 4, *rows), SWELLING, "an IDX file"),
    ],
    ids=["a member", "an archive", "a file of MNIST"],
)
def test_no_more_is_read_than_a_published_file_holds(
    read: Any, content: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_LARGEST_ARCHIVE", 2**24)
    monkeypatch.setattr(readers, "_LARGEST_MEMBER", 900_000)
    Path("file.gz").write_bytes(gzip.compress(content, 1))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match=reason):
            read([Path("file.gz")], 1500, 300)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()
