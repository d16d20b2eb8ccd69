"""What a course author does: add a dataset to params.yaml, change it, take it away."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.datasets import load_digits

import tinydatasets
from stages.lib.sampling.difficulty import TIERS

if TYPE_CHECKING:
    from tests.conftest import Repository

PAPERS = ("LICENSE", "README.md")
CHAIN = ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate")
ZEROS_AND_ONES = {
    "source": "digits",
    "seed": 7,
    "train_per_class": {0: 40, 1: 40},
    "test_per_class": {0: 10, 1: 10},
}


def chain(name: str, *stages: str) -> set[str]:
    return {f"{stage}@{name}" for stage in stages or CHAIN}


def draw(
    seed: int, train: dict[int, int], test: dict[int, int], *, choice: bool = False
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Draw rows of the digits as the design says it in words."""
    target = load_digits().target
    generator = np.random.RandomState(seed)
    train_rows: list[int] = []
    test_rows: list[int] = []
    for label in sorted({*train, *test}):
        k, m = train.get(label, 0), test.get(label, 0)
        if k == m == 0:
            continue
        rows = np.array([row for row, value in enumerate(target) if value == label])
        generator.shuffle(rows)
        train_rows += list(rows[:k])
        rest = rows[k:]
        test_rows += list(generator.choice(rest, size=m, replace=False) if choice else rest[:m])
    return generator.permutation(train_rows), generator.permutation(test_rows)


def assert_holds(repository: Repository, name: str, split: str, rows: npt.NDArray[Any]) -> None:
    """Check a pickle, as plain `pickle` reads it, against rows of scikit-learn's digits."""
    digits = load_digits()
    with (repository.folder / f"datasets/{name}/{split}.pkl").open("rb") as file:
        found = pickle.load(file)
    assert list(found) == ["images", "labels"]
    assert found["images"].dtype == np.float32
    assert found["labels"].dtype == np.int64
    np.testing.assert_array_equal(found["images"], digits.images[rows] / 16)
    np.testing.assert_array_equal(found["labels"], digits.target[rows])


def test_zeros_and_ones_are_built_alone_and_go_again(digits: Repository) -> None:
    before = digits.contents("datasets", "metrics", "build")
    digits.set_param("datasets.zeros-and-ones", ZEROS_AND_ONES)
    assert digits.repro() == {"params", *chain("zeros-and-ones")}

    train, test = draw(7, {0: 40, 1: 40}, {0: 10, 1: 10})
    assert_holds(digits, "zeros-and-ones", "train", train)
    assert_holds(digits, "zeros-and-ones", "test", test)

    metrics = json.loads(digits.read("metrics/zeros-and-ones.json"))
    assert metrics["tuned"]["unused"] > 0.95
    assert metrics["tuned"]["test"] > 0.95
    details = json.loads(digits.read("build/zeros-and-ones/details.json"))
    # All other zeros and ones of the source, 178 and 182: no other digit.
    by_class = details["tuned"]["unused"]["by_class"]
    assert {label: part["rows"] for label, part in by_class.items()} == {"0": 128, "1": 132}
    for recipe in ("classroom", "tuned"):
        assert (digits.folder / f"build/zeros-and-ones/models/{recipe}.safetensors").is_file()
        for table in ("predictions", "confusion", "accuracy_by_class"):
            assert (digits.folder / f"build/zeros-and-ones/{table}/{recipe}.csv").is_file()
    assert "zeros-and-ones" in digits.run("dvc", "metrics", "show")

    own_papers = [digits.folder / f"datasets/zeros-and-ones/{name}" for name in PAPERS]
    for paper in own_papers:
        paper.write_text("Written by hand.")
    # Named as what the pipeline makes of a text.
    own_text = digits.folder / "datasets/zeros-and-ones/train.txt"
    own_text.write_text("Written by hand, too.")
    digits.run("git", "checkout", "params.yaml")
    printed = digits.run("python", "-m", "tools.prune")
    assert "kept datasets/zeros-and-ones, which also has LICENSE, README.md, train.txt" in printed
    own_text.unlink()
    for paper in own_papers:
        paper.unlink()
    own_text.parent.rmdir()
    digits.repro()
    assert digits.contents("datasets", "metrics", "build") == before
    assert not (digits.folder / "build/zeros-and-ones").exists()
    assert digits.changes() == ""


@pytest.mark.parametrize(
    ("entry", "train", "test", "choice"),
    [
        pytest.param(
            {"seed": 0, "train_per_class": 3, "test_per_class": 2},
            dict.fromkeys(range(10), 3),
            dict.fromkeys(range(10), 2),
            False,
            id="numbers",
        ),
        pytest.param(
            {
                "seed": 4294967295,
                "train_per_class": [0, 9, 0, 0, 0, 0, 0, 178, 0, 1],
                "test_per_class": {3: 2, 9: 179},
                "test_draw": "choice",
            },
            {1: 9, 7: 178, 9: 1},
            {3: 2, 9: 179},
            True,
            id="unbalanced list and mapping, all of a class, a class in test alone",
        ),
    ],
)
def test_counts_as_number_list_and_mapping(
    digits: Repository,
    entry: dict[str, Any],
    train: dict[int, int],
    test: dict[int, int],
    *,
    choice: bool,
) -> None:
    digits.set_param("datasets.mine", {"source": "digits", **entry})
    digits.repro("evaluate@mine")
    train_rows, test_rows = draw(entry["seed"], train, test, choice=choice)
    assert_holds(digits, "mine", "train", train_rows)
    assert_holds(digits, "mine", "test", test_rows)
    assert set(json.loads(digits.read("metrics/mine.json"))) == {"classroom", "tuned"}
    loss = json.loads(digits.read("build/mine/details.json"))["tuned"]["test"]["log_loss"]
    # Of a class that no training sample was of, the loss is infinite: JSON has no number for it.
    assert (loss is None) == (not set(test) <= set(train))


def test_a_dataset_that_takes_every_row_has_no_unused(digits: Repository) -> None:
    whole = [158, 162, 157, 163, 161, 162, 161, 159, 154, 160]
    entry = {"source": "digits", "seed": 1, "train_per_class": whole, "test_per_class": 20}
    digits.set_param("datasets.whole", entry)
    digits.repro("evaluate@whole")
    metrics = json.loads(digits.read("metrics/whole.json"))
    assert set(metrics["tuned"]) == {"test"}
    assert digits.run("dvc", "metrics", "show")
    table = digits.read("build/whole/confusion/tuned.csv").splitlines()
    assert {line.split(",")[1] for line in table[1:]} == {"test"}
    digits.run("dvc", "plots", "show")
    page = digits.read("dvc_plots/index.html")
    assert page.count("whole: rows by true and predicted class") == 2
    assert page.count("whole: accuracy by class") == 2


def test_a_seed_reruns_its_own_chain_and_comes_back(digits: Repository) -> None:
    before = digits.contents("datasets", "metrics", "build")
    digits.set_param("datasets.tinydigits.seed", 43)
    assert digits.repro() == {"params", *chain("tinydigits")}
    changed = {name for name, data in digits.contents("datasets").items() if before[name] != data}
    assert changed == {
        f"datasets/tinydigits/{name}" for name in ("samples.csv", "test.pkl", "train.pkl")
    }
    digits.run("git", "checkout", "params.yaml")
    digits.repro()
    assert digits.contents("datasets", "metrics", "build") == before
    assert digits.changes() == ""


def test_a_recipe_reruns_training_and_evaluation(digits: Repository) -> None:
    stages = ("train_mlp", "evaluate")
    names = ("tinydigits", "tinydigits-150")
    expected = {"params"}.union(*(chain(name, *stages) for name in names))
    before = digits.contents("datasets", "metrics", "build")
    digits.set_param("recipes.tuned.momentum", 0.8)
    assert digits.repro() == expected
    after = digits.contents("datasets", "metrics", "build")
    assert after != before
    assert {
        name for name in before if name.endswith(".pkl") and after[name] != before[name]
    } == set()
    digits.run("git", "checkout", "params.yaml")
    digits.repro()
    assert digits.contents("datasets", "metrics", "build") == before
    assert digits.changes() == ""


def test_a_new_recipe_is_trained_with_adam(digits: Repository) -> None:
    recipe = {"hidden": 16, "optimizer": "adam", "learning_rate": 0.01, "batch_size": 999}
    digits.set_param("recipes.mine", {**recipe, "epochs": 9, "seed": 1})
    digits.repro("evaluate@tinydigits-150")
    assert set(json.loads(digits.read("metrics/tinydigits-150.json"))) == {
        "classroom",
        "mine",
        "tuned",
    }


def test_a_comment_a_reordering_and_a_default_rerun_nothing_that_is_built(
    digits: Repository,
) -> None:
    params = digits.params()
    for part, entries in params.items():
        params[part] = dict(reversed(entries.items()))
    digits.write_params(dict(reversed(params.items())))
    (digits.folder / "params.yaml").write_text(f"# A comment.\n{digits.read('params.yaml')}")
    digits.set_param("datasets.tinydigits.normalize", True)
    assert digits.repro() == {"params"}
    digits.run("git", "checkout", "params.yaml")
    digits.repro()
    assert digits.changes() == ""


def test_prune_takes_what_no_lock_knows(digits: Repository) -> None:
    digits.set_param("datasets.zeros-and-ones", ZEROS_AND_ONES)
    digits.repro()
    digits.run("git", "checkout", "params.yaml", "dvc.lock")
    digits.run("python", "-m", "tools.prune")
    digits.repro()
    assert digits.changes() == ""
    assert not (digits.folder / "build/zeros-and-ones").exists()


def test_digits_can_be_curated_too(digits: Repository) -> None:
    entry = {"source": "digits", "strategy": "curated", "seed": 42}
    counts = {"train_per_class": 100, "test_per_class": 20}
    digits.set_param("datasets.tinydigits-curated", {**entry, **counts})
    digits.repro("serialize@tinydigits-curated")
    train = tinydatasets.read_split(digits.folder / "datasets/tinydigits-curated/train.pkl")
    assert train.images.dtype == np.float32
    assert np.bincount(train.labels).tolist() == [100] * 10
    table = digits.read("datasets/tinydigits-curated/samples.csv")
    in_train = [line for line in table.splitlines() if line.startswith("train,")]
    assert [sum(f",{tier}," in line for line in in_train) for tier in TIERS] == [800, 150, 50]
