"""Small archives of the layout that MNIST and CIFAR-10 were published in, by its description."""

import dataclasses
import gzip
import hashlib
import io
import struct
import tarfile
from typing import Any

import numpy as np
import numpy.typing as npt

from tinydatasets.fetch.benchmarks import CIFAR10, MNIST, Benchmark, RemoteFile

KINDS = ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")
MNIST_NAMES = [f"{split}-{kind}" for split in ("train", "t10k") for kind in KINDS]
CIFAR_NAME = "cifar-10-binary.tar.gz"


def random_bytes(seed: int, *shape: int, below: int = 256) -> npt.NDArray[Any]:
    return np.random.RandomState(seed).randint(below, size=shape, dtype=np.uint8)


def idx(array: npt.NDArray[Any]) -> bytes:
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def mnist_arrays() -> list[npt.NDArray[Any]]:
    """Return images and labels of 30 rows of train, then those of 20 of test."""
    labels = np.arange(30, dtype=np.uint8) * 7 % 10
    pairs = [(random_bytes(n, n, 28, 28), labels[:n]) for n in (30, 20)]
    return [array for pair in pairs for array in pair]


def mnist_files(arrays: list[npt.NDArray[Any]]) -> dict[str, bytes]:
    contents = [gzip.compress(idx(array), mtime=0) for array in arrays]
    return dict(zip(MNIST_NAMES, contents))


def cifar_batches() -> dict[str, tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Return labels and data of 300 rows by the name of the batch."""
    names = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
    return {
        name: (random_bytes(seed, 300, below=10), random_bytes(seed + 10, 300, 3072))
        for seed, name in enumerate(names)
    }


def cifar_members() -> list[tuple[tarfile.TarInfo, bytes]]:
    """Return what the archive holds; its files are not in the order of their names."""
    names = "airplane automobile bird cat deer dog frog horse ship truck"
    contents = {"batches.meta.txt": names.replace(" ", "\n").encode() + b"\n\n"}
    for name, batch in reversed(cifar_batches().items()):
        contents[name] = np.column_stack(batch).tobytes()  # a label, then its 3072 bytes
    folder = tarfile.TarInfo("cifar-10-batches-bin")
    folder.type = tarfile.DIRTYPE
    members = [(tarfile.TarInfo(f"{folder.name}/{name}"), x) for name, x in contents.items()]
    return [(folder, b""), *members]


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


def small_mnist(files: dict[str, bytes]) -> Benchmark:
    """Return MNIST as if `files` had been published."""
    listed = []
    for name, content in files.items():
        unzipped = remote(name[: -len(".gz")], gzip.decompress(content))
        listed.append(dataclasses.replace(remote(name, content), unzipped=unzipped))
    return dataclasses.replace(MNIST, files=tuple(listed), train=30, test=20)


def small_cifar10(archive: bytes) -> Benchmark:
    """Return CIFAR-10 as if `archive` had been published."""
    return dataclasses.replace(CIFAR10, files=(remote(CIFAR_NAME, archive),), train=1500, test=300)
