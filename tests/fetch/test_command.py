"""What a user types, and what happens on a machine without a network, files or pooch."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import tinydatasets
from tests.conftest import ROOT
from tests.fetch import published
from tests.fetch.conftest import Publish, failing, fetch
from tinydatasets import loading, pickles
from tinydatasets.__main__ import main
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.home import home as find_home

if TYPE_CHECKING:
    from pathlib import Path

ARRAYS = published.mnist_arrays()
FILES = published.mnist_files(ARRAYS)
CONTENTS = {name[: -len(".gz")]: gzip.decompress(data) for name, data in FILES.items()}
UNZIPPED = [published.remote(*content) for content in CONTENTS.items()]
SMALL = published.small_mnist(FILES)
MNIST = dataclasses.replace(
    SMALL, files=tuple(dataclasses.replace(f, unzipped=u) for f, u in zip(SMALL.files, UNZIPPED))
)


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
def refuse(*_, **__):
    raise AssertionError("a socket")
socket.socket = refuse
sys.modules["pooch"] = None
import tinydatasets
from tinydatasets.__main__ import main
tinydatasets.load("tinydigits")
for name in ("mnist", "cifar10"):
    main(["fetch", name])
    try:
        tinydatasets.load(name)
    except ValueError as error:
        print(error)
main(["fetch", "mnist", "--download"])
"""


def test_without_a_word_more_nothing_is_fetched(home: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_A_NETWORK],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    for expected in (
        "60,000 for training, 10,000 for testing",
        "11.6 MB, about 2 s at 50 Mbit/s",
        "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz",
        "https://ossci-datasets.s3.amazonaws.com/mnist/, else https://storage.googleapis",
        "CC BY-SA 3.0",
        "Nothing was fetched. This fetches it:\n  tinydatasets fetch mnist --download\n",
        f"mnist is not in {home / 'mnist'}. `tinydatasets fetch mnist` says",
        f"{home / 'cifar10'}, where it takes 355 MB",
        "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
        "`tinydatasets fetch cifar10 --download` fetches it.",
    ):
        assert expected in result.stdout
    message = "Downloading needs pooch, which is not installed: pip install pooch requests tqdm\n"
    assert (result.returncode, result.stderr) == (1, message)
    assert not home.exists()


def test_the_sums_are_those_that_were_published() -> None:
    table = (ROOT / "tinydatasets/fetch/files.csv").read_bytes()
    assert hashlib.sha256(table).hexdigest() == (
        "20b94e3332f2544ea914ac741b7f6041bc57bbdd269a2fbc5afd8da07536409f"
    )
    assert [len(benchmark.files) for benchmark in BENCHMARKS.values()] == [4, 1]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("", 2, "the following arguments are required: command"),
        ("fetch", 2, "the following arguments are required: name"),
        ("fetch imagenet", 2, "invalid choice: 'imagenet'"),
        ("fetch mnist --mirror ftp://x", 2, "expected http://... or https://..., found 'ftp://x'"),
        ("fetch mnist --download --from x", 2, "not allowed with argument"),
        ("fetch mnist --mirror http://x --from x", 2, "not allowed with argument"),
        ("--version", 0, f"tinydatasets {tinydatasets.__version__}\n"),
    ],
)
def test_arguments(home: Path, arguments: str, status: int, message: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments.split())
    assert stopped.value.code == status
    assert message in "".join(capsys.readouterr())
    assert not home.exists()


def test_the_command_that_is_shown_keeps_the_mirror(capsys: Any) -> None:
    fetch("mnist", "--mirror", "http://example.org/a b")
    printed = capsys.readouterr().out
    assert printed.endswith("fetch mnist --download --mirror 'http://example.org/a b/'\n")


@pytest.mark.parametrize("spelling", ["-idx", ".idx"], ids=["unzipped", "from Kaggle"])
@pytest.mark.parametrize("pattern", ["nothing", "*labels*", "*"])
def test_files_are_taken_in_any_form(
    home: Path, downloads: Path, spelling: str, pattern: str
) -> None:
    for path in downloads.glob(pattern):
        name = path.name[: -len(".gz")]
        (downloads / name.replace("-idx", spelling)).write_bytes(CONTENTS[name])
        path.unlink()
    before = {path: path.read_bytes() for path in downloads.iterdir()}
    # A damaged file does not come before what is right.
    (home / "mnist").mkdir(parents=True)
    (home / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    for source in (downloads, home / "mnist"):
        fetch("mnist", "--from", source)
        train, test = tinydatasets.load("mnist")
        for array, expected in zip((*train, *test), ARRAYS):
            np.testing.assert_array_equal(array, expected)
    assert {path: path.read_bytes() for path in downloads.iterdir()} == before


def test_one_file_is_taken_under_any_name_or_from_its_folder(home: Path, publish: Publish) -> None:
    archive = published.tar(published.cifar_members())
    publish(published.small_cifar10(archive), {})
    path = home.parent / "cifar (1).tgz"
    path.write_bytes(archive)
    fetch("cifar10", "--from", path)
    assert tinydatasets.load("cifar10").test.images.shape == (300, 32, 32, 3)
    fetch("cifar10", "--from", home / "cifar10")


def test_what_is_not_there_is_named_with_its_origin(home: Path) -> None:
    path = home.parent / "cifar-10-python.tar.gz"
    with path.open("wb") as file:
        file.truncate(170_498_071)  # its size; no byte of it is read
    wanted = "cifar-10-binary.tar.gz"
    origin = f"{wanted} can be had from https://www.cs.toronto.edu/~kriz/"
    assert failing("cifar10", "--from", path) == (
        f"{path} is not the published {wanted}: expected 170,052,171 bytes,"
        f" found 170,498,071. {origin}"
    )
    assert failing("cifar10", "--from", "x") == f"x/{wanted} is not there. {origin}"
    message = failing("mnist", "--from", "x")
    assert f"x/train-images-idx3-ubyte.gz is not there. {', '.join(FILES)} can be had" in message
    assert not home.exists()


@pytest.mark.parametrize(
    ("name", "content", "difference"),
    [
        ("t10k-images-idx3-ubyte.gz", b"short", "expected [0-9,]+ bytes, found 5"),
        ("t10k-images-idx3-ubyte.gz", None, "expected md5 [0-9a-f]{32}, found [0-9a-f]{32}"),
        ("train-labels-idx1-ubyte", b"\x09" * 38, "expected md5 [0-9a-f]{32}, found [0-9a-f]{32}"),
    ],
)
def test_a_file_that_is_another_is_not_taken(
    home: Path, downloads: Path, name: str, content: bytes | None, difference: str
) -> None:
    fetch("mnist", "--from", downloads)
    before = {path: path.read_bytes() for path in home.rglob("*.*")}
    (downloads / f"{name.removesuffix('.gz')}.gz").unlink()
    (downloads / name).write_bytes(bytes(len(FILES[name])) if content is None else content)
    message = failing("mnist", "--from", downloads)
    assert re.match(f"{re.escape(str(downloads))}/{name} is not the published {name}: ", message)
    assert re.search(difference, message)
    assert {path: path.read_bytes() for path in home.rglob("*.*")} == before


def test_both_sums_count(downloads: Path, publish: Publish) -> None:
    files = [dataclasses.replace(file, sha256="0" * 64) for file in MNIST.files]
    publish(dataclasses.replace(MNIST, files=tuple(files)), {})
    assert f"expected sha256 {'0' * 64}, found" in failing("mnist", "--from", downloads)


def test_a_folder_that_cannot_be_made_is_named(home: Path, downloads: Path) -> None:
    home.write_text("a file where a folder should be")
    message = f"{home / 'mnist'}: Not a directory. The same command goes on from what is there."
    assert failing("mnist", "--from", downloads) == message


@pytest.mark.parametrize("arguments", [["fetch", "mnist", "--download"], ["fetch", "mnist"]])
def test_a_user_may_stop_it(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tinydatasets.fetch.download.download", stop)
    monkeypatch.setattr("tinydatasets.__main__._plan", stop)
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "\nStopped. The same command goes on from what is there.\n"


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"x" * 200, None])
def test_a_damaged_array_is_reported_with_its_mend(
    home: Path, downloads: Path, content: bytes | None
) -> None:
    fetch("mnist", "--from", downloads)
    path = home / "mnist" / "train-images.npy"
    path.write_bytes(path.read_bytes()[:-1] if content is None else content)
    with pytest.raises(tinydatasets.FormatError, match=re.escape(str(home / "mnist"))) as caught:
        tinydatasets.load("mnist")
    assert "`tinydatasets fetch mnist --download` mends it" in str(caught.value)


def test_a_dataset_of_ones_own_comes_before_a_benchmark_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=r"once fetched cifar10, mnist\. Did you mean 'cifar10'"):
        tinydatasets.load("cifar-10")
    tiny = tinydatasets.Split(np.ones((2, 3, 3), np.float32), np.array([0, 1]))
    (tmp_path / "mnist").mkdir()
    for split in ("train", "test"):
        (tmp_path / "mnist" / f"{split}.pkl").write_bytes(pickles.dumps(tiny))
    monkeypatch.setattr(loading, "_folder", lambda: tmp_path)
    assert tinydatasets.load("mnist").train.images.shape == (2, 3, 3)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "{home}/.cache/tinydatasets"),
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/tinydatasets"),
        ("linux", {"TINYDATASETS_HOME": "~/course"}, "{home}/course"),
        ("darwin", {"XDG_CACHE_HOME": "/caches"}, "{home}/Library/Caches/tinydatasets"),
        ("win32", {"LOCALAPPDATA": "/Local"}, "/Local/tinydatasets"),
    ],
)
def test_the_folder_is_where_the_system_keeps_caches(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    variables: dict[str, str],
    expected: str,
) -> None:
    for variable in ("TINYDATASETS_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in {"HOME": str(tmp_path), **variables}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert str(find_home()) == expected.format(home=tmp_path)
