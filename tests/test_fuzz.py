"""Whatever the input, a reader gives a right result or its one kind of error."""

import copy
import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from stages.common.blocks import open_npy
from stages.common.errors import StageError
from stages.params.validate import read_params
from stages.source.folder import decode_image
from stages.source.tables import parse_csv, parse_idx
from stages.texts.pairs import parse_pairs, to_table
from stages.texts.templates import read_templates
from tests.conftest import ROOT
from tinydatasets import FormatError, Split, classes, pickles
from tinydatasets.texts import from_json_lines, to_json_lines

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))
settings.register_profile(
    "bounded",
    max_examples=EXAMPLES,
    deadline=None,
    # The same cases in every run of the tests, new ones in each longer search.
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("bounded")

PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
GREY = Split(np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 2, 2), np.arange(3))
COLOUR = Split(np.arange(36, dtype=np.uint8).reshape(3, 2, 2, 3), np.arange(3))
TEMPLATES = b"""\
topics:
  - name: legs
    level: 1
    slots: [animal, legs]
    fillers: [[a cat, four], ["", 6]]
    templates:
      - question: How many legs does <animal> have?
        answer: <animal> has <legs> legs.
"""
PAIRS = to_table(read_templates(ROOT / "datasets/tinytalks/templates.yaml")).encode()
OTHER_PAIRS = (ROOT / "docs/sample-pairs.tsv").read_bytes()
LINES = (ROOT / "datasets/tinytalks/val.jsonl").read_bytes()[:400]
OTHER_LINES = to_json_lines(parse_pairs(OTHER_PAIRS).pairs[2:6]).encode()
NAMES = [b'["oak", "ash"]\n', '[\n  "érable", "\\u4e09", "☘"\n]'.encode()]
FILES = [pickles._write(split, core) for split in (GREY, COLOUR) for core in pickles._CORES]


def saved(write: Callable[[Any], object]) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


IMAGE = Image.fromarray(COLOUR.images[0]).resize((8, 8))
FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
IMAGES = [saved(partial(IMAGE.save, format=name)) for name in FORMATS]
ARRAYS = [saved(partial(np.save, arr=COLOUR.images))]


def check_split(data: bytes, _: Path) -> None:
    split = pickles.loads(data)
    assert data in [pickles._write(split, core) for core in pickles._CORES]
    assert split.images.shape[3:] in ((), (3,))
    assert len(split.images) == len(split.labels) > 0


def check_names(data: bytes, _: Path) -> None:
    names = classes.loads(data, 2)
    assert len({*names}) == len(names) >= 2
    assert all(names)
    assert classes.loads(classes.dumps(names, 2), 2) == names


def check_json_lines(data: bytes, _: Path) -> None:
    assert to_json_lines(from_json_lines(data)).encode() == data


def check_pairs(data: bytes, _: Path) -> None:
    table = parse_pairs(data)
    assert parse_pairs(to_table(table).encode()) == table
    assert from_json_lines(to_json_lines(table.pairs).encode()) == table.pairs


def check_templates(_: bytes, path: Path) -> None:
    table = read_templates(path)
    assert len(table.pairs) == len(table.combinations) > 0
    assert parse_pairs(to_table(table).encode()) == table


def check_image(data: bytes, path: Path) -> None:
    assert decode_image(path, data, size=[8, 8], channels=3).shape == (8, 8, 3)


def check_npy(_: bytes, path: Path) -> None:
    assert not open_npy(path).dtype.hasobject


def check_idx(data: bytes, _: Path) -> None:
    assert data.endswith(parse_idx(data).tobytes())


def check_params(_: bytes, path: Path) -> None:
    read_params(path)


def check_csv(data: bytes, _: Path) -> None:
    pixels, names = parse_csv(data)
    assert len(pixels) == len(names) > 0
    assert pixels.shape[1] > 0


@st.composite
def edited(draw: st.DrawFn, files: list[bytes]) -> bytes:
    """Take a file, and replace, remove or insert a few runs of bytes."""
    data = bytearray(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        data[start:end] = draw(st.binary(max_size=12))
    return bytes(data)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["digits", "sgd", "adam", "next", "choice", 1, 2**32, 0.9]),
)
VALUES = st.recursive(
    st.one_of(SCALARS, st.just(float("nan"))),
    lambda inner: st.lists(inner, max_size=11) | st.dictionaries(SCALARS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def edited_params(draw: st.DrawFn) -> bytes:
    """Take the params.yaml of the repository and put something else in a few places."""
    params: Any = copy.deepcopy(PARAMS)
    for _ in range(draw(st.integers(1, 3))):
        at = params
        while True:
            key = draw(st.sampled_from(list(at)))
            if not isinstance(at[key], dict) or not at[key] or draw(st.booleans()):
                break
            at = at[key]
        # Replaced, renamed, or removed unless it was the last one.
        value, change = at.pop(key), draw(st.integers(0, 2))
        if change or not at:
            at[draw(SCALARS) if change == 2 else key] = value if change == 2 else draw(VALUES)
    return str(yaml.safe_dump(params, allow_unicode=True)).encode("utf-8", "surrogatepass")


# What checks a reader, its one kind of error, and what it is given.
READERS: dict[str, tuple[Callable[[bytes, Path], None], type[Exception], Any]] = {
    "split": (check_split, FormatError, edited(FILES)),
    "names": (check_names, FormatError, edited(NAMES)),
    "json lines": (check_json_lines, FormatError, edited([LINES, OTHER_LINES])),
    "pairs": (check_pairs, ValueError, edited([PAIRS, OTHER_PAIRS])),
    "templates": (check_templates, StageError, edited([TEMPLATES])),
    "image": (check_image, StageError, edited(IMAGES)),
    "npy": (check_npy, StageError, edited(ARRAYS)),
    "idx": (check_idx, ValueError, edited([b"\0\0\x08\2\0\0\0\2\0\0\0\3oakelm"])),
    "csv": (check_csv, ValueError, edited([b'0,7,oak\n9,0,"elm, 2"\n', b"0,7,1\r\n9,0,0.0\r\n"])),
    "params": (check_params, StageError, edited_params()),
}
ANYTHING = st.one_of(
    st.binary(max_size=300),
    st.text("{}[]:,-#&*!|>%@`\"'?~ \n\t0123abc.<=\0é", max_size=60).map(str.encode),
)
HOSTILE = [
    b"[" * 9999,
    b'["\\ud800", "\\ud800"]',
    b'"' * 200_000,
    b"0," + b"1" * 200_000,
    b"\xef\xbb\xbf" + OTHER_PAIRS.replace(b"\n", b"\r\n") + b"\r\n",
    TEMPLATES.replace(b"level: 1", b"level: 2"),
    TEMPLATES.replace(b"How many legs does <animal> have?", b"<animal>?"),
    b"&a [*a]",
    b"{[1]: 2}",
    b"datasets: !!python/object/apply:os.system [echo]",
]


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_a_file_is_read_right_or_refused_in_one_line(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    check, error, files = READERS[name]
    content = data.draw(st.one_of(files, ANYTHING, st.sampled_from(HOSTILE)))
    path, message = tmp_path / "file", ""
    path.write_bytes(content)
    try:
        check(content, path)
    except error as refused:
        message = str(refused)
    assert "\n" not in message
    assert len(message) < 1000
