"""What can be fetched, and how it is checked and put on disk."""

from __future__ import annotations

import csv
import hashlib
import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from tinydatasets.fetch import FetchError
from tinydatasets.fetch.readers import read_cifar10, read_mnist
from tinydatasets.types import Dataset


@dataclass(frozen=True)
class RemoteFile:
    """A published file: its name, bytes and sums, and what is in it where that is as good."""

    name: str
    size: int
    md5: str
    sha256: str
    unzipped: RemoteFile | None = None

    def check(self, path: Path) -> None:
        """Raise a FetchError, which says why, if the file at `path` is another one."""
        if not path.is_file():
            raise FetchError(f"{path} is not there")
        size = path.stat().st_size
        if size != self.size:
            raise self._other(path, f"{self.size:,} bytes", f"{size:,}")
        # MD5 is here because it is what the authors published, not for its strength.
        for algorithm, published in (("md5", self.md5), ("sha256", self.sha256)):
            hasher = hashlib.new(algorithm, usedforsecurity=False)
            with path.open("rb") as stream:
                while block := stream.read(2**20):
                    hasher.update(block)
            if hasher.hexdigest() != published:
                raise self._other(path, f"{algorithm} {published}", hasher.hexdigest())

    def _other(self, path: Path, expected: str, actual: str) -> FetchError:
        return FetchError(
            f"{path} is not the published {self.name}: expected {expected}, found {actual}"
        )


@dataclass(frozen=True)
class Benchmark:
    """A published dataset.

    `mirrors` are addresses that end in a slash, the first to be tried first. `train` and `test`
    count rows, `image` is the shape of one. `licence` is short, `terms` says whose it is and what
    they ask for.
    `reader` reads the files in their order, given the rows of train and of test.
    """

    name: str
    title: str
    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...]
    train: int
    test: int
    image: tuple[int, ...]
    classes: tuple[str, ...]
    licence: str
    terms: str
    reader: Callable[[Sequence[Path], int, int], Dataset]

    @property
    def download_size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def unpacked_size(self) -> int:
        """Bytes of all arrays: pixels as uint8, labels as int64."""
        return (self.train + self.test) * (math.prod(self.image) + 8)

    def read_files(self, folder: Path) -> Dataset:
        """Read the published files in a folder; raise a FetchError if one is another or missing."""
        files = self._locate(folder)
        for path, file in files:
            file.check(path)
        return self.reader([path for path, _ in files], self.train, self.test)

    def _locate(self, folder: Path) -> list[tuple[Path, RemoteFile]]:
        """Return where each file is, or what is in it, unzipped, or else where it should be."""
        files = []
        for file in self.files:
            forms = [(folder / file.name, file)]
            if file.unzipped:
                # The second spelling is Kaggle's, whose archives have the first as a folder.
                name = file.unzipped.name
                forms += [(folder / n, file.unzipped) for n in (name, name.replace("-idx", ".idx"))]
            files.append(next((form for form in forms if form[0].is_file()), forms[0]))
        return files

    def copy_files(self, source: Path, folder: Path) -> None:
        """Copy the published files from a folder that has them, or the file that is the only one.

        Raises a FetchError if a file is missing or another one, or if there is no room; then
        `folder` is as it was.
        """
        is_file = len(self.files) == 1 and source.is_file()
        files = [(source, self.files[0])] if is_file else self._locate(source)
        try:
            for path, file in files:
                file.check(path)
        except FetchError as error:
            names = ", ".join(file.name for file in self.files)
            origin = f"{names} can be had from {', else '.join(self.mirrors)}"
            raise FetchError(f"{error}. {origin}") from None
        make_room(folder, sum(file.size for _, file in files) + self.unpacked_size)
        for (path, file), published in zip(files, self.files):
            with path.open("rb") as original, _replacing(folder / file.name) as copy:
                shutil.copyfileobj(original, copy)
            if file is not published:
                # It would be read instead, and may be damaged.
                (folder / published.name).unlink(missing_ok=True)

    def write_arrays(self, folder: Path) -> None:
        """Write ``train-images.npy``, ``train-labels.npy``, ``test-...`` beside the files."""
        for split, arrays in zip(("train", "test"), self.read_files(folder)):
            for kind, array in arrays._asdict().items():
                with _replacing(folder / f"{split}-{kind}.npy") as out:
                    # Not `np.save`, which doesn't say so when the disk is full.
                    header = np.lib.format.header_data_from_array_1_0(array)
                    np.lib.format.write_array_header_1_0(out, header)
                    out.write(array.data)


def make_room(folder: Path, needed: int) -> None:
    """Make a folder; raise a FetchError if its disk has no room for `needed` bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise FetchError(
            f"{folder}: expected {needed / 1e6:,.1f} MB of free disk, found {free / 1e6:,.1f} MB. "
            "Make room, or let the variable TINYDATASETS_HOME name a folder on another disk."
        )


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place once it is whole."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _published(benchmark: str) -> tuple[RemoteFile, ...]:
    """Read what `files.csv` has of a benchmark: published files, and what is in some, unzipped."""
    table = Path(__file__).with_name("files.csv").read_text("ascii")
    files = {
        row["name"]: RemoteFile(row["name"], int(row["bytes"]), row["md5"], row["sha256"])
        for row in csv.DictReader(table.splitlines())
        if row["benchmark"] == benchmark
    }
    return tuple(
        replace(file, unzipped=files.get(name.removesuffix(".gz")))
        for name, file in files.items()
        if name.endswith(".gz")
    )


# Where the addresses here and the sums in `files.csv` come from: docs/fetch.md.
MNIST: Final = Benchmark(
    name="mnist",
    title="handwritten digits, 28 x 28 pixels, grey",
    files=_published("mnist"),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    train=60_000,
    test=10_000,
    image=(28, 28),
    classes=tuple("0123456789"),
    licence="cc-by-sa-3.0",
    terms="by Y. LeCun, C. Cortes and C. J. C. Burges; CC BY-SA 3.0 by the cautious reading, which"
    " is Keras's; not redistributed here",
    reader=read_mnist,
)
CIFAR10: Final = Benchmark(
    name="cifar10",
    title="photographs of ten kinds of things, 32 x 32 pixels, in colour",
    files=_published("cifar10"),
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
    train=50_000,
    test=10_000,
    image=(32, 32, 3),
    classes=tuple("airplane automobile bird cat deer dog frog horse ship truck".split()),
    licence="none named",
    terms="no licence is named; its authors ask to cite A. Krizhevsky, Learning Multiple Layers"
    " of Features from Tiny Images, 2009; not redistributed here",
    reader=read_cifar10,
)
# The only list of benchmarks: the command, `load` and the model of params.yaml ask this one.
BENCHMARKS: Final = {benchmark.name: benchmark for benchmark in (MNIST, CIFAR10)}
