"""What a user types: downloads from servers on this machine, files of one's own, and mistakes."""

import dataclasses
import errno
import gzip
import hashlib
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinydatasets
from tests.conftest import ROOT
from tests.fetch import published
from tests.fetch.conftest import Publish, failing, fetch
from tests.fetch.server import Mirror, endless, serving, silent
from tinydatasets.__main__ import main
from tinydatasets.home import home as find_home

ARRAYS = published.mnist_arrays()
FILES = published.mnist_files(ARRAYS)
MNIST = published.small_mnist(FILES)
FIRST, *_, LAST = FILES
SIZE = f"{len(FILES[FIRST]):,}"
NPY = {"train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy"}
GOES_ON = "The same command goes on from what is there."


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_is_mnist() -> None:
    train, test = tinydatasets.load("mnist")
    for array, expected in zip((*train, *test), ARRAYS):
        np.testing.assert_array_equal(array, expected)


def test_mnist_comes_whole_and_only_once(home: Path, mirror: Mirror, publish: Publish) -> None:
    publish(MNIST, FILES, mirror)
    fetch("mnist", "--download")
    assert_is_mnist()
    assert mirror.asked == [f"/{name}" for name in FILES]
    files = contents(home / "mnist")
    assert ({*files}, files | FILES) == ({*FILES, *NPY}, files)
    # Others may read what was downloaded, as all that this user writes.
    assert len({path.stat().st_mode for path in (home / "mnist").iterdir()}) == 1
    for name in (FIRST, "train-images.npy"):
        (home / "mnist" / name).write_bytes(b"damaged")
    fetch("mnist", "--download")
    assert mirror.asked[4:] == [f"/{FIRST}"]
    assert_is_mnist()


@pytest.mark.usefixtures("home")
def test_cifar10_comes_whole_with_its_colours_last(mirror: Mirror, publish: Publish) -> None:
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


FAULTS: dict[str, Any] = {
    "the connection failed (ChunkedEncodingError)": lambda answer, _: answer.send(b"cut", 9999),
    "503 Service Unavailable": lambda answer, _: answer.send_error(503),
    f"expected {SIZE} bytes, received 22": lambda answer, _: answer.send(b"<html>log in, please</"),
    f"expected {SIZE} bytes, received ": endless,
    "SHA256 hash of downloaded file": lambda answer, content: answer.send(content[::-1]),
}


@pytest.mark.parametrize("reason", FAULTS)
def test_a_mirror_is_asked_twice_and_then_the_next_one(
    home: Path, mirror: Mirror, publish: Publish, reason: str, capsys: Any
) -> None:
    with serving() as second:
        publish(MNIST, FILES, mirror, second)
        mirror.faults = [FAULTS[reason]] * 4
        second.faults = [FAULTS[reason]] * 3
        message = failing("mnist", "--download")
        assert contents(home / "mnist") == {}
        fetch("mnist", "--download")
    failure = f"{mirror.url}{FIRST}: {reason}"
    assert message.startswith(f"{FIRST} could not be downloaded:\n  {failure}")
    assert f"{GOES_ON} `--mirror URL` names another place, `--from PATH` files that" in message
    assert capsys.readouterr().err.count(failure) == 2
    assert second.asked == [f"/{FIRST}"] * 4
    assert_is_mnist()


def test_what_came_before_a_missing_file_stays_and_another_mirror_helps(
    home: Path, mirror: Mirror, publish: Publish, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with serving() as gone:
        publish(MNIST, FILES, gone, mirror)
    # As servers answer that take .gz for an encoding of what is in it.
    mirror.faults = [lambda answer, content: answer.send(content, encoding="x-gzip")] * 2
    del mirror.files[f"/{LAST}"]
    assert f"{mirror.url}{LAST}: 404 Not Found" in failing("mnist", "--download")
    assert {*contents(home / "mnist")} == {*FILES} - {LAST}
    mirror.files = {f"/course/{LAST}": FILES[LAST]}
    fetch("mnist", "--download", "--mirror", f"{mirror.url}course")
    printed = capsys.readouterr().err
    assert f"{gone.url}{FIRST}: the connection failed (ConnectionError)" in printed
    assert f"{LAST}: 100%" in printed
    assert_is_mnist()


@pytest.mark.usefixtures("home")
def test_a_silent_server_is_not_waited_for_and_a_full_disk_not_filled(
    mirror: Mirror, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tinydatasets.fetch.download._PATIENCE", 0.2)
    publish(MNIST, FILES, mirror)
    mirror.faults = [silent] * 2
    assert "the connection failed (ReadTimeout)" in failing("mnist", "--download")
    usage = shutil.disk_usage(ROOT)._replace(free=50_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    needed = (sum(map(len, FILES.values())) + 50 * (28 * 28 + 8)) / 1e6
    message = f"expected {needed:.1f} MB of free disk, found 0.1 MB"
    assert message in failing("mnist", "--download")


@pytest.fixture
def downloads(home: Path, publish: Publish) -> Path:
    """Return a user's folder with the four published files of MNIST."""
    publish(MNIST, FILES)
    folder = home.parent / "Downloads"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("spelling", ["-idx", ".idx"], ids=["unzipped", "from Kaggle"])
@pytest.mark.parametrize("pattern", ["nothing", "*labels*", "*"])
def test_files_are_taken_in_any_form(
    home: Path, downloads: Path, spelling: str, pattern: str
) -> None:
    for path in downloads.glob(pattern):
        content = gzip.decompress(path.read_bytes())
        path.with_name(path.stem.replace("-idx", spelling)).write_bytes(content)
        path.unlink()
    before = contents(downloads)
    # A damaged file does not come before what is right.
    (home / "mnist").mkdir(parents=True)
    (home / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    for source in (downloads, home / "mnist"):
        fetch("mnist", "--from", source)
        assert_is_mnist()
    assert contents(downloads) == before


def test_one_file_is_taken_under_any_name_or_from_its_folder(home: Path, publish: Publish) -> None:
    archive = published.tar(published.cifar_members())
    publish(published.small_cifar10(archive), {})
    path = home.parent / "cifar (1).tgz"
    path.write_bytes(archive)
    for source in (path, home / "cifar10"):
        fetch("cifar10", "--from", source)
        assert tinydatasets.load("cifar10").test.images.shape == (300, 32, 32, 3)


def test_what_is_not_there_is_named_with_its_origin(home: Path) -> None:
    path = home.parent / "cifar-10-python.tar.gz"
    with path.open("wb") as file:
        file.truncate(170_498_071)  # its size; no byte of it is read
    name = "cifar-10-binary.tar.gz"
    origin = f"{name} can be had from https://www.cs.toronto.edu/~kriz/"
    sizes = "expected 170,052,171 bytes, found 170,498,071"
    message = f"{path} is not the published {name}: {sizes}. {origin}"
    assert failing("cifar10", "--from", path) == message
    assert failing("cifar10", "--from", "x") == f"x/{name} is not there. {origin}"
    message = f"x/{FIRST} is not there. {', '.join(FILES)} can be had from https://"
    assert failing("mnist", "--from", "x").startswith(message)


def test_what_fails_changes_nothing_and_damage_is_named(
    home: Path, downloads: Path, publish: Publish
) -> None:
    fetch("mnist", "--from", downloads)
    before = contents(home / "mnist")
    (downloads / LAST).write_bytes(bytes(len(FILES[LAST])))
    message = failing("mnist", "--from", downloads)
    assert f"{downloads / LAST} is not the published {LAST}: expected md5 " in message
    (downloads / LAST).write_bytes(FILES[LAST])
    files = [dataclasses.replace(file, sha256="0" * 64) for file in MNIST.files]
    publish(dataclasses.replace(MNIST, files=tuple(files)), {})
    assert f"expected sha256 {'0' * 64}, found" in failing("mnist", "--from", downloads)
    publish(MNIST, {})
    (home / "mnist" / ".test-labels.npy.new").symlink_to("/dev/full")
    full = f"{os.strerror(errno.ENOSPC)}. Make room on the disk. {GOES_ON}"
    assert failing("mnist", "--from", downloads) == f"{home / 'mnist'}: {full}"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(FILES[FIRST]), limits[1]))  # arrays are larger
    try:
        message = f"{home / 'mnist'}: {os.strerror(errno.EFBIG)}. {GOES_ON}"
        assert failing("mnist", "--from", downloads) == message
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert contents(home / "mnist") == before
    for content in (b"", b"\x93NUMPY", b"x" * 200):
        (home / "mnist" / "train-images.npy").write_bytes(content)
        message = f"{home / 'mnist'} is damaged .* `tinydatasets fetch mnist --download` mends it"
        with pytest.raises(tinydatasets.FormatError, match=message):
            tinydatasets.load("mnist")
    for other in (np.zeros((3, 28, 28), np.uint8), np.zeros((30, 28, 28))):
        np.save(home / "mnist/train-images.npy", other)
        message = r"train-images.npy: expected uint8 \(30, 28, 28\), found .* mends it"
        with pytest.raises(tinydatasets.FormatError, match=message):
            tinydatasets.load("mnist")


WITHOUT_A_NETWORK = """
import socket, sys
socket.socket = sys.modules["pooch"] = None
import tinydatasets
from tinydatasets.__main__ import main
tinydatasets.load("tinydigits")
for name in ("mnist", "cifar10"):
    main(["fetch", name])
    main(["fetch", name, "--mirror", "http://a/a b"])
    try:
        tinydatasets.load(name)
    except ValueError as error:
        print(error)
main(["fetch", "mnist", "--download"])
"""


def test_without_a_word_more_nothing_is_fetched(home: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", WITHOUT_A_NETWORK]
    options: dict[str, Any] = {"cwd": ROOT, "text": True, "capture_output": True, "timeout": 60}
    result = subprocess.run(command, check=False, **options)
    for expected in (
        "11.6 MB, about 2 s at 50 Mbit/s",
        "CC BY-SA 3.0",
        "Nothing was fetched. This fetches it:\n  tinydatasets fetch mnist --download\n",
        "  tinydatasets fetch mnist --download --mirror 'http://a/a b/'\n",
        f"mnist is not in {home / 'mnist'}. `tinydatasets fetch mnist` says",
        f"{home / 'cifar10'}, where it takes 355 MB",
        "`tinydatasets fetch cifar10 --download` fetches it.",
    ):
        assert expected in result.stdout
    message = "Downloading needs pooch, which is not installed: pip install pooch requests tqdm\n"
    assert (result.returncode, result.stderr) == (1, message)
    assert not home.exists()


def test_the_sums_are_those_that_were_published() -> None:
    table = (ROOT / "tinydatasets/fetch/files.csv").read_bytes()
    published = "20b94e3332f2544ea914ac741b7f6041bc57bbdd269a2fbc5afd8da07536409f"
    assert hashlib.sha256(table).hexdigest() == published


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("fetch mnist --mirror ftp://x", 2, "expected http://... or https://..., found 'ftp://x'"),
        ("fetch mnist --download --from x", 2, "not allowed with argument"),
        ("fetch mnist --mirror http://x --from x", 2, "not allowed with argument"),
        ("fetch mnist --download", 130, f"\nStopped. {GOES_ON}\n"),
        ("--version", 0, f"tinydatasets {tinydatasets.__version__}\n"),
    ],
)
def test_how_it_ends(
    arguments: str, status: int, message: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tinydatasets.fetch.download.download", stop)
    with pytest.raises(SystemExit) as stopped:
        main(arguments.split())
    assert stopped.value.code == status
    assert message in "".join(capsys.readouterr())


@pytest.mark.parametrize("arguments", ["fetch mnist", "--help"])
def test_nobody_who_reads_is_no_error_and_a_full_disk_is_one_message(arguments: str) -> None:
    command = [sys.executable, "-m", "tinydatasets", *arguments.split()]
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    reader, pipe = os.pipe()
    os.close(reader)
    full = os.open("/dev/full", os.O_WRONLY)
    for out, message in ((pipe, ""), (full, f"standard output: {os.strerror(errno.ENOSPC)}\n")):
        options: dict[str, Any] = {"stdout": out, "stderr": subprocess.PIPE, "env": environment}
        result = subprocess.run(command, text=True, check=False, timeout=60, **options)
        os.close(out)
        assert (result.returncode, result.stderr) == (1, message)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "/me/.cache/tinydatasets"),
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/tinydatasets"),
        ("linux", {"TINYDATASETS_HOME": "~/course"}, "/me/course"),
        ("darwin", {"XDG_CACHE_HOME": "/caches"}, "/me/Library/Caches/tinydatasets"),
        ("win32", {"LOCALAPPDATA": "/Local"}, "/Local/tinydatasets"),
    ],
)
def test_the_folder_is_where_the_system_keeps_caches(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {"HOME": "/me", **variables})
    monkeypatch.setattr(sys, "platform", platform)
    assert str(find_home()) == expected
