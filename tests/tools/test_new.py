"""`make new`: the entries it writes, what it leaves as it was, what it copies, and what it says."""

from __future__ import annotations

import gzip
import os
import shutil
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml
from PIL import Image

from stages.check.read import read_params
from stages.common.errors import StageError
from tests.check.example import TEXT
from tinydatasets.pickles import dumps
from tinydatasets.types import FormatError, Split
from tools import new

if TYPE_CHECKING:
    import numpy.typing as npt

SOURCE = "  leaves:\n    folder: data/leaves\n"
DATASET = (
    "  leaves:\n    source: leaves\n    seed: 42\n    train_per_class: 4\n    test_per_class: 1\n"
)
# Where the entries go: below the last line of each part, above what belongs to the next one.
LAST_OF_SOURCES = "500, 500]\n"
LAST_OF_DATASETS = "    normalize: false\n"


@pytest.fixture(autouse=True)
def clone(folder: Path) -> Path:
    """Work where params.yaml has comments, and data/ is as it comes."""
    for path in ("data/README.md", "datasets/tinytalks/templates.yaml"):
        Path(path).parent.mkdir(parents=True)
        Path(path).write_bytes(b"")
    Path("params.yaml").write_bytes(TEXT.encode())
    return folder


@pytest.fixture
def leaves(tmp_path: Path) -> Path:
    """Give a folder with 5 images each of two classes, 8 pixels high and 6 wide."""
    draw(tmp_path / "my leaves", elm=5, oak=5)
    return tmp_path / "my leaves"


def draw(folder: Path, size: tuple[int, int] = (8, 6), **classes: int) -> None:
    """Write images of a height and width into a folder for each class."""
    for name, count in classes.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            pixels = np.full(size, number, np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{size[0]}-{number}.png")


def contents() -> dict[str, bytes | None]:
    """Give all that is in the clone."""
    return {
        path.as_posix(): path.read_bytes() if path.is_file() else None for path in Path().rglob("*")
    }


def refused(name: str, path: object, labels: str | None = None) -> str:
    """Give the message of an error, once it is known that nothing changed."""
    before = contents()
    with pytest.raises(StageError) as caught:
        new.main(name, str(path), labels=labels)
    assert contents() == before
    message = str(caught.value)
    assert "\n" not in message
    assert ".part" not in message
    return message


def with_entries(text: str, source: str, dataset: str) -> str:
    text = text.replace(LAST_OF_SOURCES, f"{LAST_OF_SOURCES}{source}")
    # Entries of `datasets` have blank lines between them, those of `sources` have none.
    return text.replace(LAST_OF_DATASETS, f"{LAST_OF_DATASETS}\n{dataset}")


# --- params.yaml --------------------------------------------------------------------------------


def test_entries_are_added_and_every_other_byte_stays(
    leaves: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert TEXT.count(LAST_OF_SOURCES) == TEXT.count(LAST_OF_DATASETS) == 1
    new.main("leaves", str(leaves))
    assert Path("params.yaml").read_bytes().decode() == with_entries(TEXT, SOURCE, DATASET)
    assert [*read_params().datasets][-1] == "leaves"
    assert capsys.readouterr().out == (
        "data/leaves: 10 images of 8 x 6 pixels from 0 to 255: elm 5, oak 5\n"
        "params.yaml has a dataset leaves; of each class: 4 for train, 1 for test\n"
        "Next: `make check`, `make repro`, `dvc metrics show`\n"
    )


def test_windows_line_ends_stay(leaves: Path) -> None:
    Path("params.yaml").write_bytes(TEXT.replace("\n", "\r\n").encode())
    new.main("leaves", str(leaves))
    expected = with_entries(TEXT, SOURCE, DATASET).replace("\n", "\r\n")
    assert Path("params.yaml").read_bytes().decode() == expected


def test_the_last_part_may_end_without_a_line_end(leaves: Path) -> None:
    start, end = TEXT.index("datasets:"), TEXT.index("# The baselines")
    moved = TEXT[:start] + TEXT[end:] + TEXT[start:end].rstrip("\n")
    Path("params.yaml").write_bytes(moved.encode())
    new.main("leaves", str(leaves))
    expected = moved.replace(LAST_OF_SOURCES, LAST_OF_SOURCES + SOURCE) + "\n\n" + DATASET
    assert Path("params.yaml").read_bytes().decode() == expected


def test_entries_are_indented_as_the_others_are(leaves: Path) -> None:
    lines = [(len(line) - len(line.lstrip())) * " " + line for line in TEXT.splitlines()]
    text = "\n".join([*lines, ""])
    Path("params.yaml").write_bytes(text.encode())
    new.main("leaves", str(leaves))
    text = text.replace(
        LAST_OF_SOURCES, f"{LAST_OF_SOURCES}    leaves:\n        folder: data/leaves\n"
    )
    assert Path("params.yaml").read_text().replace(DATASET.replace("  ", "    "), "") == (
        text.replace("    normalize: false\n", "    normalize: false\n\n")
    )


@pytest.mark.parametrize(
    "value", ["500]  # Of 5000.\n", "500,\n      500]\n", "500,\n      500\n    ]\n"]
)
def test_values_of_the_last_entry_may_have_any_form(leaves: Path, value: str) -> None:
    text = TEXT.replace("500]\n", value)
    Path("params.yaml").write_bytes(text.encode())
    new.main("leaves", str(leaves))
    found = Path("params.yaml").read_text()
    assert found == text.replace(value, value + SOURCE).replace(
        LAST_OF_DATASETS, f"{LAST_OF_DATASETS}\n{DATASET}"
    )


def test_entries_in_braces_are_left_to_their_author(leaves: Path) -> None:
    sources = yaml.safe_dump(yaml.safe_load(TEXT)["sources"], default_flow_style=True, width=9999)
    start, end = TEXT.index("sources:"), TEXT.index("datasets:")
    Path("params.yaml").write_text(f"{TEXT[:start]}sources: {sources}\n{TEXT[end:]}")
    assert refused("leaves", leaves).startswith(
        "params.yaml: sources: there is no place for another"
    )


def test_params_that_are_wrong_already_are_reported(leaves: Path) -> None:
    Path("params.yaml").write_text(TEXT.replace("seed: 42", "seed: -1", 1))
    assert refused("leaves", leaves).startswith("params.yaml, line 25: datasets.tinydigits.seed: ")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "a name and a path are needed, as in `make new NAME=leaves FROM=path/to/folder`"),
        ("Leaves", "NAME: 'Leaves' is not a name; a name is a lower-case letter followed by"),
        ("leaves\n", r"NAME: 'leaves\n' is not a name; "),
        ("l" * 65, f"NAME: '{'l' * 65}' is not a name; "),
        ("digits", "NAME: digits is taken in params.yaml, by sources; choose another name"),
        ("tinymnist", "NAME: tinymnist is taken in params.yaml, by datasets; choose another"),
        ("tinytalks", "NAME: tinytalks is taken in params.yaml, by texts; choose another name"),
        ("con", "NAME: con: Windows allows no file or folder of this name; give the "),
        ("cifar10", "NAME: cifar10: `tinydatasets.load('cifar10')` loads the benchmark of this"),
        ("code", "NAME: code: build/code is the pipeline's own; give the dataset another name"),
    ],
)
def test_a_name_that_can_not_be_used(leaves: Path, name: str, message: str) -> None:
    assert refused(name, leaves).startswith(message)


# --- What is copied -----------------------------------------------------------------------------


def test_images_elsewhere_are_copied_without_what_systems_put_there(leaves: Path) -> None:
    (leaves / ".DS_Store").touch()
    (leaves / "elm/Thumbs.db").touch()
    (leaves / "elm/.hidden").touch()
    (leaves / "elm/8-0.png").chmod(0o400)
    new.main("leaves", str(leaves))
    copied = {
        path.relative_to("data/leaves").as_posix(): path.read_bytes()
        for path in Path("data/leaves").glob("*/*")
    }
    assert sorted(copied) == [f"{name}/8-{n}.png" for name in ("elm", "oak") for n in range(5)]
    assert all(data == (leaves / name).read_bytes() for name, data in copied.items())
    assert os.access("data/leaves/elm/8-0.png", os.W_OK)
    assert sorted(path.name for path in Path("data").iterdir()) == ["README.md", "leaves"]


def test_images_in_data_are_used_where_they_are(leaves: Path) -> None:
    Path("data/2026").mkdir()
    leaves.rename("data/2026/my leaves: 1")
    before = contents()
    new.main("leaves", "data/2026/my leaves: 1")
    source = yaml.safe_load(Path("params.yaml").read_text())["sources"]["leaves"]
    assert source == {"folder": "data/2026/my leaves: 1"}
    assert {**contents(), "params.yaml": TEXT.encode()} == before


def test_a_name_that_yaml_or_a_script_of_its_own_needs(leaves: Path) -> None:
    leaves.rename("data/Blätter im\N{NO-BREAK SPACE}Herbst")
    new.main("no", "data/Blätter im\N{NO-BREAK SPACE}Herbst")
    assert read_params().datasets["no"].source == "no"


def test_what_is_in_data_is_not_replaced(leaves: Path) -> None:
    Path("data/leaves").mkdir()
    assert refused("leaves", leaves) == (
        "data/leaves exists already; use what is there by FROM=data/leaves, or choose another name"
    )
    Path("data/leaves").rmdir()
    Path("data/leaves").symlink_to("nowhere")
    assert refused("leaves", leaves).startswith("data/leaves exists already")


def test_a_copy_that_was_killed_does_not_stay(leaves: Path) -> None:
    Path("data/.leaves.part/elm").mkdir(parents=True)
    Path("data/.leaves.part/elm/half.png").touch()
    new.main("leaves", str(leaves))
    assert not Path("data/.leaves.part").exists()
    assert not Path("data/leaves/elm/half.png").exists()


def test_a_link_that_leads_out_of_the_folder_is_not_followed(leaves: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes((leaves / "elm/8-0.png").read_bytes())
    link = leaves / "elm/link.png"
    link.symlink_to(tmp_path / "secret.png")
    assert refused("leaves", leaves) == (
        f"folder: {link}: a symbolic link that leads out of {leaves}/; put the files themselves "
        "there"
    )
    link.unlink()
    (leaves / "ash").symlink_to(tmp_path)
    assert "ash: a symbolic link that leads out of" in refused("leaves", leaves)


def test_a_link_within_the_folder_becomes_a_file(leaves: Path, tmp_path: Path) -> None:
    (leaves / "elm/link.png").symlink_to("8-0.png")
    (tmp_path / "shortcut").symlink_to(leaves)
    new.main("leaves", str(tmp_path / "shortcut"))
    assert not Path("data/leaves/elm/link.png").is_symlink()
    assert Path("data/leaves/elm/link.png").read_bytes() == (leaves / "elm/8-0.png").read_bytes()


def test_a_full_disk_changes_nothing(leaves: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fail)
    assert refused("leaves", leaves) == ("[Errno 28] No space left on device. Nothing was changed.")


def test_control_c_changes_nothing(leaves: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(new, "rewrite", stop)
    before = contents()
    with pytest.raises(KeyboardInterrupt):
        new.main("leaves", str(leaves))
    assert contents() == before


# --- Sizes and counts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(64, 64)], None),
        ([(1, 64)], None),
        ([(64, 65)], [32, 32]),
        ([(1000, 10)], [32, 1]),
        ([(30, 20), (22, 24), (28, 22)], [28, 22]),
        ([(60, 40), (90, 60), (90, 60)], [32, 21]),
    ],
)
def test_images_get_a_size_that_is_small(
    tmp_path: Path,
    sizes: list[tuple[int, int]],
    expected: list[int] | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for size in sizes:
        draw(tmp_path / "images", size, a=1, b=1)
    draw(tmp_path / "images", sizes[-1], a=2, b=2)
    new.main("mine", str(tmp_path / "images"))
    source = yaml.safe_load(Path("params.yaml").read_text())["sources"]["mine"]
    assert source.get("size") == expected
    says = f"`size: {expected}` resizes them to this height and width"
    assert (says in capsys.readouterr().out) == (expected is not None)


@pytest.mark.parametrize(
    ("rows", "train", "test"),
    [((2, 9), 1, 1), ((9, 9), 8, 1), ((10, 12), 8, 2), ((110, 300), 90, 20), ((150, 140), 100, 20)],
)
def test_counts_are_one_number_for_all_classes(
    rows: tuple[int, int], train: int, test: int
) -> None:
    lines = [f"{n % 2},0,0,0,{label}\n" for label in (0, 1) for n in range(rows[label])]
    Path("data/a.csv").write_text("".join(lines))
    new.main("mine", "data/a.csv")
    dataset = yaml.safe_load(Path("params.yaml").read_text())["datasets"]["mine"]
    assert dataset == {
        "source": "mine",
        "seed": 42,
        "train_per_class": train,
        "test_per_class": test,
    }


def test_large_images_are_as_many_as_a_pickle_holds() -> None:
    np.save("data/x.npy", np.zeros((20, 1500, 1000), np.uint8))
    np.save("data/y.npy", np.arange(20) % 2)
    new.main("large", "data/x.npy", labels="data/y.npy")
    dataset = yaml.safe_load(Path("params.yaml").read_text())["datasets"]["large"]
    train = np.zeros((2 * dataset["train_per_class"], 1500, 1000), np.float32)
    assert len(dumps(Split(train, np.zeros(len(train), np.int64)))) <= 32 * 2**20
    more = np.zeros((2 * dataset["train_per_class"] + 2, 1500, 1000), np.float32)
    with pytest.raises(FormatError, match="a split has at most"):
        dumps(Split(more, np.zeros(len(more), np.int64)))
    np.save("data/z.npy", np.zeros((4, 3000, 1500), np.uint8))
    np.save("data/l.npy", np.arange(4) % 2)
    assert refused("largest", "data/z.npy", "data/l.npy") == (
        "2 images of 4,500,000 pixels, one of each class, are more than a dataset can have; make "
        "them smaller"
    )


# --- Other files --------------------------------------------------------------------------------

PIXELS = np.arange(40, dtype=np.uint8).reshape(10, 2, 2)
LABELS = np.array([0, 1] * 5, np.uint8)


def idx(array: npt.NDArray[np.uint8]) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def test_a_table_is_copied(tmp_path: Path) -> None:
    lines = "".join(f"{n},2,3,4,{'elm' if n % 2 else 'oak'}\n" for n in range(10))
    (tmp_path / "my.csv.gz").write_bytes(gzip.compress(lines.encode()))
    new.main("mine", str(tmp_path / "my.csv.gz"))
    source = yaml.safe_load(Path("params.yaml").read_text())["sources"]["mine"]
    assert source == {"csv": "data/mine/my.csv.gz"}
    assert read_params().sources["mine"].classes == ["elm", "oak"]


def test_arrays_and_idx_files_have_labels_beside_them(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", PIXELS)
    np.save(tmp_path / "y.npy", LABELS)
    new.main("arrays", str(tmp_path / "x.npy"), labels=str(tmp_path / "y.npy"))
    (tmp_path / "x-idx3-ubyte").write_bytes(idx(PIXELS))
    (tmp_path / "y-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS)))
    new.main("mine", str(tmp_path / "x-idx3-ubyte"), labels=str(tmp_path / "y-idx1-ubyte.gz"))
    sources = yaml.safe_load(Path("params.yaml").read_text())["sources"]
    assert sources["arrays"] == {"npy": "data/arrays/x.npy", "labels": "data/arrays/y.npy"}
    assert sources["mine"] == {
        "idx": "data/mine/x-idx3-ubyte",
        "labels": "data/mine/y-idx1-ubyte.gz",
    }
    assert read_params().sources["mine"].rows_per_class == [5, 5]
    assert sorted(path.name for path in Path("data/mine").iterdir()) == [
        "x-idx3-ubyte",
        "y-idx1-ubyte.gz",
    ]


# --- Images that can't be used ------------------------------------------------------------------


def test_what_is_not_there_or_of_no_kind(leaves: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert refused("mine", gone) == f"FROM: {gone}: no such file or folder"
    assert refused("mine", "") == f"a name and a path are needed, as in `{new.EXAMPLE}`"
    archive = tmp_path / "leaves.zip"
    archive.write_bytes(b"PK")
    assert refused("mine", archive).startswith(f"FROM: {archive}: expected a folder that has a")
    np.save(tmp_path / "x.npy", PIXELS)
    assert refused("mine", tmp_path / "x.npy").startswith("LABELS: missing; name the file of")
    assert refused("mine", tmp_path / "x.npy", str(gone)) == (
        f"LABELS: {gone}: no such file or folder"
    )
    assert refused("mine", leaves, str(archive)).startswith(f"LABELS: {leaves} has its classes")
    assert refused("mine", archive, str(archive)).startswith(f"LABELS: {archive}: has the name of")
    assert refused("mine", archive, str(tmp_path / "x.npy")) == (
        f"idx: {archive}: not an IDX file of bytes: it does not begin with two zeros"
    )


def test_a_folder_without_classes_or_images(leaves: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert refused("mine", empty) == (
        f"folder: {empty}: expected a folder for each of two classes or more, found 0"
    )
    assert refused("mine", leaves / "elm") == (
        f"folder: {leaves}/elm/8-0.png: not a folder; each image belongs in the folder of its class"
    )
    (leaves / "ash").mkdir()
    assert refused("mine", leaves) == f"folder: {leaves}/ash: a class without an image"
    draw(leaves, ash=1)
    assert refused("mine", leaves) == (
        "class ash has 1 image; each class needs 2 or more, to train and to test with"
    )
    damaged = (leaves / "elm/8-1.png").read_bytes()[:50]
    (leaves / "elm/8-1.png").write_bytes(damaged)
    draw(leaves, ash=2)
    assert refused("mine", leaves).startswith(f"folder: {leaves}/elm/8-1.png: ")
    (leaves / "ash/notes.txt").write_text("Found in May.")
    assert refused("mine", leaves) == (
        f"folder: {leaves}/ash/notes.txt: not an image that Pillow reads"
    )


def test_the_data_folder_itself_is_no_folder_of_classes() -> None:
    assert refused("mine", "data") == (
        "folder: data/README.md: not a folder; each image belongs in the folder of its class"
    )


def test_a_message_about_labels_names_their_file(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", PIXELS)
    np.save(tmp_path / "y.npy", LABELS[:-1])
    assert refused("mine", tmp_path / "x.npy", str(tmp_path / "y.npy")) == (
        f"labels: {tmp_path}/y.npy: expected 10 labels, one for each image, found shape (9,)"
    )
