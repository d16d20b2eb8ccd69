"""What the stages up to `normalize` draw from images of a user's own, for every draw and source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
import zarr
from pyarrow import parquet as pq

from stages import normalize, params, sample, source, split
from stages.common import blocks
from stages.common.errors import StageError
from stages.common.files import read_csv
from tests.sample import plain

if TYPE_CHECKING:
    import numpy.typing as npt

GENERATOR = np.random.RandomState(3)
LABELS = GENERATOR.permutation(np.repeat([0, 1, 2], 60))
IMAGES = (GENERATOR.randint(0, 60, (180, 4, 5)) + 50 * LABELS[:, None, None]).astype(np.uint8)
IDS = np.array([f"leaf-{row}" for row in range(180)])
COUNTS = {"train": [20, 12, 0], "val": [0, 3, 0], "test": [4, 5, 0]}
SOURCES = {
    "npy": {"npy": "data/images.npy", "labels": "data/labels.npy"},
    "parts": {"parts": "data/parts", "difficulty": True},
    "zarr": {"zarr": "data/zarr", "difficulty": True},
    "parquet": {"parquet": "data/parquet", "image_shape": [4, 5], "difficulty": True},
    "parts with ids": {"parts": "data/ids", "difficulty": True},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the same images in every format."""
    folder = tmp_path_factory.mktemp("draws")
    data = folder / "data"
    for name in ("parts", "ids", "parquet"):
        (data / name).mkdir(parents=True)
    np.save(data / "images.npy", IMAGES)
    np.save(data / "labels.npy", LABELS)
    for i, rows in enumerate(np.split(np.arange(180), [7, 100])):
        for name in ("parts", "ids"):
            np.save(data / name / f"images-{i}.npy", IMAGES[rows])
            np.save(data / name / f"labels-{i}.npy", LABELS[rows])
        np.save(data / "ids" / f"ids-{i}.npy", IDS[rows])
        pixels = [image.tobytes() for image in IMAGES[rows]]
        table = pa.table({"image": pixels, "label": LABELS[rows]})
        pq.write_table(table, data / f"parquet/{i}.parquet", row_group_size=30)
    group: Any = zarr.open_group(data / "zarr", mode="w")
    group.create_array("images", data=IMAGES, chunks=(11, 4, 5))
    group.create_array("labels", data=LABELS)
    return folder


@pytest.fixture(autouse=True)
def work_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 500)


def run(out: Path, kind: str, **changes: Any) -> list[dict[str, str]]:
    """Run the stages for a dataset of the source; give the table of its rows."""
    dataset = {"source": "mine", "seed": 9, "normalize": False, **changes}
    counts = {f"{name}_per_class": of for name, of in COUNTS.items()}
    recipe = {"hidden": 1, "optimizer": "sgd", "learning_rate": 1.0, "batch_size": 1, "epochs": 1}
    entries = {
        "sources": {"mine": SOURCES[kind]},
        "datasets": {"drawn": {**counts, **dataset}},
        "recipes": {"one": {**recipe, "seed": 1}},
        "texts": {},
    }
    Path("params.yaml").write_text(yaml.safe_dump(entries))
    params.main(out=out / "params")
    source.main(params=out / "params/sources/mine.json", out=out / "source")
    of_dataset = out / "params/datasets/drawn.json"
    sample.main(params=of_dataset, source=out / "source", out=out / "sample")
    split.main(sample=out / "sample", out=out / "split.csv")
    normalize.main(
        params=of_dataset, source=out / "source", split=out / "split.csv", out=out / "arrays"
    )
    return read_csv(out / "split.csv")


def rows_of(table: list[dict[str, str]], name: str) -> list[int]:
    return [int(line["row"]) for line in table if line["split"] == name]


def load(out: Path, name: str) -> npt.NDArray[np.uint8]:
    images: npt.NDArray[np.uint8] = np.load(out / f"arrays/{name}/images.npy")
    return images


@pytest.mark.parametrize("kind", SOURCES)
def test_a_draw_by_hash_is_that_of_the_rule(kind: str, tmp_path: Path) -> None:
    table = run(tmp_path, kind, draw="hash")
    messages = (
        map(plain.message_of_id, IDS.tolist())
        if kind == "parts with ids"
        else map(plain.message_of_image, IMAGES.tolist())
    )
    expected = plain.draw(LABELS.tolist(), [plain.priority(m, 9) for m in messages], COUNTS)
    for name, rows in expected.items():
        assert rows_of(table, name) == rows
        np.testing.assert_array_equal(load(tmp_path, name), IMAGES[rows])


@pytest.mark.parametrize("kind", ["parts", "zarr", "parquet"])
@pytest.mark.parametrize("strategy", ["random", "curated"])
@pytest.mark.parametrize("draw", ["shuffle", "hash"])
def test_images_in_parts_give_the_dataset_of_the_same_images_in_one_file(
    kind: str, strategy: str, draw: str, tmp_path: Path
) -> None:
    whole = run(tmp_path / "whole", "npy", strategy=strategy, draw=draw)
    in_parts = run(tmp_path / "parts", kind, strategy=strategy, draw=draw)
    # Of a source that may be larger than memory, rows that no split takes are not listed.
    assert len(rows_of(whole, "unused")) == 120 - 44
    assert in_parts == [line for line in whole if line["split"] != "unused"]
    for name in COUNTS:
        np.testing.assert_array_equal(
            load(tmp_path / "parts", name), load(tmp_path / "whole", name)
        )
    assert not (tmp_path / "parts/source/images.npy").exists()


def test_curated_by_hash_keeps_each_split_to_its_part(tmp_path: Path) -> None:
    table = run(tmp_path, "npy", strategy="curated", draw="hash")
    priorities = [plain.priority(plain.message_of_image(image), 9) for image in IMAGES.tolist()]
    for name, asked in COUNTS.items():
        rows = rows_of(table, name)
        assert np.bincount(LABELS[rows], minlength=3).tolist() == asked
        assert {plain.part(priorities[row], has_val=True) for row in rows} == {name}
        assert rows == sorted(rows, key=lambda row: priorities[row])
    tiers = [line["tier"] for line in table if line["split"] == "train" and line["label"] == "0"]
    assert sorted(tiers) == ["easy"] * 16 + ["hard"] * 3 + ["hardest"]


def test_without_difficulty_tiers_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCES, "parts", {"parts": "data/parts"})
    table = run(tmp_path, "parts")
    assert len(table) == 44
    assert {(line["tier"], line["difficulty"]) for line in table} == {("", "")}
    assert not (tmp_path / "source/nearest.npy").exists()
    with pytest.raises(StageError, match=r"line \d+: datasets.drawn.strategy: curated needs the"):
        run(tmp_path, "parts", strategy="curated")


def test_too_few_rows_in_a_part_are_said(tmp_path: Path) -> None:
    with pytest.raises(StageError) as caught:
        run(tmp_path, "npy", draw="hash", test_per_class=[30, 0, 0])
    assert str(caught.value).startswith("params.yaml: datasets.drawn.draw: hash: class 0 has ")
    assert str(caught.value).endswith("; ask for fewer, or take the draw shuffle")


def test_a_file_that_changed_since_params_were_read_stops(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = folder / "data/parts/labels-0.npy"
    before = labels.read_bytes()
    real = source.main

    def change_first(**paths: Path) -> None:
        np.save(labels, (LABELS[:7] + 1) % 3)
        real(**paths)

    monkeypatch.setattr(source, "main", change_first)
    with pytest.raises(StageError, match=r"^params.yaml: sources.mine.\w+: .*but the data has"):
        run(tmp_path, "parts")
    labels.write_bytes(before)
