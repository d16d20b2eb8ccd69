"""Whatever the input, a reader gives a right result or its one kind of error."""

from __future__ import annotations

import copy
import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from stages.check.counts import per_class
from stages.check.read import read_params
from stages.common.blocks import open_npy
from stages.common.errors import StageError
from stages.sample.choose import save_state
from stages.sample.draw import draw
from stages.source import idx, table
from stages.source.folder import read_image
from stages.split import order
from stages.texts.pairs import parse_pairs, to_table
from stages.texts.templates import read_templates
from tests.conftest import ROOT, Repository, copy_repository
from tinydatasets import FormatError, Split, classes, pickles
from tinydatasets.texts import from_json_lines, to_json_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stages.check.model import Dataset

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
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


@st.composite
def edited_files(draw: st.DrawFn, files: list[bytes]) -> bytes:
    """Take a file of ours, and replace, remove or insert a few runs of bytes."""
    data = bytearray(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        data[start:end] = draw(st.binary(max_size=12))
    return bytes(data)


@given(st.one_of(edited_files(FILES), st.binary(max_size=300)))
@example(b"\x80\x04N.")
def test_a_file_is_ours_or_an_error(data: bytes) -> None:
    try:
        split = pickles.loads(data)
    except FormatError:
        return
    assert data in [pickles._write(split, core) for core in pickles._CORES]
    assert split.images.shape[3:] in ((), (3,))
    assert len(split.images) == len(split.labels) > 0


@given(st.one_of(edited_files(NAMES), st.binary(max_size=300)), st.integers(1, 3))
@example(b"[" * 9999, 1)
@example(b'["\\ud800"]', 1)
def test_names_are_read_and_written_or_an_error(data: bytes, count: int) -> None:
    try:
        names = classes.loads(data, count)
    except FormatError:
        return
    assert len({*names}) == len(names) >= count
    assert all(names)
    assert classes.loads(classes.dumps(names, count), count) == names


@given(
    st.one_of(
        edited_files([LINES, LINES[: LINES.rindex(b"{")], OTHER_LINES]), st.binary(max_size=300)
    )
)
@example(b"[" * 9999)
def test_json_lines_are_pairs_or_an_error(data: bytes) -> None:
    try:
        pairs = from_json_lines(data)
    except FormatError:
        return
    assert to_json_lines(pairs).encode() == data


@given(st.one_of(edited_files([PAIRS, OTHER_PAIRS]), st.binary(max_size=300)))
@example(b"\xef\xbb\xbf" + OTHER_PAIRS.replace(b"\n", b"\r\n") + b"\r\n")
def test_authored_pairs_are_right_or_one_message(data: bytes) -> None:
    try:
        table = parse_pairs(data)
    except ValueError as error:
        message = str(error)
    else:
        assert parse_pairs(to_table(table).encode()) == table
        assert from_json_lines(to_json_lines(table.pairs).encode()) == table.pairs
        return
    assert "\n" not in message
    assert len(message) < 300


@given(edited_files([TEMPLATES]))
@example(TEMPLATES.replace(b"level: 1", b"level: 2"))
@example(TEMPLATES.replace(b"How many legs does <animal> have?", b"<animal>?"))
def test_templates_are_filled_or_one_message(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "templates.yaml"
    path.write_bytes(data)
    try:
        table = read_templates(path)
    except StageError as error:
        message = str(error)
    else:
        assert len(table.pairs) == len(table.combinations) > 0
        assert parse_pairs(to_table(table).encode()) == table
        return
    assert message.startswith(str(path))
    assert "\n" not in message
    assert len(message) < 1000


def saved(name: str) -> bytes:
    """Give a small image in one of Pillow's formats."""
    file = io.BytesIO()
    Image.fromarray(COLOUR.images[0]).resize((8, 8)).save(file, name)
    return file.getvalue()


def saved_array() -> bytes:
    """Give a small .npy file."""
    file = io.BytesIO()
    np.save(file, COLOUR.images)
    return file.getvalue()


@given(edited_files([saved(name) for name in "PNG JPEG GIF TIFF BMP WEBP PPM ICO".split()]))
def test_an_image_is_read_or_one_message(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "image"
    path.write_bytes(data)
    try:
        pixels = read_image(path, [8, 8, 3], resize=True)
    except StageError as error:
        message = str(error)
    else:
        assert pixels.shape == (8, 8, 3)
        return
    assert message.startswith(f"folder: {path.as_posix()}: ")
    assert "\n" not in message


@given(edited_files([saved_array()]))
def test_an_array_is_opened_or_one_message(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "images.npy"
    path.write_bytes(data)
    try:
        array = open_npy(path)
    except StageError as error:
        message = str(error)
    else:
        assert not array.dtype.hasobject
        return
    assert message.startswith(f"{path}: not a .npy file of numbers: ")
    assert "\n" not in message


@given(edited_files([b"\0\0\x08\2\0\0\0\2\0\0\0\3oakelm"]))
def test_an_idx_file_is_parsed_or_an_error(data: bytes) -> None:
    try:
        array = idx.parse(data)
    except ValueError:
        return
    assert data.endswith(array.tobytes())


@given(edited_files([b'0,7,oak\n9,0,"elm, 2"\n', b"0,7,1\r\n9,0,0.0\r\n"]))
@example(b'"' * 200_000)
@example(b"0," + b"1" * 200_000)
def test_a_csv_is_parsed_or_an_error(data: bytes) -> None:
    try:
        pixels, classes = table.parse(data)
    except ValueError:
        return
    assert len(pixels) == len(classes) > 0
    assert pixels.shape[1] > 0


def _is_key(value: object) -> bool:
    """Tell a NaN, which is no key that anything could find again, from the rest."""
    return value == value  # noqa: PLR0124


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["digits", "sgd", "adam", "next", "choice", 0, 1, 42, 2**32, 0.9, 1e-3]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=11), st.dictionaries(SCALARS.filter(_is_key), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def edited_params(draw: st.DrawFn) -> str:
    """Take the params.yaml of the repository and put something else in a few places."""
    params: Any = copy.deepcopy(PARAMS)
    for _ in range(draw(st.integers(1, 3))):
        at = params
        while True:
            key = draw(st.sampled_from(list(at)))
            if not isinstance(at[key], dict) or not at[key] or draw(st.booleans()):
                break
            at = at[key]
        what = draw(st.sampled_from(["replace", "remove", "rename"]))
        value = at.pop(key) if what != "replace" else None
        if what == "rename":
            at[draw(SCALARS.filter(_is_key))] = value
        elif what == "replace" or not at:
            at[key] = draw(VALUES)
    return str(yaml.safe_dump(params, allow_unicode=draw(st.booleans())))


LABELS = st.integers(0, 9)


def counts(most: int) -> st.SearchStrategy[object]:
    """Give per-class counts in each of the forms that params.yaml may have them."""
    count = st.integers(0, most)
    return st.one_of(
        count,
        st.lists(count, min_size=10, max_size=10),
        st.dictionaries(LABELS, count, max_size=10),
    )


@st.composite
def another_dataset(draw: st.DrawFn) -> str:
    """Add a dataset, which is mostly right, to the params.yaml of the repository."""
    entry = {
        "source": "digits",
        "seed": draw(st.integers(0, 2**32 - 1)),
        "train_per_class": draw(counts(120)),
        "val_per_class": draw(counts(20)),
        "test_per_class": draw(counts(60)),
        "test_draw": draw(st.sampled_from(["next", "choice"])),
    }
    return str(yaml.safe_dump({**PARAMS, "datasets": {**PARAMS["datasets"], "more": entry}}))


YAML_CHARACTERS = st.sampled_from(list("{}[]:,-#&*!|>%@`\"'?~ \n\t0123456789abcdexyz.<=\0é"))


TEXTS = st.one_of(
    another_dataset(), edited_params(), st.text(YAML_CHARACTERS, max_size=60), st.text(max_size=60)
)


@given(TEXTS)
@example("&a [*a]")
@example("{[1]: 2}")
@example('{"a\\nb": 2}')
@example("datasets: !!python/object/apply:os.system [echo]")
def test_params_are_right_or_one_message(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            params = read_params(path)
        except StageError as error:
            message = str(error)
        else:
            message = ""
    if message:
        assert message.startswith(str(path))
        assert len(message) < 1000
        assert "\n" not in message
        return
    for dataset in params.datasets.values():
        check_draw(dataset, params.sources[dataset.source].rows_per_class)


def check_draw(dataset: Dataset, rows_per_class: list[int]) -> None:
    """Draw what accepted params ask for, from as many rows as they say that there are."""
    labels = np.repeat(np.arange(len(rows_per_class)), rows_per_class)
    counts = {
        split: per_class(getattr(dataset, f"{split}_per_class"), len(rows_per_class))
        for split in ("train", "val", "test")
    }
    generator = np.random.RandomState(dataset.seed)
    drawn = draw(labels, counts, generator, dataset.test_draw)
    splits = order(drawn, np.arange(len(labels)), save_state(generator))
    rows = [row for of_split in splits.values() for row in of_split]
    assert sorted(rows) == list(range(len(labels)))
    for split, asked in counts.items():
        found = np.bincount(np.array(labels[splits[split]], int), minlength=len(rows_per_class))
        assert found.tolist() == list(asked.values())


@pytest.fixture(scope="module")
def released() -> Iterator[Repository]:
    """Give a copy of the repository in which nothing is built."""
    with tempfile.TemporaryDirectory() as folder:
        yield copy_repository(ROOT, Path(folder) / "clone")


@settings(max_examples=EXAMPLES // 50)
@given(text=TEXTS)
def test_the_real_check_changes_nothing(released: Repository, text: str) -> None:
    before = released.contents("datasets", "metrics")
    (released.folder / "params.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    printed = released.run("dvc", "repro", "params", status=None)
    assert "Traceback" not in printed
    after = released.contents("datasets", "metrics")
    # But for the draft of a description, of a dataset that is right.
    drafts = {name for name in set(after) - set(before) if name.endswith("/about.yaml")}
    assert {name: after[name] for name in set(after) - drafts} == before
