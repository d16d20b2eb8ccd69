"""Put a benchmark on disk: its published files, and the arrays in them as ``.npy``."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from tinydatasets.fetch.benchmarks import check, locate
from tinydatasets.fetch.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tinydatasets.fetch.benchmarks import Benchmark


def take(benchmark: Benchmark, source: Path, folder: Path) -> None:
    """Copy the published files from where a user has them.

    Parameters
    ----------
    benchmark : Benchmark
        What the files must be.
    source : Path
        The folder that has the files under their published names, or unzipped, or the file itself
        if there is only one.
    folder : Path
        Where the copies go.

    Raises
    ------
    FetchError
        If a file is missing or isn't the published one, or there is no room for it. `folder` then
        has no copy that it didn't have.
    OSError
        If a file can't be read or written.
    """
    alone = len(benchmark.files) == 1
    if not source.exists():
        raise FetchError(f"{source}: there is no such {'file or folder' if alone else 'folder'}")
    if alone and source.is_file():
        found = [(source, benchmark.files[0])]
    else:
        found = locate(benchmark, source)
    origin = f"The published files come from {', else '.join(benchmark.mirrors)}"
    missing = [path.name for path, _ in found if not path.is_file()]
    if missing:
        names = ", ".join(file.name for file in benchmark.files)
        wanted = f"{names} or its folder" if alone else f"a folder with {names}, unzipped or not"
        raise FetchError(f"{source}: expected {wanted}; not there: {', '.join(missing)}. {origin}")
    try:
        for path, file in found:
            check(path, file)
    except FetchError as error:
        raise FetchError(f"{error}. {origin}") from None
    make_room(folder, sum(file.size for _, file in found) + benchmark.unpacked_size)
    for (path, file), published in zip(found, benchmark.files):
        with path.open("rb") as original, _replacing(folder / file.name) as copy:
            shutil.copyfileobj(original, copy)
        if file is not published:
            # It would be read instead, and may be damaged.
            (folder / published.name).unlink(missing_ok=True)


def make_room(folder: Path, needed: int) -> None:
    """Make a folder, and see that its disk has room for `needed` bytes.

    Raises
    ------
    FetchError
        If it has not.
    OSError
        If the folder can't be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise FetchError(
            f"{folder}: expected {needed / 1e6:,.1f} MB of free disk, found {free / 1e6:,.1f} MB. "
            "Make room, or let the variable TINYDATASETS_HOME name a folder on another disk."
        )


def unpack(benchmark: Benchmark, folder: Path) -> None:
    """Check the published files in a folder, then read them and write their arrays.

    Parameters
    ----------
    benchmark : Benchmark
        What the files must be.
    folder : Path
        Where they are, unzipped or not, and where ``train-images.npy``, ``train-labels.npy``,
        ``test-images.npy`` and ``test-labels.npy`` go.

    Raises
    ------
    FetchError
        If a file isn't the published one, or holds what it should not.
    OSError
        If a file can't be read or written.
    """
    found = locate(benchmark, folder)
    for path, file in found:
        check(path, file)
    dataset = benchmark.read([path for path, _ in found], benchmark.train, benchmark.test)
    for split, arrays in zip(("train", "test"), dataset):
        for kind, array in arrays._asdict().items():
            with _replacing(folder / f"{split}-{kind}.npy") as out:
                # Not `np.save`, which doesn't say so when the disk is full.
                header = np.lib.format.header_data_from_array_1_0(array)
                np.lib.format.write_array_header_1_0(out, header)
                out.write(array.data)


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
