"""`make new`: what it finds, the entries that it prints, and that it changes nothing."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import zarr
from PIL import Image
from ruamel.yaml import YAML

from stages.check.model import Dataset, Own
from stages.common.errors import StageError
from stages.source.__main__ import write_source
from tools import new


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clone/data").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "clone")


def draw(folder: str, size: tuple[int, int] = (8, 6), **classes: int) -> None:
    """Write images of a height and width into a folder for each class."""
    for name, count in classes.items():
        Path(folder, name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            image = Image.fromarray(np.full(size, number, np.uint8))
            image.save(Path(folder, name, f"{size[0]}-{number}.png"))


def printed(path: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, Own, Dataset]:
    """Give the lines before the entries, and both entries."""
    before = sorted(Path("..").rglob("*"))
    new.main("mine", path)
    assert sorted(Path("..").rglob("*")) == before
    lines, own, datasets = capsys.readouterr().out.rpartition("Then")[0].split("# below ")
    assert (own.splitlines()[0], datasets.splitlines()[0]) == (
        "`own:` in params.yaml",
        "`datasets:`",
    )
    entries = [YAML(typ="safe").load(text.partition("\n")[2])["mine"] for text in (own, datasets)]
    return lines, Own(**entries[0]), Dataset(**entries[1])


def test_images_in_data_are_used_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    draw("data/2026/my leaves", elm=5, oak=6)
    lines, own, dataset = printed("data/2026/my leaves", capsys)
    described = "11 images of 8 x 6 pixels from 0 to 255: elm 5, oak 6"
    assert lines == f"data/2026/my leaves: {described}\n\n"
    assert own == Own(kind="folder", path="data/2026/my leaves")
    assert dataset == Dataset(source="mine", seed=42, train_per_class=4, test_per_class=1)
    assert str(write_source(own, Path("out"))) == described


def test_images_elsewhere_are_to_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    draw("../leaves", elm=5, oak=5)
    lines, own, _ = printed("../leaves", capsys)
    assert lines.endswith("\nCopy it into the clone, to data/mine\n\n")
    assert own.path == "data/mine"


def test_other_kinds_are_told_by_their_files(capsys: pytest.CaptureFixture[str]) -> None:
    images, labels = np.arange(40, dtype=np.uint8).reshape(10, 2, 2), np.array([0, 1] * 5, np.uint8)
    for kind in ("npy", "parts", "idx"):
        Path("data", kind).mkdir()
    for name, array in (("images", images), ("labels", labels)):
        np.save(f"data/npy/{name}.npy", array)
        np.save(f"data/parts/{name}-0.npy", array)
        header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        Path(f"data/idx/{name}-idx{array.ndim}-ubyte").write_bytes(header + array.tobytes())
        zarr.open_group("data/zarr").create_array(name, data=array)
    Path("data/my.csv").write_text("".join(f"{n},2,3,4,{n % 2}\n" for n in range(10)))
    for kind in ("npy", "parts", "idx", "zarr", "csv"):
        path = "data/my.csv" if kind == "csv" else f"data/{kind}"
        lines, own, dataset = printed(path, capsys)
        assert "10 images of 2 x 2 pixels" in lines
        assert (own.kind, own.path, dataset.train_per_class) == (kind, path, 4)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(64, 64)], None),
        ([(64, 65)], [32, 32]),
        ([(1000, 10)], [32, 1]),
        ([(30, 20), (22, 24), (28, 22)], [28, 22]),
        ([(60, 40), (90, 60), (90, 60)], [32, 21]),
    ],
)
def test_images_get_a_size_that_is_small(
    sizes: list[tuple[int, int]], expected: list[int] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    for size in (*sizes, sizes[-1]):
        draw("data/leaves", size, a=2, b=2)
    assert printed("data/leaves", capsys)[1].size == expected


@pytest.mark.parametrize(
    ("rows", "side", "counts"),
    [
        ((2, 9), 2, (1, 1)),
        ((10, 12), 2, (8, 2)),
        ((150, 140), 2, (100, 20)),
        ((20, 20), 1000, (4, 4)),  # 4 MB each, of which a pickle holds 8
    ],
)
def test_counts_are_one_number_for_all_classes(
    rows: tuple[int, int], side: int, counts: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data/a").mkdir()
    np.save("data/a/images.npy", np.zeros((sum(rows), side, side), np.uint8))
    np.save("data/a/labels.npy", np.repeat([0, 1], rows))
    _, _, dataset = printed("data/a", capsys)
    assert (dataset.train_per_class, dataset.test_per_class) == counts


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("data/gone", "FROM: data/gone: no file or folder"),
        ("data/leaves.zip", "FROM: data/leaves.zip: expected a folder, or a .csv or .csv.gz"),
        ("data/leaves/elm", "data/leaves/elm/8-0.png: not a folder; each image belongs in"),
        ("data/leaves", "class ash has 1 image; each class needs 2 or more"),
    ],
)
def test_what_can_not_be_used_is_said(path: str, message: str) -> None:
    draw("data/leaves", ash=1, elm=2)
    Path("data/leaves.zip").write_bytes(b"PK")
    with pytest.raises(StageError) as caught:
        new.main("mine", path)
    assert str(caught.value).startswith(message)
