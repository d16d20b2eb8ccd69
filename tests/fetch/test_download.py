"""Downloads from servers on this machine, good ones and others."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import tinydatasets
from tests.fetch import published, server
from tests.fetch.conftest import Publish, failing, fetch
from tinydatasets.fetch.errors import FetchError
from tinydatasets.fetch.storage import unpack

if TYPE_CHECKING:
    from tests.fetch.server import Mirror

pytestmark = pytest.mark.usefixtures("home")

ARRAYS = published.mnist_arrays()
FILES = published.mnist_files(ARRAYS)
MNIST = published.small_mnist(FILES)
FIRST = published.MNIST_NAMES[0]
NPY = {"train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy"}


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def assert_is_mnist() -> None:
    dataset = tinydatasets.load("mnist")
    assert dataset.classes == tuple("0123456789")
    train, test = dataset
    for array, expected in zip((*train, *test), ARRAYS):
        np.testing.assert_array_equal(array, expected)


def test_mnist_comes_whole_and_loads_like_a_tiny_dataset(
    home: Path, mirror: Mirror, publish: Publish
) -> None:
    publish(MNIST, FILES, mirror)
    fetch("mnist", "--download")
    (x_train, y_train), (x_test, y_test) = tinydatasets.load("mnist")
    assert (x_train.dtype.name, x_train.shape) == ("uint8", (30, 28, 28))
    assert (y_train.dtype.name, y_train.shape) == ("int64", (30,))
    assert (x_test.shape, y_test.shape) == ((20, 28, 28), (20,))
    assert_is_mnist()
    assert mirror.asked == [(f"/{name}", None) for name in FILES]
    assert there(home / "mnist") == {*FILES, *NPY}
    for name, content in FILES.items():
        assert (home / "mnist" / name).read_bytes() == content


def test_cifar10_comes_whole_with_its_colours_last(
    home: Path, mirror: Mirror, publish: Publish
) -> None:
    archive = published.tar(published.cifar_members())
    files = {published.CIFAR_NAME: archive}
    publish(published.small_cifar10(archive), files, mirror)
    fetch("cifar10", "--download")
    dataset = tinydatasets.load("cifar10")
    (named,) = [data for member, data in published.cifar_members() if "batches.meta" in member.name]
    assert [*dataset.classes] == named.decode().split()
    train, test = dataset
    assert (train.images.dtype.name, train.images.shape) == ("uint8", (1500, 32, 32, 3))
    assert (train.labels.dtype.name, train.labels.shape) == ("int64", (1500,))
    batches = published.cifar_batches()
    for number in range(5):
        labels, data = batches[f"data_batch_{number + 1}.bin"]
        rows = slice(300 * number, 300 * (number + 1))
        np.testing.assert_array_equal(train.labels[rows], labels)
        # A row of the batch is 1024 reds, 1024 greens, 1024 blues.
        for colour in range(3):
            plane = train.images[rows, :, :, colour].reshape(300, 1024)
            np.testing.assert_array_equal(plane, data[:, 1024 * colour : 1024 * (colour + 1)])
    labels, data = batches["test_batch.bin"]
    np.testing.assert_array_equal(test.labels, labels)
    assert test.images[7, 3, 5].tolist() == data[7, [101, 1125, 2149]].tolist()
    assert there(home / "cifar10") == {published.CIFAR_NAME, *NPY}


def test_what_is_there_is_not_downloaded_again(
    home: Path, mirror: Mirror, publish: Publish
) -> None:
    publish(MNIST, FILES, mirror)
    fetch("mnist", "--download")
    (home / "mnist" / FIRST).write_bytes(b"damaged")
    (home / "mnist" / "train-images.npy").write_bytes(b"damaged")
    mirror.asked.clear()
    fetch("mnist", "--download")
    assert mirror.asked == [(f"/{FIRST}", None)]
    assert_is_mnist()


def test_a_cut_connection_is_taken_up_where_it_was_cut(
    home: Path, mirror: Mirror, publish: Publish
) -> None:
    publish(MNIST, FILES, mirror)
    mirror.faults = [server.cut_after(1000), server.cut_after(500)]
    message = failing("mnist", "--download")
    total = f"{len(FILES[FIRST]):,}"
    assert f"/{FIRST}: the connection was cut after 1,500 of {total} bytes" in message
    assert "The same command goes on from what has come." in message
    part = home / "mnist" / f"{FIRST}.part"
    assert part.read_bytes() == FILES[FIRST][:1500]
    assert there(home / "mnist") == {part.name}
    fetch("mnist", "--download")
    assert [wanted for path, wanted in mirror.asked if path == f"/{FIRST}"] == [
        None,
        "bytes=1000-",
        "bytes=1500-",
    ]
    assert_is_mnist()
    assert not part.exists()


def test_a_part_goes_on_at_the_next_mirror(
    mirror: Mirror, second: Mirror, publish: Publish, capsys: Any
) -> None:
    publish(MNIST, FILES, mirror, second)
    mirror.faults = [server.cut_after(1000), server.status(503)]
    fetch("mnist", "--download")
    assert f"{mirror.url}{FIRST}: 503 Service Unavailable" in capsys.readouterr().err
    assert second.asked == [(f"/{FIRST}", "bytes=1000-")]
    assert_is_mnist()


@pytest.mark.parametrize(
    "fault",
    [server.whole, server.labelled_as_gzip, server.status(416), server.another_range],
    ids=["no ranges", "as an encoding", "416", "another range"],
)
def test_a_server_that_does_not_go_on_as_asked_does_no_harm(
    home: Path, mirror: Mirror, publish: Publish, fault: Any
) -> None:
    publish(MNIST, FILES, mirror)
    (home / "mnist").mkdir(parents=True)
    (home / "mnist" / f"{FIRST}.part").write_bytes(FILES[FIRST][:1000])
    mirror.faults = [fault]
    fetch("mnist", "--download")
    assert_is_mnist()


@pytest.mark.parametrize("length", [1000, len(FILES[FIRST]), len(FILES[FIRST]) + 1])
def test_a_part_of_other_bytes_is_dropped(
    home: Path, mirror: Mirror, publish: Publish, length: int
) -> None:
    publish(MNIST, FILES, mirror)
    (home / "mnist").mkdir(parents=True)
    (home / "mnist" / f"{FIRST}.part").write_bytes(bytes(length))
    fetch("mnist", "--download")
    assert_is_mnist()


@pytest.mark.parametrize("fault", [server.other_bytes, server.endless])
def test_a_wrong_sum_leads_to_the_next_mirror(
    mirror: Mirror, second: Mirror, publish: Publish, fault: Any, capsys: Any
) -> None:
    publish(MNIST, FILES, mirror, second)
    mirror.faults = [fault, fault]
    fetch("mnist", "--download")
    assert f"{mirror.url}{FIRST}: another sha256 than the published one" in capsys.readouterr().err
    assert second.asked == [(f"/{FIRST}", None)]
    assert_is_mnist()


def test_a_wrong_sum_everywhere_leaves_nothing(
    home: Path, mirror: Mirror, second: Mirror, publish: Publish
) -> None:
    publish(MNIST, FILES, mirror, second)
    for each in (mirror, second):
        each.files[f"/{FIRST}"] = bytes(len(FILES[FIRST]))
    message = failing("mnist", "--download")
    assert message.startswith(f"{FIRST} could not be downloaded:\n")
    assert message.count("another sha256 than the published one, so it was deleted") == 2
    assert there(home / "mnist") == set()
    with pytest.raises(ValueError, match="mnist is not in"):
        tinydatasets.load("mnist")


def test_a_page_in_place_of_the_file_is_refused_and_the_part_kept(
    home: Path, mirror: Mirror, publish: Publish
) -> None:
    publish(MNIST, FILES, mirror)
    (home / "mnist").mkdir(parents=True)
    part = home / "mnist" / f"{FIRST}.part"
    part.write_bytes(FILES[FIRST][:1000])
    mirror.faults = [server.a_page, server.a_page]
    message = failing("mnist", "--download")
    assert f"expected {len(FILES[FIRST]):,} bytes, the server has 26" in message
    assert part.read_bytes() == FILES[FIRST][:1000]


def test_a_file_that_no_mirror_has(home: Path, mirror: Mirror, publish: Publish) -> None:
    publish(MNIST, FILES, mirror)
    del mirror.files["/t10k-labels-idx1-ubyte.gz"]
    message = failing("mnist", "--download")
    assert "t10k-labels-idx1-ubyte.gz: 404 Not Found" in message
    assert there(home / "mnist") == set(published.MNIST_NAMES[:3])


def test_no_network(home: Path, publish: Publish) -> None:
    with server.serving() as gone:
        publish(MNIST, FILES, gone)
    message = failing("mnist", "--download")
    assert f"{gone.url}{FIRST}: no connection (ConnectionError)" in message
    assert "The same command goes on from what has come." in message
    assert "`--mirror URL` names another place, `--from PATH` files that you have" in message
    assert there(home / "mnist") == set()


def test_a_mirror_of_ones_own_replaces_the_list(
    mirror: Mirror, second: Mirror, publish: Publish
) -> None:
    publish(MNIST, FILES, mirror)
    second.files = {f"/course/{name}": content for name, content in FILES.items()}
    fetch("mnist", "--download", "--mirror", f"{second.url}course")
    assert mirror.asked == []
    assert_is_mnist()


def test_progress_is_shown_on_a_terminal_and_counts_what_was_there(
    home: Path, mirror: Mirror, publish: Publish, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    publish(MNIST, FILES, mirror)
    half = len(FILES[FIRST]) // 2
    (home / "mnist").mkdir(parents=True)
    (home / "mnist" / f"{FIRST}.part").write_bytes(FILES[FIRST][:half])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    fetch("mnist", "--download")
    printed = capsys.readouterr().err
    assert f"{FIRST}:  50%" in printed
    assert f"{FIRST}: 100%" in printed


def test_no_file_is_opened_before_its_sum_is_right(home: Path) -> None:
    def read(*_: Any) -> Any:
        raise AssertionError("opened")

    home.mkdir()
    for name, content in FILES.items():
        (home / name).write_bytes(content)
    other = home / published.MNIST_NAMES[3]
    other.write_bytes(bytes(len(FILES[other.name])))
    with pytest.raises(FetchError, match="is not the published t10k-labels-idx1-ubyte"):
        unpack(dataclasses.replace(MNIST, read=read), home)


def test_no_room(
    home: Path, mirror: Mirror, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(MNIST, FILES, mirror)
    usage = shutil.disk_usage(home.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=50_000))
    needed = (sum(map(len, FILES.values())) + 50 * (28 * 28 + 8)) / 1e6
    message = failing("mnist", "--download")
    assert f"expected {needed:.1f} MB of free disk, found 0.1 MB" in message
    assert "TINYDATASETS_HOME" in message
    assert mirror.asked == []


# Runs `tinydatasets fetch` on the small MNIST with a full disk, which no look ahead told of.
ON_A_FULL_DISK = """
import dataclasses, shutil, sys
from tests.fetch.test_download import FILES, MNIST
from tests.fetch.server import serving
from tinydatasets.__main__ import main
from tinydatasets.fetch.benchmarks import BENCHMARKS
usage = shutil.disk_usage(".")
shutil.disk_usage = lambda _: usage
with serving() as mirror:
    mirror.files = {f"/{name}": content for name, content in FILES.items()}
    BENCHMARKS["mnist"] = dataclasses.replace(MNIST, mirrors=(mirror.url,))
    main(["fetch", "mnist", "--download"])
"""
UNSHARE = ["unshare", "--user", "--map-root-user", "--mount"]


def may_mount() -> bool:
    command = [*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not may_mount(), reason="no right to mount a small disk here")
@pytest.mark.parametrize(
    ("size", "left"),
    [("16k", {f"{FIRST}.part"}), ("56k", set(FILES))],
    ids=["in the download", "in the arrays"],
)
def test_a_disk_that_fills_keeps_what_came(tmp_path: Path, size: str, left: set[str]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        f'mount -t tmpfs -o size={size} tmpfs "$1" || exit 99\n'
        'TINYDATASETS_HOME="$1" NO_PROXY=127.0.0.1 "$2" -c "$3"\n'
        'code=$?\nls -A "$1/mnist"\nexit $code\n'
    )
    result = subprocess.run(
        [*UNSHARE, "sh", "-c", script, "sh", disk, sys.executable, ON_A_FULL_DISK],
        cwd=Path(__file__).parent.parent.parent,
        text=True,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    (message,) = [line for line in result.stderr.splitlines() if "Downloading" not in line]
    assert message == (
        f"{disk}/mnist: {os.strerror(errno.ENOSPC)}. Make room on the disk."
        " The same command goes on from what is there."
    )
    assert set(result.stdout.split()) == left
