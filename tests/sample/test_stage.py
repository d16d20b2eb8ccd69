"""What `sample`, `split` and `normalize` make of a source, for every strategy and draw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages import normalize, split
from stages.common.arrays import write_array
from stages.common.blocks import Block, Data, npy_blocks
from stages.common.distances import nearest
from stages.common.errors import ParamError, StageError
from stages.common.files import read_csv, read_json, write_json
from stages.params.model import Own
from stages.sample import __main__ as sample
from stages.source.__main__ import write_source
from stages.source.facts import to_groups
from tests.in_blocks import in_blocks
from tests.sample import plain

if TYPE_CHECKING:
    import numpy.typing as npt

GENERATOR = np.random.RandomState(3)
LABELS = GENERATOR.permutation(np.repeat([0, 1, 2], 60))
IMAGES = (GENERATOR.randint(0, 60, (180, 4, 5)) + 50 * LABELS[:, None, None]).astype(np.uint8)
IDS = np.array([f"leaf-{row}" for row in range(180)])
NEIGHBOURS = nearest(in_blocks(IMAGES), LABELS)
COUNTS = {"train": [20, 12, 0], "val": [0, 3, 0], "test": [4, 5, 0]}
FACTS = {"classes": ["elm", "oak", "yew"], "image_shape": [4, 5], "maximum": 200}
# Names of sources: one in memory, the others as if they were larger.
LARGE = {
    "in blocks": Data(in_blocks(IMAGES, 11), LABELS, neighbours=NEIGHBOURS, is_large=True),
    "with ids": Data(in_blocks(IMAGES, 70), LABELS, IDS, NEIGHBOURS, is_large=True),
}


@pytest.fixture(autouse=True)
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a source as stage `source` does."""
    folder = tmp_path / "build/sources/mine"
    arrays = {"images": IMAGES, "labels": LABELS, "nearest": NEIGHBOURS, "repeats": LABELS[:0]}
    for name, array in arrays.items():
        write_array(folder / f"{name}.npy", array)
    write_json(folder / "facts.json", {**FACTS, "rows_per_class": [60, 60, 60], "sha256": "0"})
    monkeypatch.chdir(tmp_path)
    return folder


def run(name: str = "drawn", data: Data | None = None, **changes: Any) -> list[dict[str, str]]:
    """Run the three stages for a dataset; return the table of its rows."""
    counts = {f"{key}_per_class": of_split for key, of_split in COUNTS.items()}
    dataset = {"source": "mine", "seed": 9, "normalize": False, **counts, **changes}
    params = {"sources": {}, "own": {}, "datasets": {name: dataset}, "recipes": {}, "texts": {}}
    Path("params.yaml").write_text(json.dumps(params))
    with pytest.MonkeyPatch.context() as patched:
        if data:
            patched.setattr(sample, "open_source", lambda _: data)
        sample.main(name)
    split.main(name)
    normalize.main(name)
    return read_csv(Path("build", name, "split.csv"))


def rows_of(table: list[dict[str, str]], name: str) -> list[int]:
    return [int(line["row"]) for line in table if line["split"] == name]


def load(name: str, array: str = "images", dataset: str = "drawn") -> npt.NDArray[Any]:
    loaded: npt.NDArray[Any] = np.load(f"build/{dataset}/arrays/{name}/{array}.npy")
    return loaded


@pytest.mark.parametrize("test_draw", ["next", "choice"])
@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_a_draw_by_shuffle_is_that_of_the_design(test_draw: str, seed: int) -> None:
    table = run(seed=seed, test_draw=test_draw)
    generator = np.random.RandomState(seed)
    expected: dict[str, list[int]] = {"train": [], "val": [], "test": []}
    for label in (0, 1):  # of the third class nothing is asked
        rows = np.array([row for row in range(180) if LABELS[row] == label])
        generator.shuffle(rows)
        train, val, test = (counts[label] for counts in COUNTS.values())
        rest = rows[train:].tolist()
        if test_draw == "choice":
            held_out = generator.choice(rest, size=test, replace=False).tolist()
        else:
            held_out = rest[:test]
        expected["train"] += rows[:train].tolist()
        expected["test"] += held_out
        expected["val"] += [row for row in rest if row not in held_out][:val]
    for name in ("train", "test", "val"):
        expected[name] = generator.permutation(expected[name]).tolist()
    taken = {row for rows in expected.values() for row in rows}
    expected["unused"] = [row for row in range(180) if LABELS[row] != 2 and row not in taken]
    for name, of_split in expected.items():
        assert rows_of(table, name) == of_split
        np.testing.assert_array_equal(load(name), IMAGES[of_split])
        np.testing.assert_array_equal(load(name, "labels"), LABELS[of_split])
        assert load(name, "labels").dtype == np.int64
    assert read_json(Path("build/drawn/arrays/facts.json")) == {**FACTS, "normalize": False}


def test_a_class_that_is_scored_untrained_gets_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run()
    assert capsys.readouterr().err == ""
    run(test_per_class=[4, 5, 2])
    assert "drawn.train_per_class: train has no row of yew, which" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["in memory", *LARGE])
def test_a_draw_by_hash_is_that_of_the_rule(kind: str) -> None:
    table = run(data=LARGE.get(kind), draw="hash")
    messages = (
        map(plain.message_of_id, IDS.tolist())
        if kind == "with ids"
        else map(plain.message_of_image, IMAGES.tolist())
    )
    expected = plain.draw(LABELS.tolist(), [plain.priority(m, 9) for m in messages], COUNTS)
    for name, rows in expected.items():
        assert rows_of(table, name) == rows
        np.testing.assert_array_equal(load(name), IMAGES[rows])


@pytest.mark.parametrize("strategy", ["random", "curated"])
@pytest.mark.parametrize("draw", ["shuffle", "hash"])
def test_a_large_source_gives_the_dataset_of_the_same_images_in_memory(
    strategy: str, draw: str
) -> None:
    whole = run("whole", strategy=strategy, draw=draw)
    in_blocks = run("large", LARGE["in blocks"], strategy=strategy, draw=draw)
    # Rows that no split takes are not listed.
    assert len(rows_of(whole, "unused")) == 120 - 44
    assert in_blocks == [line for line in whole if line["split"] != "unused"]
    for name in COUNTS:
        np.testing.assert_array_equal(load(name, "images", "large"), load(name, "images", "whole"))


TREES = GENERATOR.randint(0, 40, 180)


@pytest.mark.parametrize("strategy", ["random", "curated"])
def test_a_group_is_on_one_side(strategy: str, source: Path) -> None:
    data = Data(
        in_blocks(IMAGES, 11), LABELS, None, NEIGHBOURS, groups=to_groups(TREES, 180, source)
    )
    table = run(data=data, draw="hash", strategy=strategy)
    messages = [map(plain.message_of_image, IMAGES.tolist()), map(plain.message_of_group, TREES)]
    priorities, of_groups = ([plain.priority(m, 9) for m in each] for each in messages)
    for name, asked in COUNTS.items():
        rows = rows_of(table, name)
        assert {plain.part(of_groups[row], has_val=True) for row in rows} == {name}
        assert np.bincount(LABELS[rows], minlength=3).tolist() == asked
    # What is scored besides test shows nothing that train knows.
    unused = rows_of(table, "unused")
    assert {plain.part(of_groups[row], has_val=True) for row in unused} == {"test"}
    if strategy == "random":
        expected = plain.draw(LABELS.tolist(), priorities, COUNTS, of_groups)
        assert {name: rows_of(table, name) for name in COUNTS} == expected
    there = [[0] * 3 for _ in COUNTS]
    for label, value in zip(LABELS, of_groups, strict=True):
        there[[*COUNTS].index(plain.part(value, has_val=True))][label] += 1
    assert max(there[2]) < 60
    with pytest.raises(ParamError) as caught:
        run(data=data, draw="hash", strategy=strategy, test_per_class=[4, there[2][1] + 1, 0])
    message, *lines = str(caught.value).split("\n  ")
    assert message.startswith("datasets.drawn.test_per_class: the groups that seed 9 puts on one")
    cells = [line.replace(" of ", "/").split() for line in lines]
    assert cells[0] == ["class", "train", "val", "test"]
    assert cells[2] == [
        "oak",
        f"12/{there[0][1]}",
        f"3/{there[1][1]}",
        f"{there[2][1] + 1}/{there[2][1]}",
    ]


@pytest.mark.parametrize("strategy", ["random", "curated"])
def test_a_val_changes_neither_train_nor_test(strategy: str) -> None:
    with_val = run(strategy=strategy)
    without = run("other", strategy=strategy, val_per_class=0)
    for name in ("train", "test"):
        assert rows_of(with_val, name) == rows_of(without, name)
    assert len({line["row"] for line in with_val}) == len(with_val) == 120
    assert not Path("build/other/arrays/val").exists()


@pytest.mark.parametrize("draw", ["shuffle", "hash"])
def test_curated_takes_of_each_tier_and_hash_of_each_part(draw: str) -> None:
    table = run(strategy="curated", draw=draw)
    priorities = [plain.priority(plain.message_of_image(image), 9) for image in IMAGES.tolist()]
    for name, asked in COUNTS.items():
        rows = rows_of(table, name)
        assert np.bincount(LABELS[rows], minlength=3).tolist() == asked
        if draw == "hash":
            assert {plain.part(priorities[row], has_val=True) for row in rows} == {name}
            assert rows == sorted(rows, key=lambda row: priorities[row])
    tiers = [line["tier"] for line in table if line["label"] == "0"]
    assert [tiers.count(tier) for tier in ("easy", "hard", "hardest")] == [48, 9, 3]
    tiers = [line["tier"] for line in table if line["split"] == "train" and line["label"] == "0"]
    assert sorted(tiers) == ["easy"] * 16 + ["hard"] * 3 + ["hardest"]


@pytest.mark.parametrize("strategy", ["random", "curated"])
@pytest.mark.parametrize("name", [*COUNTS])
def test_the_rest_by_shuffle_is_all_that_the_other_splits_leave(name: str, strategy: str) -> None:
    changes: dict[str, Any] = {"strategy": strategy, f"{name}_per_class": "rest"}
    table = run(**changes)
    assert sorted(int(line["row"]) for line in table) == [*range(180)]
    for other in {*COUNTS} - {name}:
        assert np.bincount(LABELS[rows_of(table, other)], minlength=3).tolist() == COUNTS[other]
    assert rows_of(table, "unused") == []


@pytest.mark.parametrize("name", [*COUNTS])
def test_the_rest_by_hash_is_all_of_its_part(name: str) -> None:
    changes: dict[str, Any] = {"draw": "hash", f"{name}_per_class": "rest"}
    table = run(**changes)
    priorities = [plain.priority(plain.message_of_image(image), 9) for image in IMAGES.tolist()]
    in_part = [plain.part(p, has_val=True) == name for p in priorities]
    assert sorted(rows_of(table, name)) == np.flatnonzero(in_part).tolist()
    usual = run("usual", draw="hash")
    for other in {*COUNTS} - {name}:
        assert rows_of(table, other) == rows_of(usual, other)
    # A part may have no row at all.
    rows = np.flatnonzero([plain.part(p, has_val=False) == "train" for p in priorities])
    data = Data(in_blocks(IMAGES[rows]), LABELS[rows], is_large=True)
    with pytest.raises(ParamError, match="test_per_class: no class has a test row"):
        run("none", data, draw="hash", val_per_class=0, test_per_class="rest")


def test_pixels_are_brought_into_0_to_1() -> None:
    rows = rows_of(run(normalize=True), "train")
    assert load("train").dtype == np.float32
    np.testing.assert_array_equal(load("train"), IMAGES[rows].astype(np.float32) / np.float32(200))


@pytest.mark.parametrize("ids", [None, IDS])
def test_a_users_file_is_read_once_and_then_only_the_rows_drawn(
    ids: npt.NDArray[Any] | None, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stages.common.blocks.BLOCK_BYTES", 40)  # two rows
    read: list[int] = []

    def count(block: Block) -> Block:
        assert block.load_rows
        load, load_rows = block.load, block.load_rows

        def all_rows() -> npt.NDArray[np.uint8]:
            read.append(block.rows)
            return load()

        def some_rows(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
            read.append(len(rows))
            return load_rows(rows)

        return Block(block.start, block.rows, all_rows, some_rows)

    blocks = [count(block) for block in npy_blocks(source / "images.npy")]
    table = run(data=Data(blocks, LABELS, ids, is_large=True), draw="hash")
    assert sum(read) == 44 + (180 if ids is None else 0)
    assert 0 not in read
    assert {(line["tier"], line["difficulty"]) for line in table} == {("", "")}


@pytest.mark.parametrize("kind", ["npy", "parts"])
@pytest.mark.parametrize("strategy", ["random", "curated"])
@pytest.mark.parametrize("draw", ["shuffle", "hash"])
def test_without_duplicates_it_is_as_if_they_were_not_in_the_source(
    kind: Any, strategy: str, draw: str
) -> None:
    images = IMAGES.copy()
    images[60:110] = images[np.arange(50) % 20]  # within classes and across, some three times
    ids = np.array([f"leaf {row * 77 % 180}" for row in range(180)])
    by_key = sorted(range(180), key=lambda row: (LABELS[row], kind == "parts" and ids[row], row))
    kept = sorted({images[row].tobytes(): row for row in reversed(by_key)}.values())
    tables = {}
    for duplicates, rows in (("keep", kept), ("drop", range(180))):
        arrays = {"images": images, "labels": LABELS, "ids": ids}
        for name in ("images", "labels", "ids"):
            end = "-0" if kind == "parts" else ""
            write_array(Path(f"data/mine/{name}{end}.npy"), arrays[name][[*rows]])
        own = Own(kind=kind, path="data/mine", maximum=200, difficulty=kind == "parts")
        write_source(own, Path("build/sources/mine"))
        how: dict[str, Any] = {"strategy": strategy, "draw": draw, "duplicates": duplicates}
        tables[duplicates] = run(duplicates, **how, train_per_class=9)
    for line in tables["keep"]:
        line["row"] = str(kept[int(line["row"])])
    assert tables["drop"] == tables["keep"]
    for name in COUNTS:
        rows = rows_of(tables["drop"], name)
        np.testing.assert_array_equal(load(name, "images", "drop"), images[rows])
    everything = [int(line["row"]) for line in tables["drop"]]
    assert len({image.tobytes() for image in images[everything]}) == len(everything)
    there = int((LABELS[kept] == 1).sum())
    message = f"class 1 of mine without duplicates has {there} rows available, but {there + 4} are"
    with pytest.raises(ParamError, match=message):
        run(duplicates="drop", train_per_class=[1, there, 0], test_per_class=[0, 1, 0])


@pytest.mark.parametrize("draw", ["shuffle", "hash"])
def test_no_row_that_is_scored_as_unused_equals_a_training_image(draw: str) -> None:
    images = IMAGES.copy()
    images[30:60] = images[:30]
    write_array(Path("data/mine/images.npy"), images)
    write_array(Path("data/mine/labels.npy"), LABELS)
    write_source(Own(kind="npy", path="data/mine"), Path("build/sources/mine"))
    table = run(draw=draw)
    drawn = [int(line["row"]) for line in table if line["split"] != "unused"]
    train = {images[row].tobytes() for row in rows_of(table, "train")}
    left = [row for row in range(180) if LABELS[row] != 2 and row not in drawn]
    unused = [row for row in left if images[row].tobytes() not in train]
    assert rows_of(table, "unused") == unused
    assert len(unused) < len(left)
    if draw == "shuffle":
        table = run(strategy="curated", val_per_class=0, test_per_class="rest")
        train = {images[row].tobytes() for row in rows_of(table, "train")}
        new = [row for row in range(180) if images[row].tobytes() not in train]
        assert sorted(rows_of(table, "test")) == new


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"draw": "hash", "test_per_class": [30, 0, 0]},
            r"draw: hash: class 0 \(elm\) has \d+ rows in .* but 30 are .* take the draw shuffle",
        ),
        (
            {"strategy": "curated", "train_per_class": [61, 9, 0], "test_per_class": [0, 1, 0]},
            r"train_per_class: class 0 \(elm\) of mine has 60 rows available, but 61 are asked .*",
        ),
        (
            {"strategy": "curated", "train_per_class": [59, 9, 0], "test_per_class": [1, 1, 0]},
            "strategy: curated: class 0 .elm. has 48 easy rows for .* take the strategy random",
        ),
        (
            {"strategy": "curated", "draw": "hash", "test_per_class": [30, 1, 0]},
            r"strategy: curated: class 0 .elm. has \d+ rows left that test .*, but 30 are .*",
        ),
        ({"train_per_class": [9, 9]}, "train_per_class: .*2 numbers, but the source has 3 classes"),
    ],
)
def test_what_can_not_be_drawn_is_an_error_of_its_key(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParamError, match=f"^datasets.drawn.{message}$"):
        run(**changes)
    assert not Path("build/drawn").exists()


@pytest.mark.parametrize("name", ["sources/mine/labels.npy", "drawn/sample/drawn.json"])
def test_a_damaged_file_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    path = Path("build", name)
    path.write_bytes(path.read_bytes()[:200])
    if name.endswith("drawn.json"):
        monkeypatch.setattr(sample, "main", lambda _: None)
    with pytest.raises(StageError, match=rf"{name} is damaged .* run `make repro` again"):
        run()
