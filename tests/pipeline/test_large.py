"""A source in parts gives the same bytes in this process and on a Dask cluster."""

import json
import pickle
from pathlib import Path

import numpy as np
import yaml
from sklearn.datasets import load_digits

from stages.common.files import read_csv
from stages.common.workers import VARIABLE
from tests.conftest import Repository, copy_built

NAMES = "zero one two three four five six seven eight nine".split()
OWN = {"kind": "parts", "path": "data/mine", "classes": NAMES, "difficulty": True}
OWN["groups"] = "forms"
HOW = {"source": "mine", "strategy": "curated", "draw": "hash", "seed": 5}
COUNTS = {"train_per_class": 20, "val_per_class": 3, "test_per_class": {0: 9, 8: 9}}


def test_a_cluster_builds_what_this_machine_builds(
    digits: Repository, cluster: str, tmp_path: Path
) -> None:
    folder = digits.folder / "data/mine"
    folder.mkdir()
    images, labels = load_digits().images.astype(np.uint8), load_digits().target
    for i, rows in enumerate(np.array_split(np.arange(len(labels)), 5)):
        np.save(folder / f"images-{i}.npy", images[rows])
        np.save(folder / f"labels-{i}.npy", labels[rows])
        np.save(folder / f"forms-{i}.npy", rows // 20)
    digits.set_param("own.mine", OWN)
    digits.set_param("datasets.mine", {**HOW, **COUNTS})
    there = copy_built(digits, tmp_path / "there")
    # These stages are all that other processes take part in.
    for repository, workers in ((there, cluster), (digits, "1")):
        repository.run("env", f"{VARIABLE}={workers}", "dvc", "repro", "sample@mine")
    folders = ("build/mine", "build/sources")
    assert digits.contents(*folders) == there.contents(*folders)
    # The lock file says nothing of where work ran.
    locks = [yaml.safe_load(each.read("dvc.lock")) for each in (digits, there)]
    assert locks[0] == locks[1]
    assert VARIABLE not in digits.read("dvc.lock")

    digits.repro("serialize@mine", "evaluate@mine")
    with (digits.folder / "datasets/mine/val.pkl").open("rb") as file:
        assert np.bincount(pickle.load(file)["labels"]).tolist() == [3] * 10
    samples = read_csv(digits.folder / "datasets/mine/samples.csv")
    pairs = {(int(line["row"]) // 20, line["split"]) for line in samples}
    assert len(pairs) == len({form for form, _ in pairs})
    # A figure for each class by its name; no rows are left over to score.
    assert list(json.loads(digits.read("metrics/mine.json"))["tuned"]) == ["val", "test"]
    by_class = json.loads(digits.read("build/mine/details.json"))["tuned"]["test"]["by_class"]
    assert {name: of["rows"] for name, of in by_class.items()} == {"zero": 9, "eight": 9}
    # What changes in data/ reruns what needs it, and nothing else.
    path = digits.folder / "data/mine/labels-0.npy"
    np.save(path, np.load(path)[::-1])
    assert digits.repro("split@mine") == {"own@mine", "sample@mine", "split@mine"}
