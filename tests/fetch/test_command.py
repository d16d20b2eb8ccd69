"""What a user types, and what happens on a machine without a network, files or pooch."""

from __future__ import annotations

import dataclasses
import gzip
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinydatasets
from tests.fetch import published
from tests.fetch.conftest import Publish, failing, fetch
from tests.fetch.server import serving
from tinydatasets import loading, pickles
from tinydatasets.__main__ import main
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.home import home

ROOT = Path(__file__).parent.parent.parent
ARRAYS = published.mnist_arrays()
FILES = published.mnist_files(ARRAYS)
MNIST = published.small_mnist(FILES)


def run(*command: str, status: int = 0) -> str:
    """Run Python in a process of its own and give all that it printed."""
    result = subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert result.returncode == status, result.stdout
    return result.stdout


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "mnist",
            [
                "60,000 for training, 10,000 for testing",
                "11.6 MB, about 2 s at 50 Mbit/s",
                "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz",
                "https://ossci-datasets.s3.amazonaws.com/mnist/, else https://storage.googleapis",
                "CC BY-SA 3.0",
                "  tinydatasets fetch mnist --download\n",
            ],
        ),
        (
            "cifar10",
            [
                "50,000 for training, 10,000 for testing",
                "170.1 MB, about 27 s at 50 Mbit/s",
                "cifar-10-binary.tar.gz",
                "https://www.cs.toronto.edu/~kriz/\n",
                "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
                "  tinydatasets fetch cifar10 --download\n",
            ],
        ),
    ],
)
def test_without_a_word_more_it_only_says_what_it_takes(
    home: Path, name: str, expected: list[str]
) -> None:
    printed = run("-m", "tinydatasets", "fetch", name)
    assert [text for text in expected if text not in printed] == []
    assert f"{home / name}, where it takes " in printed
    assert "Nothing was fetched. This fetches it:\n" in printed
    assert not home.exists()


def test_the_command_that_is_shown_keeps_the_mirror(home: Path, capsys: Any) -> None:
    fetch("mnist", "--mirror", "http://example.org/a b")
    printed = capsys.readouterr().out
    assert "from      http://example.org/a b/\n" in printed
    assert printed.endswith("fetch mnist --download --mirror 'http://example.org/a b/'\n")
    assert not home.exists()


def test_the_sums_of_the_unzipped_files() -> None:
    found = [file.unzipped for file in BENCHMARKS["mnist"].files]
    assert [(file.name, file.size, file.md5, file.sha256) for file in found if file] == [
        (
            "train-images-idx3-ubyte",
            16 + 60_000 * 28 * 28,
            "6bbc9ace898e44ae57da46a324031adb",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        (
            "train-labels-idx1-ubyte",
            8 + 60_000,
            "a25bea736e30d166cdddb491f175f624",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        (
            "t10k-images-idx3-ubyte",
            16 + 10_000 * 28 * 28,
            "2646ac647ad5339dbf082846283269ea",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        (
            "t10k-labels-idx1-ubyte",
            8 + 10_000,
            "27ae3e4e09519cfbb04c329615203637",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ]


def test_the_sums_are_those_that_were_published() -> None:
    assert [
        (file.name, file.size, file.md5, file.sha256)
        for name in ("mnist", "cifar10")
        for file in BENCHMARKS[name].files
    ] == [
        (
            "train-images-idx3-ubyte.gz",
            9912422,
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        (
            "train-labels-idx1-ubyte.gz",
            28881,
            "d53e105ee54ea40749a09fcbcd1e9432",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        (
            "t10k-images-idx3-ubyte.gz",
            1648877,
            "9fb629c4189551a2d022fa330f9573f3",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        (
            "t10k-labels-idx1-ubyte.gz",
            4542,
            "ec29112dd5afa0611ce80d1b7f02629c",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        (
            "cifar-10-binary.tar.gz",
            170052171,
            "c32a1d4ab5d03f1284b67883e8d87530",
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ]


WITHOUT_A_NETWORK = """
import socket, sys
class NoSocket:
    def __init__(self, *_, **__):
        raise AssertionError("a socket")
socket.socket = NoSocket
import tinydatasets
from tinydatasets.__main__ import main
tinydatasets.load("tinydigits")
for name in ("mnist", "cifar10"):
    main(["fetch", name])
    try:
        tinydatasets.load(name)
    except ValueError as error:
        print(error)
print(sorted({"pooch", "requests", "tqdm"} & set(sys.modules)))
"""


@pytest.mark.usefixtures("home")
def test_an_import_a_load_and_a_plan_open_no_socket_and_need_no_extra() -> None:
    printed = run("-c", WITHOUT_A_NETWORK)
    assert "`tinydatasets fetch mnist --download` fetches it." in printed
    assert "`tinydatasets fetch cifar10 --download` fetches it." in printed
    assert printed.endswith("[]\n")


WITHOUT_POOCH = """
import sys
sys.modules["pooch"] = None
from tinydatasets.__main__ import main
main(["fetch", "mnist", "--download"])
"""


def test_without_pooch_it_says_what_to_install(home: Path) -> None:
    assert run("-c", WITHOUT_POOCH, status=1) == (
        "Downloading needs pooch, which is not installed: pip install pooch requests tqdm\n"
    )
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: command"),
        (["fetch"], "the following arguments are required: name"),
        (["fetch", "imagenet"], "invalid choice: 'imagenet'"),
        (["fetch", "mnist", "--mirror", "ftp://x"], "expected http://... or https://..., found"),
        (["fetch", "mnist", "--download", "--from", "x"], "not allowed with argument"),
        (["fetch", "mnist", "--mirror", "http://x", "--from", "x"], "not allowed with argument"),
    ],
)
def test_wrong_arguments_end_with_status_2(
    home: Path, arguments: list[str], message: str, capsys: Any
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
    assert not home.exists()


@pytest.fixture
def downloads(tmp_path: Path, publish: Publish) -> Path:
    """Give a folder with the four published files of MNIST."""
    publish(MNIST, FILES)
    folder = tmp_path / "Downloads"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def test_files_that_a_user_has_are_taken_from_their_folder(home: Path, downloads: Path) -> None:
    fetch("mnist", "--from", downloads)
    train, test = tinydatasets.load("mnist")
    for array, expected in zip((*train, *test), ARRAYS):
        np.testing.assert_array_equal(array, expected)
    assert {path.name for path in downloads.iterdir()} == set(FILES)
    fetch("mnist", "--from", home / "mnist")
    assert (home / "mnist" / "t10k-labels-idx1-ubyte.gz").exists()


def test_one_file_is_taken_under_any_name_or_from_its_folder(home: Path, publish: Publish) -> None:
    archive = published.tar(published.cifar_members())
    publish(published.small_cifar10(archive), {})
    path = home.parent / "cifar (1).tgz"
    path.write_bytes(archive)
    fetch("cifar10", "--from", path)
    assert tinydatasets.load("cifar10").test.images.shape == (300, 32, 32, 3)
    fetch("cifar10", "--from", home / "cifar10")


TORONTO = "https://www.cs.toronto.edu/~kriz/"


def test_files_that_are_not_there_are_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirrored = dataclasses.replace(MNIST, mirrors=("http://one/", "http://two/"))
    monkeypatch.setitem(BENCHMARKS, "mnist", mirrored)
    first, *_, last = FILES
    for name in (first, last):
        (home.parent / name).write_bytes(FILES[name])
    names = ", ".join(FILES)
    assert failing("mnist", "--from", home.parent) == (
        f"{home.parent}: expected a folder with {names}, unzipped or not;"
        " not there: train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz."
        " The published files come from http://one/, else http://two/"
    )
    assert f"expected a folder with {names}" in failing("mnist", "--from", home.parent / first)
    assert not home.exists()


def test_for_the_python_version_of_cifar10_the_wanted_file_is_named(home: Path) -> None:
    folder = home.parent / "Downloads"
    folder.mkdir()
    path = folder / "cifar-10-python.tar.gz"
    with path.open("wb") as file:
        file.truncate(170_498_071)  # its size; no byte of it is read
    assert failing("cifar10", "--from", path) == (
        f"{path} is not the published cifar-10-binary.tar.gz: expected 170,052,171 bytes,"
        f" found 170,498,071. The published files come from {TORONTO}"
    )
    assert failing("cifar10", "--from", folder) == (
        f"{folder}: expected cifar-10-binary.tar.gz or its folder;"
        f" not there: cifar-10-binary.tar.gz. The published files come from {TORONTO}"
    )
    assert not home.exists()


def test_a_folder_that_is_not_there_is_named(home: Path) -> None:
    assert failing("mnist", "--from", "nowhere") == "nowhere: there is no such folder"
    assert failing("cifar10", "--from", "none") == "none: there is no such file or folder"
    assert not home.exists()


@pytest.fixture
def unzipped(publish: Publish) -> dict[str, bytes]:
    """Publish MNIST with what its files hold, and give that."""
    contents = {name[: -len(".gz")]: gzip.decompress(data) for name, data in FILES.items()}
    publish(
        dataclasses.replace(
            MNIST,
            files=tuple(
                dataclasses.replace(file, unzipped=published.remote(*content))
                for file, content in zip(MNIST.files, contents.items())
            ),
        ),
        {},
    )
    return contents


@pytest.mark.parametrize("separator", ["-idx", ".idx"], ids=["unzipped", "from Kaggle"])
def test_files_that_are_unzipped_are_taken(
    home: Path, unzipped: dict[str, bytes], separator: str
) -> None:
    # Kaggle's archive has folders of the other spelling.
    for name, data in unzipped.items():
        (home.parent / name).mkdir()
        path = home.parent / name.replace("-idx", separator)
        if path.is_dir():
            path.rmdir()
        path.write_bytes(data)
    # One that was damaged does not come before what is right.
    (home / "mnist").mkdir(parents=True)
    (home / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    fetch("mnist", "--from", home.parent)
    train, test = tinydatasets.load("mnist")
    for array, expected in zip((*train, *test), ARRAYS):
        np.testing.assert_array_equal(array, expected)
    fetch("mnist", "--from", home / "mnist")
    assert set(unzipped) == {path.name for path in (home / "mnist").glob("*ubyte*")}


def test_some_may_be_unzipped_and_some_not(home: Path, unzipped: dict[str, bytes]) -> None:
    for (name, zipped), (other, data) in zip(FILES.items(), unzipped.items()):
        if "labels" in name:
            (home.parent / name).write_bytes(zipped)
        else:
            (home.parent / other).write_bytes(data)
    fetch("mnist", "--from", home.parent)
    np.testing.assert_array_equal(tinydatasets.load("mnist").test.labels, ARRAYS[3])


def test_an_unzipped_file_that_is_another_is_not_taken(
    home: Path, unzipped: dict[str, bytes]
) -> None:
    for name, data in unzipped.items():
        (home.parent / name).write_bytes(data)
    path = home.parent / "train-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-1] + b"\x09")
    message = failing("mnist", "--from", home.parent)
    assert message.startswith(f"{path} is not the published train-labels-idx1-ubyte: expected md5")
    assert not home.exists()


@pytest.mark.parametrize(
    ("content", "difference"),
    [
        (b"short", "expected [0-9,]+ bytes, found 5"),
        (
            bytes(len(FILES["t10k-images-idx3-ubyte.gz"])),
            "expected md5 [0-9a-f]{32}, found [0-9a-f]",
        ),
    ],
)
def test_a_file_that_is_another_is_not_taken(
    home: Path, publish: Publish, content: bytes, difference: str
) -> None:
    publish(MNIST, FILES)
    for name, data in FILES.items():
        (home.parent / name).write_bytes(data)
    path = home.parent / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(content)
    message = failing("mnist", "--from", home.parent)
    assert message.startswith(f"{path} is not the published t10k-images-idx3-ubyte.gz: ")
    assert re.search(difference, message)
    assert not home.exists()


def test_both_sums_count(home: Path, publish: Publish) -> None:
    files = list(MNIST.files)
    files[2] = dataclasses.replace(files[2], sha256="0" * 64)
    publish(dataclasses.replace(MNIST, files=tuple(files)), FILES)
    for name, data in FILES.items():
        (home.parent / name).write_bytes(data)
    assert f"expected sha256 {'0' * 64}, found" in failing("mnist", "--from", home.parent)


def test_a_file_that_is_another_replaces_nothing(home: Path, downloads: Path) -> None:
    fetch("mnist", "--from", downloads)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    (downloads / "train-labels-idx1-ubyte.gz").write_bytes(b"other")
    failing("mnist", "--from", downloads)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_a_folder_that_cannot_be_made_is_named(home: Path, publish: Publish) -> None:
    home.write_text("a file where a folder should be")
    with serving() as mirror:
        publish(MNIST, FILES, mirror)
        message = failing("mnist", "--download")
    assert message == (
        f"{home / 'mnist'}: Not a directory. The same command goes on from what is there."
    )


def test_a_user_may_stop_it(
    home: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tinydatasets.fetch.download.download", stop)
    publish(MNIST, FILES)
    with pytest.raises(SystemExit) as stopped:
        main(["fetch", "mnist", "--download"])
    assert stopped.value.code == 130
    assert "Stopped. The same command goes on" in capsys.readouterr().err
    assert not home.exists()


def test_a_user_may_stop_a_plan_too(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tinydatasets.__main__._plan", stop)
    with pytest.raises(SystemExit) as stopped:
        main(["fetch", "mnist"])
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "\nStopped. The same command goes on from what is there.\n"


def test_the_version_is_that_of_the_package(capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"tinydatasets {tinydatasets.__version__}\n"
    assert re.fullmatch(r"\d+\.\d+\.\d+", tinydatasets.__version__)


def test_what_was_not_fetched_is_asked_for_by_its_command(home: Path) -> None:
    message = re.escape(f"mnist is not in {home / 'mnist'}. `tinydatasets fetch mnist` says")
    with pytest.raises(ValueError, match=message):
        tinydatasets.load("mnist")


def test_a_benchmark_is_proposed_for_a_name_near_it() -> None:
    with pytest.raises(ValueError, match=r"once fetched cifar10, mnist\. Did you mean 'cifar10'"):
        tinydatasets.load("cifar-10")


def test_a_benchmark_that_is_added_to_the_registry_is_known(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setitem(BENCHMARKS, "digits", dataclasses.replace(MNIST, name="digits"))
    with pytest.raises(ValueError, match=r"once fetched cifar10, digits, mnist\."):
        tinydatasets.load("none")
    with pytest.raises(ValueError, match=f"digits is not in {re.escape(str(home / 'digits'))}"):
        tinydatasets.load("digits")
    fetch("digits")
    assert "tinydatasets fetch digits --download" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"x" * 200, None])
def test_a_damaged_array_is_reported_with_its_mend(
    home: Path, publish: Publish, content: bytes | None
) -> None:
    publish(MNIST, FILES)
    for name, data in FILES.items():
        (home.parent / name).write_bytes(data)
    fetch("mnist", "--from", home.parent)
    path = home / "mnist" / "train-images.npy"
    path.write_bytes(path.read_bytes()[:-1] if content is None else content)
    with pytest.raises(tinydatasets.FormatError) as caught:
        tinydatasets.load("mnist")
    assert str(home / "mnist") in str(caught.value)
    assert "`tinydatasets fetch mnist --download` mends it" in str(caught.value)


def test_a_dataset_of_ones_own_comes_before_a_benchmark_of_its_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = tinydatasets.Split(np.ones((2, 3, 3), np.float32), np.array([0, 1]))
    folder = home / "datasets" / "mnist"
    folder.mkdir(parents=True)
    for split in ("train", "test"):
        (folder / f"{split}.pkl").write_bytes(pickles.dumps(tiny))
    monkeypatch.setattr(loading, "_folder", lambda: folder.parent)
    assert tinydatasets.load("mnist").train.images.shape == (2, 3, 3)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "{home}/.cache/tinydatasets"),
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/tinydatasets"),
        ("linux", {"TINYDATASETS_HOME": "~/course"}, "{home}/course"),
        ("linux", {"TINYDATASETS_HOME": ""}, "{home}/.cache/tinydatasets"),
        ("darwin", {"XDG_CACHE_HOME": "/caches"}, "{home}/Library/Caches/tinydatasets"),
        ("win32", {"LOCALAPPDATA": "/Local"}, "/Local/tinydatasets"),
    ],
)
def test_the_folder_is_where_the_system_keeps_caches(
    platform: str,
    variables: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("TINYDATASETS_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in {"HOME": str(tmp_path), **variables}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert str(home()) == expected.format(home=tmp_path)
