"""Downloads from servers on this machine, good ones and others."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import tinydatasets
from tests.conftest import ROOT
from tests.fetch import published, server
from tests.fetch.conftest import Publish, assert_is_mnist, failing, fetch

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("home")

FILES = published.mnist_files(published.mnist_arrays())
MNIST = published.small_mnist(FILES)
FIRST, *_, LAST = FILES
SIZE = f"{len(FILES[FIRST]):,}"
NPY = {"train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy"}


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_mnist_comes_whole_and_only_once(
    home: Path, mirror: server.Mirror, publish: Publish
) -> None:
    publish(MNIST, FILES, mirror)
    fetch("mnist", "--download")
    assert_is_mnist()
    assert mirror.asked == [f"/{name}" for name in FILES]
    assert there(home / "mnist") == {*FILES, *NPY}
    assert {name: (home / "mnist" / name).read_bytes() for name in FILES} == FILES
    # Others may read what was downloaded, as all that this user writes.
    assert len({path.stat().st_mode for path in (home / "mnist").iterdir()}) == 1
    for name in (FIRST, "train-images.npy"):
        (home / "mnist" / name).write_bytes(b"damaged")
    fetch("mnist", "--download")
    assert mirror.asked[4:] == [f"/{FIRST}"]
    assert_is_mnist()


def test_cifar10_comes_whole_with_its_colours_last(
    home: Path, mirror: server.Mirror, publish: Publish
) -> None:
    archive = published.tar(published.cifar_members())
    publish(published.small_cifar10(archive), {published.CIFAR_NAME: archive}, mirror)
    fetch("cifar10", "--download")
    train, test = dataset = tinydatasets.load("cifar10")
    assert dataset.classes[::9] == ("airplane", "truck")
    for number, (labels, data) in enumerate(published.cifar_batches().values()):
        split = test if number == 5 else [array[300 * number :][:300] for array in train]
        np.testing.assert_array_equal(split[1], labels)
        # A row of the batch is 1024 reds, 1024 greens, 1024 blues.
        for colour in range(3):
            plane = split[0][:, :, :, colour].reshape(300, 1024)
            np.testing.assert_array_equal(plane, data[:, 1024 * colour :][:, :1024])
    assert there(home / "cifar10") == {published.CIFAR_NAME, *NPY}


FAULTS: dict[str, Any] = {
    "the connection failed (ChunkedEncodingError)": lambda answer, _: answer.send(b"cut", 9999),
    "503 Service Unavailable": lambda answer, _: answer.send_error(503),
    f"expected {SIZE} bytes, received 22": lambda answer, _: answer.send(b"<html>log in, please</"),
    f"expected {SIZE} bytes, received ": server.endless,
    "SHA256 hash of downloaded file": lambda answer, content: answer.send(content[::-1]),
}


@pytest.mark.parametrize("reason", FAULTS)
def test_a_mirror_is_asked_twice_and_then_the_next_one(
    home: Path, publish: Publish, reason: str, capsys: Any
) -> None:
    with server.serving() as mirror, server.serving() as second:
        publish(MNIST, FILES, mirror, second)
        mirror.faults = second.faults = [FAULTS[reason]] * 7
        message = failing("mnist", "--download")
        assert there(home / "mnist") == set()
        fetch("mnist", "--download")
    failure = f"{mirror.url}{FIRST}: {reason}"
    assert message.startswith(f"{FIRST} could not be downloaded:\n  {failure}")
    assert message.endswith(
        "The same command goes on from what is there. `--mirror URL` names another place,"
        " `--from PATH` files that you have."
    )
    assert capsys.readouterr().err.count(failure) == 2
    assert second.asked == [f"/{FIRST}"] * 4
    assert_is_mnist()


def test_what_came_before_a_missing_file_stays(
    home: Path, mirror: server.Mirror, publish: Publish, capsys: Any
) -> None:
    with server.serving() as gone:
        publish(MNIST, FILES, gone, mirror)
    # As servers answer that take .gz for an encoding of what is in it.
    mirror.faults = [lambda answer, content: answer.send(content, encoding="x-gzip")]
    del mirror.files[f"/{LAST}"]
    assert f"{mirror.url}{LAST}: 404 Not Found" in failing("mnist", "--download")
    no_network = f"{gone.url}{FIRST}: the connection failed (ConnectionError)"
    assert no_network in capsys.readouterr().err
    assert there(home / "mnist") == {*FILES} - {LAST}


def test_a_mirror_of_ones_own_replaces_the_list(
    mirror: server.Mirror, publish: Publish, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    publish(MNIST, {})
    mirror.files = {f"/course/{name}": content for name, content in FILES.items()}
    fetch("mnist", "--download", "--mirror", f"{mirror.url}course")
    assert f"{FIRST}: 100%" in capsys.readouterr().err
    assert_is_mnist()


def test_a_silent_server_is_not_waited_for(
    mirror: server.Mirror, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tinydatasets.fetch.download._PATIENCE", 0.2)
    publish(MNIST, FILES, mirror)
    mirror.faults = [server.silent] * 2
    assert "the connection failed (ReadTimeout)" in failing("mnist", "--download")


def test_no_room(mirror: server.Mirror, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(MNIST, FILES, mirror)
    usage = shutil.disk_usage(ROOT)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=50_000))
    needed = (sum(map(len, FILES.values())) + 50 * (28 * 28 + 8)) / 1e6
    message = failing("mnist", "--download")
    assert f"expected {needed:.1f} MB of free disk, found 0.1 MB" in message
    assert mirror.asked == []


# On a small disk that looks large, so that it fills.
SCRIPT = f"""
mount -t tmpfs -o size=$2 tmpfs "$1" || exit 99
TINYDATASETS_HOME="$1" NO_PROXY=127.0.0.1 '{sys.executable}' -c '
import dataclasses, shutil
from tests.fetch.test_download import FILES, MNIST, server
from tinydatasets.__main__ import BENCHMARKS, main
usage = shutil.disk_usage(".")
shutil.disk_usage = lambda _: usage
with server.serving() as mirror:
    mirror.files = {{f"/{{name}}": content for name, content in FILES.items()}}
    BENCHMARKS["mnist"] = dataclasses.replace(MNIST, mirrors=(mirror.url,))
    main(["fetch", "mnist", "--download"])
'
code=$?; ls -A "$1/mnist"; exit $code
"""


@pytest.mark.parametrize(("size", "left"), [("16k", set()), ("56k", {*FILES})])
def test_a_disk_that_fills_keeps_what_came(tmp_path: Path, size: str, left: set[str]) -> None:
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"]
    options: dict[str, Any] = {"cwd": ROOT, "text": True, "capture_output": True, "timeout": 60}
    result = subprocess.run([*command, tmp_path, size], check=False, **options)
    if result.returncode == 99 or result.stderr.startswith("unshare: "):
        pytest.skip("no right to mount a small disk here")
    assert result.returncode == 1, result.stderr
    assert result.stderr.splitlines()[-1] == (
        f"{tmp_path}/mnist: {os.strerror(errno.ENOSPC)}. Make room on the disk."
        " The same command goes on from what is there."
    )
    assert set(result.stdout.split()) == left
