"""What can be fetched: which files, from where, with which sums, under which terms."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tinydatasets.fetch import cifar10, mnist
from tinydatasets.fetch.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tinydatasets.types import Dataset


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes
    ----------
    name : str
        Its name after a mirror's address.
    size : int
        Its bytes.
    md5, sha256 : str
        Its sums.
    unzipped : RemoteFile, optional
        What is in it, where that is as good.
    """

    name: str
    size: int
    md5: str
    sha256: str
    unzipped: RemoteFile | None = None


@dataclass(frozen=True)
class Benchmark:
    """A published dataset.

    Attributes
    ----------
    name : str
        What it is called here.
    title : str
        What it shows.
    files : tuple of RemoteFile
        What is fetched.
    mirrors : tuple of str
        Addresses that hold the files, each ending in a slash, the first to be tried first.
    train, test : int
        Rows of each split.
    image : tuple of int
        Shape of one image.
    classes : tuple of str
        The names of the classes, in label order.
    terms : str
        Whose it is, and what they ask for.
    read : callable
        Reads the files, in the order of `files`, given the rows of train and of test.
    """

    name: str
    title: str
    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...]
    train: int
    test: int
    image: tuple[int, ...]
    classes: tuple[str, ...]
    terms: str
    read: Callable[[Sequence[Path], int, int], Dataset]

    @property
    def download_size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def unpacked_size(self) -> int:
        """Bytes of all arrays: pixels as uint8, labels as int64."""
        return (self.train + self.test) * (math.prod(self.image) + 8)


# Sizes and sha256: TensorFlow Datasets, tensorflow_datasets/url_checksums/mnist.txt.
# md5: torchvision, torchvision/datasets/mnist.py.
# Of the files unzipped, sha256: lunal-dev/kettle, src/kettle/training.py; md5: pralab/secml,
# src/secml/data/loader/c_dataloader_mnist.py. All but those of train-images were computed from the
# published files too, and are the same.
# Mirrors: torchvision's own copy, then TensorFlow's. The authors' page, yann.lecun.com/exdb/mnist/,
# asked not to be used by programs and has held no files since 2025 (pytorch/pytorch#164238).
MNIST: Final = Benchmark(
    name="mnist",
    title="handwritten digits, 28 x 28 pixels, grey",
    files=(
        RemoteFile(
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            RemoteFile(
                "train-images-idx3-ubyte",
                47_040_016,
                "6bbc9ace898e44ae57da46a324031adb",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ),
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz",
            28_881,
            "d53e105ee54ea40749a09fcbcd1e9432",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            RemoteFile(
                "train-labels-idx1-ubyte",
                60_008,
                "a25bea736e30d166cdddb491f175f624",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
        ),
        RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "9fb629c4189551a2d022fa330f9573f3",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            RemoteFile(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "2646ac647ad5339dbf082846283269ea",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            ),
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            4_542,
            "ec29112dd5afa0611ce80d1b7f02629c",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            RemoteFile(
                "t10k-labels-idx1-ubyte",
                10_008,
                "27ae3e4e09519cfbb04c329615203637",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    train=60_000,
    test=10_000,
    image=(28, 28),
    classes=tuple("0123456789"),
    terms="by Y. LeCun, C. Cortes and C. J. C. Burges; CC BY-SA 3.0 by the cautious reading, which"
    " is Keras's; not redistributed here",
    read=mnist.read,
)

# The version for C programs, which holds the same images in the same order as the one for Python,
# but no pickles.
# md5: the authors' page, www.cs.toronto.edu/~kriz/cifar.html. Size and sha256: TensorFlow Datasets,
# tensorflow_datasets/url_checksums/cifar10.txt; the same sha256 stands in MLDatasets.jl,
# src/datasets/vision/cifar10.jl, and in GoMLX, examples/cifar/cifar.go.
CIFAR10: Final = Benchmark(
    name="cifar10",
    title="photographs of ten kinds of things, 32 x 32 pixels, in colour",
    files=(
        RemoteFile(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c32a1d4ab5d03f1284b67883e8d87530",
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ),
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
    train=50_000,
    test=10_000,
    image=(32, 32, 3),
    # As batches.meta.txt in the archive has them.
    classes=(
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
    terms="no licence is named; its authors ask to cite A. Krizhevsky, Learning Multiple Layers"
    " of Features from Tiny Images, 2009; not redistributed here",
    read=cifar10.read,
)

# The only list of benchmarks: the command, `load` and the model of params.yaml ask this one.
BENCHMARKS: Final = {benchmark.name: benchmark for benchmark in (MNIST, CIFAR10)}


def locate(benchmark: Benchmark, folder: Path) -> list[tuple[Path, RemoteFile]]:
    """Find each published file in a folder, or else what is in it, unzipped.

    Parameters
    ----------
    benchmark : Benchmark
        Whose files to find.
    folder : Path
        Where to look.

    Returns
    -------
    list of (Path, RemoteFile)
        For each file of the benchmark, where it is and what it must be. Where neither form is
        there, the path of the published one, which is then missing.
    """
    found = []
    for file in benchmark.files:
        forms = [(folder / file.name, file)]
        if file.unzipped:
            # The second spelling is Kaggle's, whose archives have the first as a folder.
            name = file.unzipped.name
            forms += [(folder / n, file.unzipped) for n in (name, name.replace("-idx", ".idx"))]
        found.append(next((form for form in forms if form[0].is_file()), forms[0]))
    return found


def check(path: Path, file: RemoteFile) -> None:
    """Check the size and the sums of a published file on disk.

    Parameters
    ----------
    path : Path
        The file on disk.
    file : RemoteFile
        What it must be.

    Raises
    ------
    FetchError
        If its size, md5 or sha256 is another; the message says which.
    OSError
        If it can't be read.
    """
    size = path.stat().st_size
    if size != file.size:
        raise FetchError(
            f"{path} is not the published {file.name}: expected {file.size:,} bytes, found {size:,}"
        )
    # MD5 is here because it is what the authors published, not for its strength.
    sums = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(2**20), b""):
            for hasher in sums.values():
                hasher.update(block)
    for name, expected in (("md5", file.md5), ("sha256", file.sha256)):
        found = sums[name].hexdigest()
        if found != expected:
            raise FetchError(
                f"{path} is not the published {file.name}: expected {name} {expected},"
                f" found {found}"
            )
