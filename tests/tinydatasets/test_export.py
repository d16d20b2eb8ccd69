"""Datasets and texts in other formats, as programs that know these read them."""

import csv
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pyarrow import parquet

import tinydatasets
from stages.common.files import sha256, sum_of_files
from tests.conftest import Repository
from tests.test_docs import below_its_part
from tinydatasets import Dataset, Split, export
from tinydatasets.pickles import read_split

NOTICES = {"CITATION.bib", "LICENSE"}
GREY = np.arange(12, dtype=np.float32).reshape(3, 2, 2) / np.float32(11)
COLOUR = np.arange(36, dtype=np.uint8).reshape(3, 2, 2, 3)
DATASETS = {
    name: Dataset(
        Split(images[:2], np.array([1, 0])),
        Split(images[2:], np.array([1])),
        Split(images[1:], np.array([0, 1])),
        ["oak, red", "con"],
    )
    for name, images in (("grey", GREY), ("colour", COLOUR))
}


def write(data: Any, kind: str, folder: Path, source: Path | None = None) -> dict[str, bytes]:
    """Export a dataset, and return all files by their paths in its folder."""
    count = export.write(data, "leaves", kind, source or folder.parent, folder)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert len(files) == count
    assert [path for path in folder.parent.iterdir() if ".part" in path.name] == []
    if kind == "parquet":
        # The card names the files of its folder, and no others.
        card = files["README.md"].decode()
        names = {*files} - {"README.md", "croissant.json"}
        rows = {f"| `{name}` | {len(files[name]):,} | `{sha256(files[name])}` |" for name in names}
        assert {*re.findall(r"^\| `[\w.]+` \| .*[0-9a-f]{64}` \|$", card, re.M)} == rows
        assert re.findall(r"\w+\.(?:pkl|txt|jsonl)|SHA256SUMS", card) == []
        assert 'datasets.load_dataset("path/to/this/folder")' in card
    return files


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("grey", "csv", "38912a74c34146c3"),
        ("grey", "png", "103327082f800cac"),
        ("grey", "npz", "99ed45c1a6a4bd56"),
        ("colour", "csv", "cd278a2e3bd4ef66"),
        ("colour", "png", "66ddf3be3ef966c8"),
        ("colour", "npz", "73642f50ef65875f"),
    ],
)
def test_the_bytes_are_the_same_everywhere(
    name: str, kind: str, expected: str, tmp_path: Path
) -> None:
    files = write(DATASETS[name], kind, tmp_path / "out")
    assert sum_of_files({name: sha256(data) for name, data in files.items()})[:16] == expected


@pytest.mark.parametrize("name", DATASETS)
def test_they_are_read_as_what_they_were(name: str, tmp_path: Path) -> None:
    data = DATASETS[name]
    tables = write(data, "csv", tmp_path / "csv")
    images = write(data, "png", tmp_path / "png")
    arrays = np.load(io.BytesIO(write(data, "npz", tmp_path / "npz")["leaves.npz"]))
    assert arrays["classes"].tolist() == [*data.classes]
    assert {*tables} == {"train.csv", "val.csv", "test.csv"}
    assert {*images} == {
        *("train/%63on/0.png", "train/oak%2C red/1.png"),
        *("val/oak%2C red/0.png", "val/%63on/1.png", "test/%63on/0.png"),
    }
    for split in ("train", "val", "test"):
        pixels, labels = getattr(data, split)
        np.testing.assert_array_equal(arrays[f"x_{split}"], pixels)
        np.testing.assert_array_equal(arrays[f"y_{split}"], labels)
        assert (arrays[f"x_{split}"].dtype, arrays[f"y_{split}"].dtype) == (pixels.dtype, np.int64)
        header, *lines = csv.reader(tables[f"{split}.csv"].decode().splitlines())
        assert header == ["label", "class", *(f"pixel{i}" for i in range(pixels[0].size))]
        assert [line[:2] for line in lines] == [[str(i), data.classes[i]] for i in labels]
        numbers = np.array([line[2:] for line in lines], pixels.dtype)
        np.testing.assert_array_equal(numbers.reshape(pixels.shape), pixels)
        for row, label in enumerate(labels):
            path = f"{split}/{('oak%2C red', '%63on')[label]}/{row}.png"
            found = np.asarray(Image.open(io.BytesIO(images[path])))
            bright = pixels[row] * 255 if name == "grey" else pixels[row]
            np.testing.assert_array_equal(found, np.rint(bright))


def test_a_csv_can_be_a_source_of_the_same_pixels(clone: Repository) -> None:
    clone.run("python", "-m", "tinydatasets", "export", "tinydigits", "--to", "csv", "data/digits")
    printed = clone.run("python", "-m", "tools.new", "mine", "data/digits/train.csv")
    params = clone.read("params.yaml")
    for line, entry in re.findall(r"(# below `\w+:`).*\n((?:  .*\n)+)", printed):
        params = below_its_part(f"{line}\n{entry}", params)
    (clone.folder / "params.yaml").write_text(params)
    clone.repro("serialize@mine")
    built = [read_split(clone.folder / f"datasets/mine/{part}.pkl") for part in ("train", "test")]
    rows = [(label, image.tobytes()) for split in built for image, label in zip(*split)]
    shipped = zip(*tinydatasets.load("tinydigits").train)
    assert sorted(rows) == sorted((label, image.tobytes()) for image, label in shipped)


CONFIGS = """\
configs:
- config_name: default
  data_files:
  - split: train
    path: train.parquet
  - split: validation
    path: val.parquet
  - split: test
    path: test.parquet
"""


@pytest.mark.parametrize(("name", "largest"), [("grey", 255), ("colour", 1)])
def test_parquet_has_the_names_of_classes_and_papers_that_describe_it(
    name: str, largest: int, tmp_path: Path
) -> None:
    shipped = tinydatasets.path("tinydigits")
    files = write(DATASETS[name], "parquet", tmp_path / "out", shipped)
    table = parquet.read_table(io.BytesIO(files["train.parquet"]))
    assert table["label"].to_pylist() == [1, 0]
    for image, pixels in zip(table["image"].to_pylist(), DATASETS[name].train.images):
        found = np.asarray(Image.open(io.BytesIO(image["bytes"])))
        np.testing.assert_array_equal(found, np.rint(pixels * largest))
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    label = {"_type": "ClassLabel", "names": ["oak, red", "con"]}
    assert features == {"image": {"_type": "Image"}, "label": label}
    head, _, rest = (shipped / "README.md").read_text("utf-8").partition("\n---\n")
    card, shown = files["README.md"].decode(), f"{head}\n{CONFIGS}---\n{rest}"
    without = r"(?s)\n## (Load|Files)\n.*?(?=\n## )"
    assert re.sub(without, "", card) == re.sub(without, "", shown)
    document = json.loads(files["croissant.json"])
    described = {file["name"]: file["sha256"] for file in document["distribution"]}
    listed = ("samples.csv", "train.parquet", "val.parquet", "test.parquet")
    assert described == {name: sha256(files[name]) for name in listed}
    assert {*files} == {*listed, "README.md", "croissant.json", "DATASHEET.md", *NOTICES}
    records = [record["@id"] for record in document["recordSet"]]
    assert records == ["train", "val", "test", "samples", "classes"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_texts_are_tables(kind: str, tmp_path: Path) -> None:
    text = tinydatasets.load_text("tinytalks")
    files = write(text, kind, tmp_path / "out", tinydatasets.path("tinytalks"))
    if kind == "csv":
        lines = [*csv.DictReader(files["val.csv"].decode().splitlines())]
        rows = [{**line, "level": int(line["level"])} for line in lines]
    else:
        rows = parquet.read_table(io.BytesIO(files["val.parquet"])).to_pylist()
        # In place of those of the JSON Lines.
        assert re.findall(r"(?s)configs:.*?(?=---)", files["README.md"].decode()) == [CONFIGS]
    assert rows == [pair._asdict() for pair in text.val]
    assert {*files} >= NOTICES
    without = write(text._replace(val=[]), kind, tmp_path / "without")
    assert f"val.{kind}" not in without


def test_without_pyarrow_it_is_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs pyarrow, .*: pip install pyarrow$"):
        write(DATASETS["grey"], "parquet", tmp_path / "out")
    assert [*tmp_path.iterdir()] == []


def test_what_is_there_stays_and_a_fault_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = tmp_path / "mine", tmp_path / "file"
    folder.mkdir()
    file.write_text("mine")
    before = write(DATASETS["grey"], "csv", folder)
    for taken in (folder, file):
        with pytest.raises(FileExistsError, match=f"empty or not there yet, found {taken}$"):
            write(DATASETS["colour"], "csv", taken)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert file.read_text() == "mine"

    def full(path: Path, _: bytes) -> None:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write(DATASETS["grey"], "csv", tmp_path / "new")
    assert {*tmp_path.iterdir()} == {folder, file}
