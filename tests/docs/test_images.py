"""The page on one's own images: its commands, its entries, its pictures, and its messages."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml
from PIL import Image

from stages.check.read import read_params
from stages.common.errors import StageError
from stages.source.base import InMemory
from stages.source.own import Own
from tests.conftest import ROOT, Repository, link_environment
from tools import leaves, new

if TYPE_CHECKING:
    import numpy.typing as npt

PAGE = (ROOT / "docs/images.md").read_text(encoding="utf-8")
TUTORIAL, REFERENCE = PAGE.split("\n## What make new does\n")
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
CHAIN = ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate")
RERUN = {"params", "source@leaves", *(f"{stage}@leaves" for stage in CHAIN)}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


# --- The tutorial -------------------------------------------------------------------------------


def ran(printed: str) -> set[str]:
    return set(re.findall(r"^Running stage '(.*)'", printed, re.M))


def test_the_tutorial_prints_what_it_shows(built: Repository) -> None:
    link_environment(built.folder)
    printed = {}
    for block in blocks(TUTORIAL, "console"):
        for found in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M):
            command, shown = found.groups()
            result = built.run("bash", "-c", command)
            if shown:
                # What a PNG's bytes are depends on the library that wrote them.
                lines = re.sub(r"sha256 \w{64}", "sha256 ...", result).splitlines()
                assert [line.rstrip() for line in lines] == shown.splitlines()
            printed[command] = result
    assert {"make check", "make repro"} < {*printed}
    report = {"report/dvc.yaml:describe@leaves", "report/dvc.yaml:report"}
    assert ran(printed["make repro"]) == RERUN | report
    assert built.changes() == ""

    params = built.read("params.yaml")
    for entry in blocks(TUTORIAL, "yaml"):
        assert f"\n{entry.partition(chr(10))[2]}" in params

    (code,) = blocks(TUTORIAL, "python")
    comments = re.findall(r"^print\(.*\)  # (.*)$", code, re.M)
    assert built.run("python", "-c", code).splitlines() == comments

    check_figures(built)
    check_pictures(built)
    check_changes(built)


def check_figures(built: Repository) -> None:
    details = json.loads(built.read("build/leaves/details.json"))
    of_test = {recipe: details[recipe]["test"] for recipe in ("classroom", "tuned")}
    assert (
        f"Of the {of_test['tuned']['rows']} test images, `classroom` gets "
        f"{of_test['classroom']['correct']}\nright and `tuned` {of_test['tuned']['correct']}."
    ) in TUTORIAL
    wrong = [
        line
        for line in built.read("build/leaves/predictions/classroom.csv").splitlines()[1:]
        if len(set(line.split(",")[2:])) == 2
    ]
    assert [line.split(",")[2:] for line in wrong] == 5 * [["beech", "oak"]]
    assert "\nFive large leaves of beech are taken for oak. All other images are right.\n" in PAGE


def pixels(path: Path) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("RGB"))


def check_pictures(built: Repository) -> None:
    """Draw the pictures anew, and compare some of what they show with the images themselves."""
    built.run("python", "-m", "tools.pictures")
    for name in ("leaves.png", "leaves-predicted.png"):
        assert f"]({name})" in TUTORIAL
        assert np.array_equal(pixels(built.folder / "docs" / name), pixels(ROOT / "docs" / name))
    first = built.read("datasets/leaves/samples.csv").splitlines()[1:]
    row = next(int(line.split(",")[1]) for line in first if line.split(",")[2] == "1")
    original = Image.open(built.folder / f"data/leaves/oak/{row - 60 + 1:02}.png")
    resized = np.asarray(original.resize((24, 24), Image.Resampling.BOX))
    second_line = pixels(ROOT / "docs/leaves.png")[24 * 2 + 6 :]
    assert np.array_equal(second_line[3 : 3 + 48 : 2, 3 : 3 + 48 : 2], resized)
    # 7 of the 12 leaves of beech are right and 5 are taken for oak: 4 fill a line of a cell.
    cells = pixels(ROOT / "docs/leaves-predicted.png")[: 3 * 54].reshape(3, 54, -1, 3)
    dark = [
        [int((cells[line, 5, at + 5 :: 217] < 128).all(-1).sum()) for line in range(3)]
        for at in (0, 54, 108, 162)
    ]
    assert dark == [[2, 2, 0], [2, 1, 0], [2, 1, 0], [2, 0, 0]]


def check_changes(built: Repository) -> None:
    """Change images as the page says that one may."""
    released = built.contents("datasets", "metrics")
    (built.folder / "data/leaves/pine/60.png").unlink()
    printed = built.run("make", "repro", status=2)
    assert "class 2 (pine) of leaves has 59 rows available, but 60 are asked" in printed
    assert built.contents("datasets", "metrics") == released
    Image.new("RGB", (24, 24)).save(built.folder / "data/leaves/pine/60.png")
    assert built.repro() == RERUN
    now = built.contents("datasets", "metrics")
    changed = {path for path in now if now[path] != released[path]}
    assert "datasets/leaves/SHA256SUMS" in changed
    assert all("leaves" in path for path in changed)


# --- The reference ------------------------------------------------------------------------------


def write_idx(path: Path, array: npt.NDArray[np.uint8]) -> None:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "leaves"
    leaves.main(folder)
    return folder


@pytest.fixture
def clone(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where data/ has the files that the entries of the page name, small ones."""
    folder = tmp_path / "clone"
    for path in ("data/shapes", "data/letters", "datasets/tinytalks"):
        (folder / path).mkdir(parents=True)
    monkeypatch.chdir(folder)
    Path("datasets/tinytalks/templates.yaml").touch()
    shutil.copytree(drawn, "data/leaves")
    images, labels = np.zeros((4, 2, 3), np.uint8), np.array([0, 1, 1, 0], np.uint8)
    np.save("data/shapes/images.npy", images)
    np.save("data/shapes/labels.npy", labels)
    write_idx(Path("data/letters/images-idx3-ubyte.gz"), images)
    write_idx(Path("data/letters/labels-idx1-ubyte.gz"), labels)
    lines = [",".join(["7"] * 6 + [name]) for name in ("oak", "elm")]
    Path("data/squares.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    return folder


def write(*entries: str) -> None:
    """Write a params.yaml with more entries, each below the part that its first line names."""
    params: Any = {**PARAMS, "sources": {**PARAMS["sources"]}, "datasets": {**PARAMS["datasets"]}}
    for entry in entries:
        part, _, rest = entry.partition("\n")
        params[part.removeprefix("# below `").removesuffix(":`")].update(yaml.safe_load(rest))
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


@pytest.mark.usefixtures("clone")
def test_all_entries_of_the_page_are_right() -> None:
    write(*blocks(PAGE, "yaml"))
    sources = read_params().sources
    assert {name: [source.image_shape, source.classes] for name, source in sources.items()
            if isinstance(source, Own)} == {
        "leaves": [[24, 24, 3], ["beech", "oak", "pine"]],
        "grey-leaves": [[16, 16], ["beech", "oak", "pine"]],
        "leaves-by-age": [[24, 24, 3], ["pine", "beech", "oak"]],
        "shapes": [[2, 3], ["0", "1"]],
        "letters": [[2, 3], ["0", "1"]],
        "squares": [[2, 3], ["elm", "oak"]],
    }  # fmt: skip


def test_the_table_of_what_is_found_has_every_key() -> None:
    table = re.search(r"\| if it is left out \|\n\|.*\n((?:\|.*\n)*)", REFERENCE)
    assert table is not None
    assert {*re.findall(r"^\| `(\w+)` ", table[1], re.M)} == {*Own.model_fields}


LEAVES = "# below `sources:`\nleaves: {folder: data/leaves, size: [24, 24]}"
WITHOUT_SIZE = "# below `sources:`\nleaves: {folder: data/leaves}"


def in_leaves(path: str, data: bytes | Image.Image | None = None) -> None:
    """Make a file, an image or a folder in data/leaves."""
    target = Path("data/leaves", path)
    if data is None:
        target.mkdir(parents=True)
    elif isinstance(data, bytes):
        target.write_bytes(data)
    else:
        data.save(target)


def one_class() -> None:
    for name in ("beech", "oak"):
        Path("data/leaves", name).rename(Path("data", name))


def other_sizes() -> None:
    for name, size in (("beech", (24, 24)), ("pine", (26, 20))):
        in_leaves(f"{name}/01.png", Image.new("RGB", size))
    for path in Path("data/leaves").rglob("*.png"):
        if path.name != "01.png":
            path.unlink()
    in_leaves("oak/01.png", Image.new("RGB", (24, 24)))


def a_link() -> None:
    Path("data/leaves/oak/01.png").rename("elsewhere.png")
    Path("data/leaves/oak/01.png").symlink_to(Path("elsewhere.png").absolute())


def arrays(images: npt.NDArray[Any], labels: npt.NDArray[Any]) -> None:
    np.save("data/x.npy", images)
    np.save("data/y.npy", labels)


ARRAYS = "# below `sources:`\nleaves: {npy: data/x.npy, labels: data/y.npy}"
BYTES = np.zeros((4, 2, 2), np.uint8)
# What is in data/ and in params.yaml, by the beginning of the message.
WRONG: dict[str, tuple[Any, str]] = {
    "folder: data/leaves: No such": (
        lambda: Path("data/leaves").rename("leaves"), LEAVES),
    "folder: ../leaves": (lambda: None, LEAVES.replace("data/", "../")),
    "folder: data/leaves/notes.txt": (lambda: in_leaves("notes.txt", b"May"), LEAVES),
    "folder: data/leaves: expected a folder for each": (one_class, LEAVES),
    "folder: data/leaves/ash": (lambda: in_leaves("ash"), LEAVES),
    "folder: data/leaves/oak/old": (lambda: in_leaves("oak/old"), LEAVES),
    "folder: data/leaves/oak/01.txt": (lambda: in_leaves("oak/01.txt", b"May"), LEAVES),
    "folder: data/leaves/oak/01.png: some": (
        lambda: in_leaves("oak/01.png", Image.new("RGBA", (24, 24), (0, 0, 0, 9))), LEAVES),
    "folder: data/leaves/oak/01.png: more than 8": (
        lambda: in_leaves("oak/01.png", Image.new("I;16", (24, 24))), LEAVES),
    "folder: data/leaves/pine/01.png has": (other_sizes, WITHOUT_SIZE),
    "folder: data/leaves/oak/01.png: a symbolic link": (a_link, LEAVES),
    "rows_per_class": (
        lambda: in_leaves("oak/61.png", Image.new("RGB", (24, 24))),
        LEAVES.replace("}", ", rows_per_class: [60, 60, 60]}")),
    "npy: data/x.npy": (lambda: arrays(BYTES + np.array([[0, 0.5], [1, 0]]), np.arange(4)), ARRAYS),
    "labels: data/y.npy: expected 4": (lambda: arrays(BYTES, np.arange(3)), ARRAYS),
    "labels: data/y.npy: expected labels": (lambda: arrays(BYTES, np.array([0, 2, 0, 2])), ARRAYS),
    "csv": (
        lambda: Path("data/a.csv").write_text("1,2,3,4,5,6,0\n1,2,3,4,5,6,1\n"),
        "# below `sources:`\nleaves: {csv: data/a.csv}"),
}  # fmt: skip


def on_the_page(message: str) -> bool:
    code = f"``{message} ``" if "`" in message else f"`{message}`"
    return f"\n| {code} | " in PAGE


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("start", WRONG)
def test_the_messages_are_those_of_the_page(start: str) -> None:
    change, entry = WRONG[start]
    change()
    write(entry)

    def look_and_decode() -> None:
        source = read_params().sources["leaves"]
        assert isinstance(source, InMemory)
        source.read()

    with pytest.raises(StageError) as caught:
        look_and_decode()
    message = re.sub(r"^params\.yaml, line \d+: sources\.leaves\.", "", str(caught.value))
    assert message.startswith(start)
    assert on_the_page(message)


@pytest.mark.usefixtures("clone")
def test_a_count_that_does_not_fit_as_the_page_says() -> None:
    (dataset,) = [entry for entry in blocks(TUTORIAL, "yaml") if "datasets" in entry]
    write(LEAVES, dataset.replace("48", "60"))
    with pytest.raises(StageError) as caught:
        read_params()
    assert on_the_page(str(caught.value).partition("datasets.leaves.")[2])


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Leaves", "data/leaves"),
        ("tinymnist", "data/leaves"),
        ("leaves", "../leafs"),
        ("leaves", "../leaves"),
        ("ash", "data/leaves"),
    ],
)
def test_the_messages_of_make_new_are_those_of_the_page(name: str, path: str) -> None:
    write()
    if path == "../leaves":
        leaves.main(Path(path))
    if name == "ash":
        in_leaves("ash")
        in_leaves("ash/01.png", Image.new("RGB", (24, 24)))
    with pytest.raises(StageError) as caught:
        new.main(name, path)
    assert on_the_page(str(caught.value))


def test_every_message_of_the_page_is_tested() -> None:
    tables = re.findall(r"\| message \| what to do \|\n\|.*\n((?:\|.*\n)*)", REFERENCE)
    assert [table.count("\n") for table in tables] == [len(WRONG) + 1, 5]
