"""What a course author does: add a dataset to params.yaml, change it, take it away."""

import json
import pickle
import shutil

import numpy as np

from tests.conftest import Repository

CHAIN = ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate")
ZEROS_AND_ONES = {
    "source": "digits",
    "seed": 7,
    "train_per_class": {0: 40, 1: 40},
    "test_per_class": {0: 10, 1: 10},
}


def chain(name: str, *stages: str) -> set[str]:
    return {f"{stage}@{name}" for stage in stages or CHAIN}


def test_zeros_and_ones_are_built_alone_and_go_again(digits: Repository) -> None:
    before = digits.contents("datasets", "metrics", "build")
    digits.set_param("datasets.zeros-and-ones", ZEROS_AND_ONES)
    assert digits.repro() == {"check", *chain("zeros-and-ones")}

    for split, count in (("train", 40), ("test", 10)):
        # As anybody reads it who doesn't have this package.
        file = (digits.folder / f"datasets/zeros-and-ones/{split}.pkl").read_bytes()
        assert np.bincount(pickle.loads(file)["labels"]).tolist() == [count, count]
    metrics = json.loads(digits.read("metrics/zeros-and-ones.json"))
    assert metrics["tuned"]["unused"] > 0.95
    assert metrics["tuned"]["test"] > 0.95
    details = json.loads(digits.read("build/zeros-and-ones/details.json"))
    # All other zeros and ones of the source, 178 and 182: no other digit.
    by_class = details["tuned"]["unused"]["by_class"]
    assert {label: part["rows"] for label, part in by_class.items()} == {"0": 128, "1": 132}
    for recipe in ("classroom", "tuned"):
        assert (digits.folder / f"build/zeros-and-ones/models/{recipe}.safetensors").is_file()
        assert (digits.folder / f"build/zeros-and-ones/predictions/{recipe}.csv").is_file()
    assert "zeros-and-ones" in digits.run("dvc", "metrics", "show")

    # What is left of it when its entry goes is named, and nothing is removed.
    digits.run("git", "checkout", "params.yaml")
    printed = digits.run("python", "-m", "tools.leftovers")
    for left in ("build/zeros-and-ones", "datasets/zeros-and-ones", "metrics/zeros-and-ones.json"):
        assert f"{left}\n" in printed
        path = digits.folder / left
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    digits.run("git", "checkout", "dvc.lock")
    assert digits.repro() == set()
    assert digits.contents("datasets", "metrics", "build") == before
    assert digits.changes() == ""


def test_seeds_and_recipes_rerun_what_they_concern_and_come_back(digits: Repository) -> None:
    before = digits.contents("datasets", "metrics", "build")
    digits.set_param("datasets.tinydigits.seed", 43)
    assert digits.repro() == {"check", *chain("tinydigits")}
    changed = {name for name, data in digits.contents("datasets").items() if before[name] != data}
    assert changed == {
        f"datasets/tinydigits/{name}"
        for name in ("SHA256SUMS", "samples.csv", "test.pkl", "train.pkl")
    }
    digits.run("git", "checkout", "params.yaml")
    digits.set_param("recipes.tuned.momentum", 0.8)
    ran = digits.repro()
    assert {stage for stage in ran if not stage.endswith("@tinydigits")} == {
        "check",
        *chain("tinydigits-150", "train_mlp", "evaluate"),
    }
    after = digits.contents("datasets", "metrics")
    assert {name for name, data in after.items() if before[name] != data} == {
        "metrics/tinydigits.json",
        "metrics/tinydigits-150.json",
    }
    digits.run("git", "checkout", "params.yaml")
    digits.repro()
    assert digits.contents("datasets", "metrics", "build") == before
    assert digits.changes() == ""


def test_a_comment_and_a_reordering_rerun_the_check_alone(digits: Repository) -> None:
    params = digits.params()
    for part, entries in params.items():
        params[part] = dict(reversed(entries.items()))
    digits.write_params(dict(reversed(params.items())))
    (digits.folder / "params.yaml").write_text(f"# A comment.\n{digits.read('params.yaml')}")
    assert digits.repro() == {"check"}
    digits.run("git", "checkout", "params.yaml")
    digits.repro()
    assert digits.changes() == ""
