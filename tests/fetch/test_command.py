"""What a user types, and what happens on a machine without a network, files or pooch."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import tinydatasets
from tests.conftest import ROOT
from tests.fetch import published
from tests.fetch.conftest import Publish, assert_is_mnist, failing, fetch
from tinydatasets.__main__ import main
from tinydatasets.home import home as find_home

if TYPE_CHECKING:
    from pathlib import Path

FILES = published.mnist_files(published.mnist_arrays())
MNIST = published.small_mnist(FILES)


@pytest.fixture
def downloads(home: Path, publish: Publish) -> Path:
    """Return a user's folder with the four published files of MNIST."""
    publish(MNIST, FILES)
    folder = home.parent / "Downloads"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


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
        "60,000 for training, 10,000 for testing",
        "11.6 MB, about 2 s at 50 Mbit/s",
        "CC BY-SA 3.0",
        "Nothing was fetched. This fetches it:\n  tinydatasets fetch mnist --download\n",
        "  tinydatasets fetch mnist --download --mirror 'http://a/a b/'\n",
        f"mnist is not in {home / 'mnist'}. `tinydatasets fetch mnist` says",
        "https://www.cs.toronto.edu/~kriz/\n",
        f"{home / 'cifar10'}, where it takes 355 MB",
        "`tinydatasets fetch cifar10 --download` fetches it.",
    ):
        assert expected in result.stdout
    message = "Downloading needs pooch, which is not installed: pip install pooch requests tqdm\n"
    assert (result.returncode, result.stderr) == (1, message)
    assert not home.exists()


def test_the_sums_are_those_that_were_published() -> None:
    table = (ROOT / "tinydatasets/fetch/files.csv").read_bytes()
    assert (
        hashlib.sha256(table).hexdigest()
        == "20b94e3332f2544ea914ac741b7f6041bc57bbdd269a2fbc5afd8da07536409f"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("fetch imagenet", 2, "invalid choice: 'imagenet'"),
        ("fetch mnist --mirror ftp://x", 2, "expected http://... or https://..., found 'ftp://x'"),
        ("fetch mnist --download --from x", 2, "not allowed with argument"),
        ("fetch mnist --mirror http://x --from x", 2, "not allowed with argument"),
        ("--version", 0, f"tinydatasets {tinydatasets.__version__}\n"),
    ],
)
def test_arguments(arguments: str, status: int, message: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments.split())
    assert stopped.value.code == status
    assert message in "".join(capsys.readouterr())


@pytest.mark.parametrize("spelling", ["-idx", ".idx"], ids=["unzipped", "from Kaggle"])
@pytest.mark.parametrize("pattern", ["nothing", "*labels*", "*"])
def test_files_are_taken_in_any_form(
    home: Path, downloads: Path, spelling: str, pattern: str
) -> None:
    for path in downloads.glob(pattern):
        content = gzip.decompress(path.read_bytes())
        path.with_name(path.stem.replace("-idx", spelling)).write_bytes(content)
        path.unlink()
    before = {path: path.read_bytes() for path in downloads.iterdir()}
    # A damaged file does not come before what is right.
    (home / "mnist").mkdir(parents=True)
    (home / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    for source in (downloads, home / "mnist"):
        fetch("mnist", "--from", source)
        assert_is_mnist()
    assert {path: path.read_bytes() for path in downloads.iterdir()} == before


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
    message = f"x/train-images-idx3-ubyte.gz is not there. {', '.join(FILES)} can be had from"
    assert failing("mnist", "--from", "x").startswith(message)


def test_a_file_that_is_another_is_not_taken(home: Path, downloads: Path, publish: Publish) -> None:
    fetch("mnist", "--from", downloads)
    before = {path: path.read_bytes() for path in home.rglob("*.*")}
    path = downloads / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(bytes(len(FILES[path.name])))
    message = failing("mnist", "--from", downloads)
    assert re.match(rf"{path} is not the published {path.name}: expected md5 [0-9a-f]+, ", message)
    path.write_bytes(FILES[path.name])
    files = [dataclasses.replace(file, sha256="0" * 64) for file in MNIST.files]
    publish(dataclasses.replace(MNIST, files=tuple(files)), {})
    assert f"expected sha256 {'0' * 64}, found" in failing("mnist", "--from", downloads)
    assert {path: path.read_bytes() for path in home.rglob("*.*")} == before


def test_a_folder_that_cannot_be_made_is_named(home: Path, downloads: Path) -> None:
    home.write_text("a file where a folder should be")
    message = f"{home / 'mnist'}: Not a directory. The same command goes on from what is there."
    assert failing("mnist", "--from", downloads) == message


def test_a_user_may_stop_it(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tinydatasets.fetch.download.download", stop)
    with pytest.raises(SystemExit) as stopped:
        main(["fetch", "mnist", "--download"])
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "\nStopped. The same command goes on from what is there.\n"


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"x" * 200])
def test_a_damaged_array_is_reported_with_its_mend(
    home: Path, downloads: Path, content: bytes
) -> None:
    fetch("mnist", "--from", downloads)
    (home / "mnist" / "train-images.npy").write_bytes(content)
    with pytest.raises(tinydatasets.FormatError, match=re.escape(str(home / "mnist"))) as caught:
        tinydatasets.load("mnist")
    assert "`tinydatasets fetch mnist --download` mends it" in str(caught.value)


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
