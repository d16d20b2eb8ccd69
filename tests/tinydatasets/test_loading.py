"""What a student types."""

import copy
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import tinydatasets
from stages.common.files import format_sums, sha256
from tests.conftest import ROOT
from tinydatasets import Dataset, FormatError, Split, Text, loading, pickles


@pytest.mark.parametrize(
    ("name", "size", "largest", "train", "test"),
    [
        ("tinydigits", 8, np.float32(1), [100] * 10, [20] * 10),
        ("tinydigits-150", 8, np.float32(1), [15] * 10, [5, 5, 5, 5, 5, 5, 5, 4, 4, 4]),
        ("tinymnist", 28, np.uint8(255), [100] * 10, [20] * 10),
    ],
)
def test_both_splits_are_loaded(
    name: str, size: int, largest: np.generic, train: list[int], test: list[int]
) -> None:
    dataset = tinydatasets.load(name)
    for split, rows_per_class in ((dataset.train, train), (dataset.test, test)):
        assert split.images.shape == (sum(rows_per_class), size, size)
        assert [array.dtype for array in split] == [largest.dtype, np.int64]
        assert np.bincount(split.labels).tolist() == rows_per_class
        assert (split.images.min(), split.images.max()) == (0, largest)
    assert dataset.classes == tuple("0123456789")
    assert dataset.val is None


@pytest.mark.parametrize(
    ("load", "name", "hint"),
    [
        (tinydatasets.load, "../tinydigits", f" in {ROOT / 'datasets'}; there are tinydigits, "),
        (tinydatasets.load, "TinyMNIST", "Did you mean 'tinymnist'?"),
        (tinydatasets.load, "MNIST", "once fetched cifar10, mnist. Did you mean 'mnist'?"),
        (tinydatasets.load, "tinydigit", "Did you mean 'tinydigits'?"),
        (tinydatasets.load, "tinytalks", "Did you mean `tinydatasets.load_text('tinytalks')`?"),
        (tinydatasets.load_text, "tinytalk", "tinytalks-1200. Did you mean 'tinytalks'?"),
        (tinydatasets.load_text, "tinydigits", "Did you mean `tinydatasets.load('tinydigits')`?"),
    ],
)
def test_an_unknown_name_says_which_was_meant(
    load: Callable[[str], object], name: str, hint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        load(name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the dataset `leaves`, 2 + 2 images in colour."""
    monkeypatch.setattr("tinydatasets.loading._folder", lambda: tmp_path)
    write(tmp_path / "leaves/train.pkl", 0, 2)
    write(tmp_path / "leaves/test.pkl", 1, 0)
    return tmp_path / "leaves"


def write(path: Path, *labels: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    images = np.full((len(labels), 4, 5, 3), 7, np.uint8)
    path.write_bytes(pickles.dumps(Split(images, np.array(labels))))


def test_val_and_names_are_loaded_where_they_are_there(folder: Path) -> None:
    assert tinydatasets.load("leaves").classes == ("0", "1", "2")
    write(folder / "val.pkl", 2, 3)
    assert tinydatasets.load("leaves").classes == ("0", "1", "2", "3")
    (folder / "classes.json").write_text('["oak", "ash", "elm", "érable"]', encoding="utf-8")
    dataset = tinydatasets.load("leaves")
    splits = [split.labels.tolist() for split in (*dataset, dataset.val) if split]
    assert splits == [[0, 2], [1, 0], [2, 3]]
    assert dataset.classes == ("oak", "ash", "elm", "érable")
    # Of val too, each label has a name.
    (folder / "classes.json").write_text('["oak", "ash", "elm"]')
    message = "not names of classes: expected at least 4 names, one for each label, found 3"
    with pytest.raises(FormatError, match=f"^{re.escape(f'{folder}/classes.json: {message}')}$"):
        tinydatasets.load("leaves")


FILES = ["train.pkl", "test.pkl", "val.pkl", "classes.json"]
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
MENDS = "In a clone, `git checkout -- {}` or `make repro` brings it back; otherwise install the "


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("content", "message"), [(b"\x80\x04", "not "), (POINTER, "a pointer of Git LFS, not the file")]
)
def test_a_damaged_file_is_named(folder: Path, name: str, content: bytes, message: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(FormatError, match=f"^{re.escape(str(folder / name))}: {message}"):
        tinydatasets.load("leaves")


@pytest.fixture
def listed(folder: Path) -> Path:
    """Return the folder of `leaves` with a third split, names, and the sums of all files."""
    write(folder / "val.pkl", 2, 0)
    (folder / "classes.json").write_text('["oak", "ash", "elm"]\n')
    sums = {name: sha256((folder / name).read_bytes()) for name in FILES}
    (folder / "SHA256SUMS").write_text(format_sums(sums))
    return folder


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_what_the_sums_list_or_gone_is_named(listed: Path, name: str) -> None:
    tinydatasets.load("leaves")
    data = (listed / name).read_bytes()
    # Of a pixel or a letter: the file is still one of its kind.
    place = data.index(b"oak" if name == "classes.json" else b"\7\7\7")
    other = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    (listed / name).write_bytes(other)
    expected, found = sha256(data)[:8], sha256(other)[:8]
    message = f"{listed / name}: another file, or damaged: expected sha256 {expected}... as in "
    message += f"SHA256SUMS, found {found}.... {MENDS.format(listed / name)}"
    with pytest.raises(FormatError, match=f"^{re.escape(message)}"):
        tinydatasets.load("leaves")
    (listed / name).unlink()
    message = f"{listed / name} is missing. {MENDS.format(listed / name)}"
    with pytest.raises(FileNotFoundError, match=re.escape(message)):
        tinydatasets.load("leaves")
    # A folder that somebody made by hand has no sums.
    (listed / name).write_bytes(other)
    (listed / "SHA256SUMS").unlink()
    tinydatasets.load("leaves")


@pytest.mark.usefixtures("folder")
def test_a_dataset_of_a_clone_that_another_package_is_asked_for_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "clone"
    write(clone / "datasets/oaks/train.pkl", 0)
    monkeypatch.chdir(clone)
    message = (
        f"no dataset 'oaks' in {tmp_path}; there are leaves, and once fetched cifar10, mnist. "
    )
    message += f"{clone / 'datasets'} has it: `pip install -e .` there"
    with pytest.raises(ValueError, match=re.escape(message)):
        tinydatasets.load("oaks")


# Two images of 1 x 2 pixels: grey, and in colour; and what is made of them.
GREY = np.array([[[0, 51]], [[102, 255]]], np.uint8)
COLOUR = np.array([[[[0, 51, 102], [153, 204, 255]]], [[[1, 2, 3], [4, 5, 6]]]], np.uint8)
RESHAPED: list[tuple[npt.NDArray[np.uint8], loading.Shape, list[Any]]] = [
    (GREY, "image", [[[0, 51]], [[102, 255]]]),
    (GREY, "flat", [[0, 51], [102, 255]]),
    (GREY, "channels_last", [[[[0], [51]]], [[[102], [255]]]]),
    (GREY, "channels_first", [[[[0, 51]]], [[[102, 255]]]]),
    (COLOUR, "image", COLOUR.tolist()),
    (COLOUR, "flat", [[0, 51, 102, 153, 204, 255], [1, 2, 3, 4, 5, 6]]),
    (COLOUR, "channels_last", COLOUR.tolist()),
    (
        COLOUR,
        "channels_first",
        [[[[0, 153]], [[51, 204]], [[102, 255]]], [[[1, 4]], [[2, 5]], [[3, 6]]]],
    ),
]


@pytest.mark.parametrize(("images", "shape", "expected"), RESHAPED)
def test_images_have_the_shape_and_the_scale_that_are_asked_for(
    folder: Path, images: npt.NDArray[np.uint8], shape: loading.Shape, expected: list[Any]
) -> None:
    whole = Split(images, np.array([0, 1]))
    scaled = Split(images / np.float32(255), np.array([0, 1]))
    for name, split in (("train", whole), ("test", scaled), ("val", whole)):
        (folder / f"{name}.pkl").write_bytes(pickles.dumps(split))
    for scale in (False, True):
        dataset = tinydatasets.load("leaves", scale=scale, shape=shape)
        assert dataset.val is not None
        for split, largest in ((dataset.train, 255), (dataset.test, 1), (dataset.val, 255)):
            found = split.images
            assert found.flags.c_contiguous
            assert found.dtype == (np.uint8 if largest == 255 and not scale else np.float32)
            divided = np.array(expected, np.float32) / np.float32(255)
            np.testing.assert_array_equal(found, expected if found.dtype == np.uint8 else divided)
            assert split.labels.tolist() == [0, 1]
        assert f"train.images  {dataset.train.images.dtype} {np.array(expected).shape}" in repr(
            dataset
        )


@pytest.mark.parametrize(
    ("shape", "hint"),
    [("Channels_first", " Did you mean 'channels_first'?"), ((784,), ""), (None, "")],
)
def test_an_unknown_shape_says_which_there_are(shape: Any, hint: str) -> None:
    allowed = "expected one of 'image', 'flat', 'channels_last', 'channels_first'."
    with pytest.raises(ValueError, match=re.escape(f"shape={shape!r}: {allowed}{hint}") + "$"):
        tinydatasets.load("tinydigits", shape=shape)


def test_names_and_paths_are_of_what_is_here(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYDATASETS_HOME", str(tmp_path / "home"))
    assert tinydatasets.names() == ["leaves"]
    assert tinydatasets.path("leaves") == folder
    with pytest.raises(ValueError, match=r"^mnist is not in .*fetch mnist --download` fetches"):
        tinydatasets.path("mnist")
    with pytest.raises(ValueError, match="Did you mean 'leaves'"):
        tinydatasets.path("leafs")
    (tmp_path / "home/mnist").mkdir(parents=True)
    (tmp_path / "home/mnist/test-labels.npy").touch()
    assert tinydatasets.names() == ["leaves", "mnist"]
    assert tinydatasets.path("mnist") == tmp_path / "home/mnist"


def a_split(*labels: int) -> Split:
    return Split(np.zeros((len(labels), 2, 2), np.uint8), np.array(labels, np.int64))


TRAIN, TEST, VAL = a_split(0, 1), a_split(3), a_split(4)
NAMES = ("oak", "ash", "elm", "fir", "yew")


@pytest.mark.parametrize("dataset", [Dataset(TRAIN, TEST), Dataset(TRAIN, TEST, VAL, [*NAMES])])
def test_it_is_the_pair_of_train_and_test_whatever_else_it_has(dataset: Dataset) -> None:
    train, test = dataset
    assert (train, test) == (dataset.train, dataset.test) == (dataset[0], dataset[1])
    assert (train, test) == (TRAIN, TEST)
    assert isinstance(dataset, tuple)
    assert len(dataset) == 2
    assert dataset == Dataset(TRAIN, TEST)
    for name in ("train", "test", "val", "classes"):
        with pytest.raises(AttributeError):
            setattr(dataset, name, TRAIN)
    assert Dataset(TRAIN, TEST, classes=()).classes == ()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("val", [None, VAL])
def test_a_copy_has_all_of_it(again: Callable[[Dataset], Dataset], val: Split | None) -> None:
    found = again(Dataset(TRAIN, TEST, val, NAMES))
    for split, expected in zip((*found, found.val), (TRAIN, TEST, val)):
        for array, same in zip(split or (), expected or ()):
            np.testing.assert_array_equal(array, same)
    assert (found.val is None, found.classes) == (val is None, NAMES)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (
            Dataset(TRAIN, TEST, VAL, [*map(str, range(99))]),
            """\
Dataset
  train.images  uint8 (2, 2, 2), 0 to 0
  train.labels  int64 (2,), 0 to 1
  val.images    uint8 (1, 2, 2), 0 to 0
  val.labels    int64 (1,), 4 to 4
  test.images   uint8 (1, 2, 2), 0 to 0
  test.labels   int64 (1,), 3 to 3
  classes       99: ('0', '1', '2', '3', '4', '5', ...)""",
        ),
        (a_split(), "Split\n  images  uint8 (0, 2, 2)\n  labels  int64 (0,)"),
        (Split([*range(9)], None), "Split\n  images  [0, 1, 2, 3, 4, 5, ...]\n  labels  None"),  # type: ignore[arg-type]
        (Text([], [], []), "Text\n  train  0 pairs\n  val    0 pairs\n  test   0 pairs"),
    ],
)
def test_it_is_shown_with_a_line_for_each_field(value: object, shown: str) -> None:
    assert repr(value) == shown
