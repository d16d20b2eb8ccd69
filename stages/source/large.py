"""A user's own images that may be larger than memory: parts, Zarr and Parquet.

They are read block after block, wherever work runs: another process or machine may load a block, so
that its path is absolute. Nothing is unpickled. Stage `sample` opens every source here.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from stages.common.arrays import Array, Pixels, read_array
from stages.common.blocks import (
    BLOCK_BYTES,
    Block,
    Data,
    Groups,
    check_images,
    npy_blocks,
    open_npy,
    spans,
)
from stages.common.command import extra
from stages.common.equal import Equal, digests, find_equal
from stages.common.errors import StageError
from stages.common.files import read_json
from stages.common.workers import each
from stages.params.model import Own
from stages.source.data_folder import file_error, locate
from stages.source.facts import (
    Facts,
    as_stated,
    count_groups,
    errors_of,
    numbers_or_text,
    to_groups,
    to_labels,
)

# Of one file: its path, the number of images, and labels, ids if there are, and perhaps groups.
Columns = tuple[Path, int, list[Array | None]]

# How chunks of Zarr may be stored. It knows more ways, one of which is to unpickle them.
CODECS = {"blosc", "bytes", "bz2", "crc32c", "delta", "gzip", "lz4", "lzma", "sharding_indexed"}
CODECS |= {"shuffle", "transpose", "vlen-utf8", "zlib", "zstd"}
PYARROW = "pyarrow>=15"
# The types of a column of Parquet that an image may have, as pyarrow names them.
IMAGE = re.compile(r"(large_|fixed_size_)?(binary|list<\w+: uint8( not null)?>)(\[[0-9]+\])?")


def open_source(folder: Path) -> Data:
    """Open a source, as its stage wrote it to the folder ``build/sources/NAME``."""
    labels = read_array(folder / "labels.npy")
    ids, nearest = (
        read_array(path) if path.exists() else None
        for path in (folder / "ids.npy", folder / "nearest.npy")
    )
    groups = None
    if (folder / "groups.json").exists():
        groups = Groups(read_json(folder / "groups.json"), read_array(folder / "groups.npy"))
    repeats = read_array(folder / "repeats.npy")
    known = Data([], labels, ids, nearest, groups=groups, repeats=repeats)
    if not (folder / "entry.json").exists():
        return known._replace(blocks=npy_blocks(folder / "images.npy"))
    entry = Own(**read_json(folder / "entry.json"))
    with errors_of("own", folder.name):
        blocks = _open_blocks(entry, locate(entry.path))
        rows = sum(block.rows for block in blocks)
        if rows != len(labels):
            message = f"it has {rows} images now, and had {len(labels)} when stage `own` read it"
            raise StageError(f"{entry.path}: {message}; run `make repro` again")
    return known._replace(blocks=blocks, is_large=True)


def read_large(entry: Own, path: Path) -> tuple[Data, Facts, Equal]:
    """Read every block once, and find what there is to find in a source.

    Its sum is the sha256 of sums one after another: of the pixels of each block, of the labels,
    and of the ids and the groups where it has them.
    """
    blocks = _open_blocks(entry, path)
    columns = _read_columns(entry, path)
    labels, ids = columns["labels"], columns.get("ids")
    groups = to_groups(columns["groups"], len(labels), path) if entry.groups else None
    _, classes = to_labels(labels, len(labels), entry.classes, path)
    total, largest, shape = hashlib.sha256(), 1, [0, 0]
    of_images = np.empty((len(labels), 2), np.uint64)
    for block, found in zip(blocks, each(_summarize, blocks), strict=True):
        maximum, shape, digest, of_images[block.start : block.start + block.rows] = found
        largest = max(largest, maximum)
        total.update(digest)
    for column in columns.values():
        stored = column.astype(column.dtype.newbyteorder("<")).tobytes()
        total.update(hashlib.sha256(stored).digest())
    rows, counted = np.bincount(labels).tolist(), count_groups(labels, groups)
    facts = Facts(classes, shape, largest, rows, total.hexdigest(), counted)
    ties = [*([groups.of_row] if groups else []), *([] if ids is None else [ids])]
    equal = find_equal(of_images, labels, *ties)
    data = Data(blocks, labels, ids, is_large=True, groups=groups)
    return data, as_stated(facts, entry), equal


def _summarize(block: Block) -> tuple[int, list[int], bytes, Array]:
    """Return the largest pixel of a block, the shape, the sum of all pixels, and all `digests`."""
    images = np.ascontiguousarray(block.load())
    total = hashlib.sha256(images.data).digest()
    return int(images.max()), [*images.shape[1:]], total, digests(images)


def _open_blocks(entry: Own, path: Path) -> list[Block]:
    if entry.kind == "parquet":
        return _open_parquet(path, entry.image_shape or [])
    return _open_zarr(path) if entry.kind == "zarr" else _open_parts(path)


def _read_columns(entry: Own, source: Path) -> dict[str, Array]:
    """Join the labels, whole numbers, and the ids and groups, numbers or text, of all files."""
    read = {"parts": _read_parts, "zarr": _read_zarr, "parquet": _read_parquet}[entry.kind]
    names = ["label", "id"] if entry.kind == "parquet" else ["labels", "ids"]
    files = read(source, [*names, entry.groups] if entry.groups else names)
    joined: dict[str, list[Array]] = {"labels": [], "ids": [], "groups": []}
    for number, (path, rows, columns) in enumerate(files):
        for name, values in zip(joined, columns):
            if values is not None and values.shape != (rows,):
                message = f"the {name} have the shape {values.shape}, but there are {rows} images"
                raise file_error(path, f"{message}: it must be ({rows},)")
            if values is not None and name == "labels":
                if values.dtype.kind not in "iu":
                    message = "labels must be whole numbers, 0 for the first class, but are"
                    raise file_error(path, f"{message} {values.dtype}")
                joined[name].append(values.astype(np.int64))
            elif values is not None:
                joined[name].append(numbers_or_text(path, values, name))
            if len(joined[name]) not in (0, number + 1):
                message = f"only some files have {name}; all must have them, or none"
                raise file_error(path, message)
    if not sum(map(len, joined["labels"])):
        raise file_error(source, "no images")
    for name, parts in joined.items():
        # NumPy would join signed and unsigned numbers as floats, and numbers and text as text.
        if len({values.dtype.kind for values in parts}) > 1:
            kinds = ", ".join(sorted({str(values.dtype) for values in parts}))
            raise file_error(source, f"{name} must be of one kind in all files, but are {kinds}")
    return {name: np.concatenate(parts) for name, parts in joined.items() if parts}


def _files(folder: Path, pattern: str) -> list[Path]:
    files = sorted(folder.glob(pattern), key=lambda path: path.name)
    if not files:
        raise file_error(folder, f"no files named {pattern}")
    return files


def _open_parts(folder: Path) -> list[Block]:
    """Open ``images-*.npy``: uint8, shape (n, height, width) or (n, height, width, 3)."""
    files = _files(folder, "images-*.npy")
    expected = open_npy(files[0]).shape[1:]
    blocks: list[Block] = []
    start = 0
    for path in files:
        blocks += npy_blocks(path, start=start)
        rows, *shape = open_npy(path).shape
        if tuple(shape) != expected:
            message = f"but those of {files[0].name} are {expected}"
            raise file_error(path, f"images of the shape {tuple(shape)}, {message}")
        start += rows
    return blocks


def _read_parts(folder: Path, names: list[str]) -> Iterator[Columns]:
    """Yield what is in ``labels-*.npy`` and so on beside each file of images."""
    for path in _files(folder, "images-*.npy"):
        beside = {name: path.with_name(path.name.replace("images", name, 1)) for name in names}
        for name, file in beside.items():
            if name != "ids" and not file.exists():
                raise file_error(file, f"missing, beside {path.name}")
        columns = [np.array(open_npy(f)) if f.exists() else None for f in beside.values()]
        yield path, len(open_npy(path)), columns


def _open_zarr(folder: Path) -> list[Block]:
    """Open the array ``images`` of a group: of dtype and shape as `_open_parts` has them."""
    path = folder.absolute() / "images"
    images = _open_array(path)
    check_images(images, path)
    # What is stored together is read together: a shard, which holds chunks, or a chunk.
    step = (getattr(images, "shards", None) or images.chunks)[0]
    return [
        Block(start, stop - start, partial(_load_array, path, start, stop))
        for start, stop in spans(images.shape[0], math.prod(images.shape[1:]), step=step)
    ]


def _read_zarr(folder: Path, names: list[str]) -> Iterator[Columns]:
    """Yield what is in the arrays ``labels`` and so on."""
    paths = [folder / name for name in names]
    is_there = [path.name != "ids" or path.exists() for path in paths]
    columns = [_load_array(path) if there else None for path, there in zip(paths, is_there)]
    yield folder, _open_array(folder / "images").shape[0], columns


def _load_array(path: Path, start: int = 0, stop: int | None = None) -> Array:
    array = _open_array(path)
    try:
        return np.asarray(array[start:stop])
    except Exception as error:  # each way to store a chunk has errors of its own
        rows = f"{start} and {stop or array.shape[0]}"
        raise file_error(path, f"damaged between rows {rows}: {error}") from None


def _open_array(path: Path) -> Any:
    """Open an array of Zarr, unless its chunks are stored in a way that is not read here."""
    zarr = extra("zarr", "zarr>=2.18,<4", path)
    try:
        files = [file for file in (path / "zarr.json", path / ".zarray") if file.exists()]
        metadata = [json.loads(file.read_bytes()) for file in files]
        keys = ("codecs", "compressor", "filters")
        codecs = {*_codecs([values.get(key) for values in metadata for key in keys])}
        if codecs <= CODECS:
            return zarr.open_array(str(path), mode="r")
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise file_error(path, f"no array of Zarr: {error}") from None
    message = f"its chunks are stored with {', '.join(sorted(codecs - CODECS))}, which is not read"
    raise file_error(path, f"{message} here; store them with blosc, gzip or zstd, or uncompressed")


def _codecs(node: Any) -> Iterator[str]:
    """Yield the names of all codecs in a part of the metadata, also of those within others."""
    if isinstance(node, str):
        yield node.removeprefix("numcodecs.")
    elif isinstance(node, dict):
        nested = [value for value in node.values() if isinstance(value, (dict, list))]
        yield from _codecs([node.get("name", node.get("id")), *nested])
    elif isinstance(node, list):
        for value in node:
            yield from _codecs(value)


def _open_parquet(path: Path, image_shape: list[int]) -> list[Block]:
    """Open the column ``image`` of a Parquet file, or of the files ``*.parquet`` of a folder.

    An image has its pixels row by row, channels last. A block is some row groups of a file, a few
    MB together, or one larger row group. An image of another length is found when it is loaded.
    """
    blocks: list[Block] = []
    start = 0
    for file in _parquet_files(path):
        opened = _parquet_file(file)
        kind = str(opened.schema_arrow.field("image").type)
        if not IMAGE.fullmatch(kind):
            message = f"the column image is {kind}, but must be binary or a list of uint8"
            raise file_error(file, message)
        groups: list[int] = []
        first = rows = 0
        last_group = opened.metadata.num_row_groups - 1
        for group in range(last_group + 1):
            groups.append(group)
            rows += opened.metadata.row_group(group).num_rows
            if rows and (group == last_group or rows * math.prod(image_shape) >= BLOCK_BYTES):
                load = partial(_load_images, file, groups, first, image_shape)
                blocks.append(Block(start + first, rows, load))
                groups, first, rows = [], first + rows, 0
        start += first
    return blocks


def _read_parquet(path: Path, names: list[str]) -> Iterator[Columns]:
    """Yield what is in the columns of each file."""
    for file in _parquet_files(path):
        opened = _parquet_file(file, *names[2:])
        is_there = [name != "id" or name in opened.schema_arrow.names for name in names]
        pairs = zip(names, is_there)
        columns = [_read_column(file, name).to_numpy() if there else None for name, there in pairs]
        yield file, opened.metadata.num_rows, columns


def _parquet_files(path: Path) -> list[Path]:
    path = path.absolute()
    return _files(path, "*.parquet") if path.is_dir() else [path]


def _parquet_file(file: Path, *columns: str) -> Any:
    parquet = extra("pyarrow.parquet", PYARROW, file)
    try:
        opened = parquet.ParquetFile(file)
    except (OSError, ValueError) as error:
        raise file_error(file, f"not a Parquet file: {error}") from None
    names = opened.schema_arrow.names
    for name in ("image", "label", *columns):
        if name not in names:
            raise file_error(file, f"no column {name}, but {', '.join(names)}")
    return opened


def _load_images(file: Path, groups: list[int], first: int, shape: list[int]) -> Pixels:
    column = _read_column(file, "image", groups).combine_chunks()
    if "binary" in str(column.type):
        values = column.to_pylist()
        lengths = np.array([len(value) for value in values])
        pixels = np.frombuffer(b"".join(values), np.uint8)
    else:
        compute = extra("pyarrow.compute", PYARROW, file)
        lengths = compute.list_value_length(column).to_numpy()
        pixels = column.flatten().to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero(lengths != math.prod(shape))
    if len(wrong):
        message = f"row {first + wrong[0]}: an image of {lengths[wrong[0]]} values, but"
        raise file_error(file, f"{message} {' x '.join(map(str, shape))} is {math.prod(shape)}")
    if pixels.dtype != np.uint8:
        raise file_error(file, f"pixels from row {first} on are missing")
    return pixels.reshape(-1, *shape)


def _read_column(file: Path, name: str, groups: list[int] | None = None) -> Any:
    """Read a column, of some row groups or of all, and stop if a value is missing."""
    opened = _parquet_file(file)
    groups = groups or [*range(opened.metadata.num_row_groups)]
    try:
        column = opened.read_row_groups(groups, columns=[name]).column(name)
    except (OSError, ValueError) as error:
        raise file_error(file, f"the column {name} is damaged: {error}") from None
    if column.null_count:
        raise file_error(file, f"{column.null_count} values of the column {name} are missing")
    return column
