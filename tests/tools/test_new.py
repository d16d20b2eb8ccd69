"""`make new`: what it finds, the entries that it prints, and that it changes nothing."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from ruamel.yaml import YAML

from stages.common.errors import StageError
from stages.params.model import Dataset, Own
from stages.sample.choose import sample
from stages.source.__main__ import write_source
from stages.source.facts import Facts
from stages.source.large import open_source
from tests.conftest import ROOT
from tools import new


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clone/data").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "clone")
    shutil.copy(ROOT / "params.yaml", "params.yaml")


def draw(folder: str, size: tuple[int, int] = (8, 6), **classes: int) -> None:
    """Write images of a height and width into a folder for each class."""
    for name, count in classes.items():
        Path(folder, name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            image = Image.fromarray(np.full(size, number, np.uint8))
            image.save(Path(folder, name, f"{size[0]}-{number}.png"))


def printed(path: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, Own, Dataset]:
    """Return the lines before the entries, and both entries."""
    before = sorted(Path("..").rglob("*"))
    new.main("mine", path)
    assert sorted(Path("..").rglob("*")) == before
    text, _, _ = capsys.readouterr().out.rpartition("Then")
    lines, own, datasets = re.split("# below `.*`.*\n", text)
    entries = [YAML(typ="safe").load(entry)["mine"] for entry in (own, datasets)]
    return lines, Own(**entries[0]), Dataset(**entries[1])


def test_images_in_data_are_used_where_they_are_and_others_are_to_be_copied(
    capsys: pytest.CaptureFixture[str],
) -> None:
    draw("data/2026/my leaves", elm=5, oak=6)
    lines, own, dataset = printed("data/2026/my leaves", capsys)
    described = "11 images of 8 x 6 pixels from 0 to 255: elm 5, oak 6"
    assert lines == f"data/2026/my leaves: {described}\n\n"
    assert own == Own(kind="folder", path="data/2026/my leaves")
    assert dataset == Dataset(source="mine", seed=42, train_per_class=4, test_per_class=1)
    assert str(write_source(own, Path("out"))) == described
    Path("data/2026/my leaves").rename("../leaves")
    lines, own, _ = printed("../leaves", capsys)
    assert lines.endswith("\nCopy it into the clone, to data/mine\n\n")
    assert own.path == "data/mine"


def test_other_kinds_are_told_by_their_files(capsys: pytest.CaptureFixture[str]) -> None:
    images, labels = np.arange(40, dtype=np.uint8).reshape(10, 2, 2), np.arange(10) % 2
    for kind, end in (("npy", ".npy"), ("parts", "-0.npy")):
        Path("data", kind).mkdir()
        np.save(f"data/{kind}/images{end}", images)
        np.save(f"data/{kind}/labels{end}", labels)
        lines, own, dataset = printed(f"data/{kind}", capsys)
        assert "10 images of 2 x 2 pixels from 0 to 39: 0 5, 1 5" in lines
        assert (own.kind, own.path, dataset.train_per_class) == (kind, f"data/{kind}", 4)
        np.save(f"data/{kind}/groups{end}", np.arange(10) // 2)
        lines, own, dataset = printed(f"data/{kind}", capsys)
        assert (own.groups, dataset.draw) == ("groups", "hash")
        write_source(own, Path("out"))
        sample("mine", dataset, open_source(Path("out")), ["0", "1"], 255)


def test_folders_in_those_of_the_classes_are_groups(capsys: pytest.CaptureFixture[str]) -> None:
    for tree in range(1, 6):
        draw(f"data/{tree}", elm=tree, oak=2)
        for name in ("elm", "oak"):
            Path(f"data/leaves/{name}").mkdir(parents=True, exist_ok=True)
            Path(f"data/{tree}/{name}").rename(f"data/leaves/{name}/{tree}")
    lines, own, dataset = printed("data/leaves", capsys)
    assert "elm 15, oak 10; 5 groups: elm 5, oak 5" in lines
    # With the seed 42, all are on the side of train.
    assert (own.groups, dataset.draw, dataset.seed) == ("folders", "hash", 43)
    write_source(own, Path("out"))
    assert (dataset.train_per_class, dataset.test_per_class) == (8, 2)
    sample("mine", dataset, open_source(Path("out")), ["elm", "oak"], 255)
    shutil.rmtree("data/leaves/elm")
    Path("data/leaves/elm").mkdir()
    Path("data/leaves/oak/5").rename("data/leaves/elm/5")
    with pytest.raises(StageError, match=r"^no seed from 42 to 141 leaves train "):
        new.main("mine", "data/leaves")


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("pixel", ["0", "{rare}"], ids=["of one value", "of rare values"])
def test_the_label_of_a_csv_is_first_or_last(
    first: bool, pixel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = f"{{label}},9,0,0,{pixel}\n" if first else f"{pixel},9,0,0,{{label}}\n"
    lines = [line.format(label=i % 3, rare=max(0, i - 6)) for i in range(9)]
    Path("data/mnist.csv").write_text("".join(lines))
    described, own, _ = printed("data/mnist.csv", capsys)
    assert "9 images of 2 x 2 pixels from 0 to 9: 0 3, 1 3, 2 3" in described
    assert own == Own(kind="csv", path="data/mnist.csv", label="first" if first else None)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(64, 64)], None),
        ([(64, 65)], [32, 32]),
        ([(1000, 10)], [32, 1]),
        ([(30, 20), (22, 24), (28, 22)], [28, 22]),
    ],
)
def test_images_get_a_size_that_is_small(
    sizes: list[tuple[int, int]], expected: list[int] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    for size in (*sizes, sizes[-1]):
        draw("data/leaves", size, a=2, b=2)
    assert printed("data/leaves", capsys)[1].resize == expected


@pytest.mark.parametrize(
    ("rows", "shape", "counts"),
    [([2, 9], [8, 8], (1, 1)), ([150, 140], [8, 8], (100, 20)), ([20, 20], [1000, 1000], (4, 4))],
)
def test_counts_are_one_number_for_all_classes_and_fit_into_a_pickle(
    rows: list[int], shape: list[int], counts: tuple[int, int]
) -> None:
    assert new.choose_counts(Facts(["a", "b"], shape, 255, rows, "")) == counts


def test_what_can_not_be_used_is_said() -> None:
    draw("data/leaves", ash=1, elm=2)
    np.savez("data/mnist.npz", x_train=1)
    draw("data/digits/train", one=1)
    draw("data/digits", Test=0)
    for path, message in (
        ("", "NAME or FROM is missing; usage: make new NAME=name FROM=path, as in make new NAME"),
        ("data/digits", "FROM: data/digits: found test and train in place of a folder for each cl"),
        ("data/gone", "FROM: data/gone: no file or folder"),
        ("data/leaves/elm/8-0.png", "FROM: data/leaves/elm/8-0.png: expected a folder, or a .csv"),
        ("data/leaves/elm", "3 problems:\n  data/leaves/elm: expected a folder for each of two"),
        ("data/mnist.npz", "data/mnist.npz: expected a folder with images.npy and labels.npy (wr"),
        ("data/leaves", "class ash has 1 image; each class needs 2 or more"),
    ):
        with pytest.raises(StageError) as caught:
            new.main("mine", path)
        assert str(caught.value).startswith(message)
    for name in ("digits", "tinydigits", "tinytalks"):
        with pytest.raises(StageError, match=f"^NAME: {name}: params.yaml has it already, in `"):
            new.main(name, "data/leaves")
