"""Small archives of the layout that MNIST and CIFAR-10 were published in, written from its
description: nothing of the package is used."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import struct
import tarfile
from typing import TYPE_CHECKING, Any

import numpy as np

from tinydatasets.fetch.benchmarks import CIFAR10, MNIST, Benchmark, RemoteFile

if TYPE_CHECKING:
    import numpy.typing as npt

Arrays = dict[str, "npt.NDArray[Any]"]

MNIST_NAMES = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
]
CIFAR_NAME = "cifar-10-python.tar.gz"


def random_bytes(seed: int, *shape: int, below: int = 256) -> npt.NDArray[Any]:
    generator = np.random.Generator(np.random.PCG64(seed))
    return generator.integers(below, size=shape, dtype=np.uint8)


def idx(array: npt.NDArray[Any], kind: int = 8) -> bytes:
    lengths = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, kind, array.ndim]) + lengths + array.tobytes()


def mnist_arrays(train: int = 30, test: int = 20) -> list[npt.NDArray[Any]]:
    """Give images and labels of train, then those of test."""
    return [
        random_bytes(1, train, 28, 28),
        random_bytes(2, train, below=10),
        random_bytes(3, test, 28, 28),
        random_bytes(4, test, below=10),
    ]


def mnist_files(arrays: list[npt.NDArray[Any]]) -> dict[str, bytes]:
    contents = [gzip.compress(idx(array), mtime=0) for array in arrays]
    return dict(zip(MNIST_NAMES, contents))


def old_pickle(title: str, labels: npt.NDArray[Any], data: npt.NDArray[Any]) -> bytes:
    """Write a batch as Python 2's cPickle did, opcode by opcode."""
    out = [b"\x80\x02}q\x01("]
    out += [short("batch_label"), b"q\x02", short(title), b"q\x03"]
    out += [short("labels"), b"q\x04]q\x05"]
    for start in range(0, len(labels), 1000):
        out += [b"(", *(b"K" + bytes([label]) for label in labels[start : start + 1000]), b"e"]
    out += [short("data"), b"q\x06cnumpy.core.multiarray\n_reconstruct\nq\x07"]
    out += [b"cnumpy\nndarray\nq\x08K\x00\x85", short("b"), b"\x87Rq\t"]
    out += [b"(K\x01M", struct.pack("<H", len(data)), b"M\x00\x0c\x86"]
    out += [b"cnumpy\ndtype\nq\n", short("u1"), b"K\x00K\x01\x87Rq\x0b"]
    out += [b"(K\x03", short("|"), b"NNN" + 2 * b"J\xff\xff\xff\xff" + b"K\x00tb\x89"]
    out += [b"T", struct.pack("<I", data.nbytes), data.tobytes(), b"tb"]
    out += [short("filenames"), b"q\x0c]q\r(", short("a_s_000001.png"), b"q\x0eeu."]
    return b"".join(out)


def short(text: str) -> bytes:
    return b"U" + bytes([len(text)]) + text.encode()


def cifar_batches(rows: int = 300) -> dict[str, tuple[str, npt.NDArray[Any], npt.NDArray[Any]]]:
    """Give title, labels and data by the name of the batch."""
    titles = {f"data_batch_{number}": f"training batch {number} of 5" for number in range(1, 6)}
    titles["test_batch"] = "testing batch 1 of 1"
    return {
        name: (title, random_bytes(seed, rows, below=10), random_bytes(seed + 10, rows, 3072))
        for seed, (name, title) in enumerate(titles.items())
    }


def cifar_members(rows: int = 300) -> list[tuple[tarfile.TarInfo, bytes]]:
    """Give what the archive holds, in the order in which it holds it."""
    batches = {name: old_pickle(*batch) for name, batch in cifar_batches(rows).items()}
    contents = {
        "data_batch_4": batches["data_batch_4"],
        "readme.html": b'<meta HTTP-EQUIV="REFRESH" content="0; url=http://example.org/">\n',
        "test_batch": batches["test_batch"],
        "data_batch_3": batches["data_batch_3"],
        "batches.meta": b"\x80\x02}q\x01.",
        "data_batch_2": batches["data_batch_2"],
        "data_batch_5": batches["data_batch_5"],
        "data_batch_1": batches["data_batch_1"],
    }
    folder = tarfile.TarInfo("cifar-10-batches-py")
    folder.type = tarfile.DIRTYPE
    members = [(folder, b"")]
    for name, content in contents.items():
        members.append((tarfile.TarInfo(f"cifar-10-batches-py/{name}"), content))
    return members


def tar(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0)


def remote(name: str, content: bytes) -> RemoteFile:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return RemoteFile(name, len(content), md5, hashlib.sha256(content).hexdigest())


def small_mnist(files: dict[str, bytes], *, train: int = 30, test: int = 20) -> Benchmark:
    """Give MNIST as if `files` had been published."""
    listed = tuple(remote(name, content) for name, content in files.items())
    return dataclasses.replace(MNIST, files=listed, train=train, test=test)


def small_cifar10(archive: bytes, *, rows: int = 300) -> Benchmark:
    """Give CIFAR-10 as if `archive` had been published."""
    listed = (remote(CIFAR_NAME, archive),)
    return dataclasses.replace(CIFAR10, files=listed, train=5 * rows, test=rows)
