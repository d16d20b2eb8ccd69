"""Write a dataset or a text in formats that other programs read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tinydatasets.folders import folder_of
from tinydatasets.png import png, to_bytes
from tinydatasets.types import Dataset, Pair, Split, Text

FORMATS: Final = ("csv", "png", "npz", "parquet")
# What goes with the samples wherever they go, and with a dataset that others find by itself.
_NOTICES: Final = ("CITATION.bib", "LICENSE")
_PAPERS: Final = ("DATASHEET.md", "samples.csv")
# What the card of Parquet files says in place of what it says of a clone.
_LOAD: Final = """\
```python
import datasets  # of Hugging Face

dataset = datasets.load_dataset("path/to/this/folder")
```
"""
_FILES: Final = "| file | bytes | sha256 |\n|---|---|---|\n"


def write(data: Dataset | Text, name: str, kind: str, source: Path, folder: Path) -> int:
    """Write a dataset or a text to a folder, and return how many files that are.

    CSV has a file for each split: of images a line each, its label, its class and its pixels row by
    row; of texts a pair each. PNG has ``SPLIT/CLASS/ROW.png`` for each image, with 8 bits. NPZ is
    one file for `numpy.load`: ``x_train``, ``y_train`` and so on, and ``classes``. Their bytes are
    the same everywhere. Parquet has a file for each split with images as PNG and labels with the
    names of their classes, and card and Croissant metadata: a folder that the Hugging Face Hub
    takes as it is, and that `datasets.load_dataset` reads.

    The notices of `source`, where the data was loaded from, go with it. The folder must be empty or
    not there yet; it gets all files or none. Of a text, only CSV and Parquet can be written.

    >>> import tempfile, tinydatasets
    >>> from pathlib import Path
    >>> data, source = tinydatasets.load("tinydigits-150"), tinydatasets.path("tinydigits-150")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(data, "tinydigits-150", "csv", source, Path(folder))
    ...     sorted(path.name for path in Path(folder).iterdir())
    4
    ['CITATION.bib', 'LICENSE', 'test.csv', 'train.csv']
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise FileExistsError(f"expected a folder that is empty or not there yet, found {folder}")
    if isinstance(data, Text) and kind not in ("csv", "parquet"):
        raise ValueError(f"{name} is a text, which has no images: export it to csv or parquet")
    papers = {
        paper: (source / paper).read_bytes()
        for paper in (*_NOTICES, *(_PAPERS if kind == "parquet" else ()))
        if (source / paper).is_file()
    }
    files = dict(_samples(data, name, kind))
    if kind == "parquet":
        papers.update(_described(data, files, papers, source))
    files.update(papers)
    _write(files, folder.resolve())
    return len(files)


def splits_of(data: Dataset | Text) -> dict[str, Any]:
    """Return the splits of a dataset or a text by name, without those that are missing or empty."""
    splits = {name: getattr(data, name) for name in ("train", "val", "test")}
    return {name: split for name, split in splits.items() if split}


def _samples(data: Dataset | Text, name: str, kind: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file that has samples."""
    splits = splits_of(data)
    if kind == "npz" and not isinstance(data, Text):
        yield f"{name}.npz", _npz(splits, data.classes)
        return
    for split, rows in splits.items():
        if isinstance(data, Text):
            columns = dict(zip(Pair._fields, map(list, zip(*rows))))
            lines = [Pair._fields, *rows]
            yield f"{split}.{kind}", _csv(lines) if kind == "csv" else _parquet(columns)
        elif kind == "csv":
            yield f"{split}.csv", _csv(_lines(rows, data.classes))
        elif kind == "png":
            for path, image in _pngs(rows, data.classes).items():
                yield f"{split}/{path}", image
        else:
            pngs = _pngs(rows, data.classes)
            images = [{"bytes": image, "path": path} for path, image in pngs.items()]
            columns = {"image": images, "label": rows.labels}
            yield f"{split}.parquet", _parquet(columns, data.classes)


def _pngs(split: Split, classes: Sequence[str]) -> dict[str, bytes]:
    """Return the images of a split as PNG with 8 bits, each by its path, ``CLASS/ROW.png``."""
    digits = len(str(len(split.labels) - 1))
    return {
        f"{folder_of(classes[label])}/{row:0{digits}}.png": png(image)
        for row, (image, label) in enumerate(zip(to_bytes(split.images), split.labels))
    }


def _csv(lines: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def _lines(split: Split, classes: Sequence[str]) -> Iterator[Iterable[Any]]:
    """Yield the cells of each line of CSV, first the header."""
    pixels = split.images.reshape(len(split.images), -1)
    yield "label", "class", *(f"pixel{number}" for number in range(pixels.shape[1]))
    for label, row in zip(split.labels, pixels):
        # NumPy's text of a float32 is the shortest that is read as the same number.
        yield label, classes[label], *row.astype(str)


def _npz(splits: Mapping[str, Split], classes: Sequence[str]) -> bytes:
    arrays = {
        f"{letter}_{split}": array
        for split, pair in splits.items()
        for letter, array in zip("xy", pair)
    }
    arrays["classes"] = np.array(classes, str)
    return zipped({f"{name}.npy": _npy(array) for name, array in arrays.items()})


def _npy(array: npt.NDArray[Any]) -> bytes:
    """Return what `numpy.save` would write, but with the same header in all versions of NumPy."""
    array = array.astype(array.dtype.newbyteorder("<"), order="C")
    facts = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
    header = f"{facts!r:117}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + array.tobytes()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of some files, not compressed, whose bytes are the same everywhere.

    Examples
    --------
    >>> zipfile.ZipFile(io.BytesIO(zipped({"a.txt": b"oak"}))).read("a.txt")
    b'oak'
    """
    archived = io.BytesIO()
    with zipfile.ZipFile(archived, "w", zipfile.ZIP_STORED) as file:
        for name, data in files.items():
            # Its time and its system are always the same: 1980, Unix.
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            file.writestr(entry, data)
    return archived.getvalue()


def _parquet(columns: Mapping[str, Sequence[Any]], classes: Sequence[str] | None = None) -> bytes:
    """Return a Parquet file; with `classes`, of images and labels as Hugging Face has them."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        from pyarrow import parquet  # noqa: PLC0415
    except ModuleNotFoundError:
        message = "exporting to Parquet needs pyarrow, which is not installed: pip install pyarrow"
        raise ModuleNotFoundError(message) from None
    table = pa.table(dict(columns))
    if classes is not None:
        label = {"_type": "ClassLabel", "names": [*classes]}
        features = {"image": {"_type": "Image"}, "label": label}
        table = table.replace_schema_metadata(
            {"huggingface": json.dumps({"info": {"features": features}})}
        )
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def _described(
    data: Dataset | Text, files: Mapping[str, bytes], papers: Mapping[str, bytes], source: Path
) -> dict[str, bytes]:
    """Return the card and the Croissant metadata of Parquet files, made from those of `source`."""
    splits = splits_of(data)
    card, metadata = source / "README.md", source / "croissant.json"
    text = card.read_text("utf-8") if card.is_file() else ""
    described = {"README.md": _card(text, splits, {**files, **papers})}
    if metadata.is_file():
        # The columns of pairs are those of JSON Lines.
        document = json.loads(metadata.read_text("utf-8").replace('.jsonl"', '.parquet"'))
        # What describes files that are here, such as samples.csv, stays.
        kept = [file for file in document["distribution"] if file["name"] in papers]
        here = {*files, *papers}
        records = [
            record
            for record in document["recordSet"]
            # Labels and names of classes stand in the document itself.
            if "data" in record
            or all(f["source"]["fileObject"]["@id"] in here for f in record["field"])
        ]
        images = [] if isinstance(data, Text) else list(map(_records, splits))
        document["distribution"] = kept + [_file(*file) for file in files.items()]
        document["recordSet"] = images + records
        text = json.dumps(document, indent=2, ensure_ascii=False)
        described["croissant.json"] = f"{text}\n".encode()
    return described


def _card(card: str, splits: Iterable[str], files: Mapping[str, bytes]) -> bytes:
    """Return a card of Parquet files, with a header as the Hugging Face Hub reads it."""
    found = re.match(r"---\n(.*?\n)---\n", card, re.DOTALL)
    header = re.sub(r"(?m)^configs:\n(?:[ -].*\n)*", "", found[1]) if found else ""
    paths = "".join(
        f"  - split: {'validation' if split == 'val' else split}\n    path: {split}.parquet\n"
        for split in splits
    )
    configs = f"configs:\n- config_name: default\n  data_files:\n{paths}"
    body = card[found.end() :] if found else "\n## Load\n\n## Files\n"
    rows = "".join(
        f"| `{name}` | {len(data):,} | `{hashlib.sha256(data).hexdigest()}` |\n"
        for name, data in files.items()
    )
    for title, text in (("Load", _LOAD), ("Files", _FILES + rows)):
        body = re.sub(rf"(?ms)^## {title}\n.*?(?=^## |\Z)", f"## {title}\n\n{text}\n", body)
    return f"---\n{header}{configs}---\n{body.rstrip()}\n".encode()


def _file(name: str, data: bytes) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{len(data)} B",
        "encodingFormat": "application/x-parquet",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _records(split: str) -> dict[str, Any]:
    """Return Croissant's record set of the images and labels of a split."""
    classes = {"references": {"field": {"@id": "classes/label"}}}
    columns: Any = (("image", "sc:ImageObject", {}), ("label", "sc:Integer", classes))
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{split}/{name}",
            "name": name,
            "dataType": kind,
            "source": {
                "fileObject": {"@id": f"{split}.parquet"},
                "extract": {"column": name},
                **({"transform": {"jsonPath": "bytes"}} if name == "image" else {}),
            },
            **more,
        }
        for name, kind, more in columns
    ]
    return {"@type": "cr:RecordSet", "@id": split, "name": split, "field": fields}


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files beside a folder that is empty or not there yet, and move them into place."""
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        for name, data in files.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_bytes(data)
        if folder.is_dir():
            for path in part.iterdir():
                path.rename(folder / path.name)
        else:
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
