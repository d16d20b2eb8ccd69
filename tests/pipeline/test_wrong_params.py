"""Wrong parameters: one message, exit status 1, and nothing that is released changes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sklearn

from tests.conftest import copy_built

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Repository

COUNT = "    train_per_class: 100\n"
PER_LEVEL = "    train_per_level: 42\n"
NUMBER = "expected a whole number, 0 or more"
NAME = "not a name; a name is a lower-case letter followed by"
# What to replace in params.yaml, by what, and what the message says.
WRONG = {
    "more rows than a class has": (
        COUNT,
        "    train_per_class: 170\n",
        (
            "datasets.tinydigits.train_per_class: class 0 of digits has 178 rows available, but "
            "190 are asked (170 for train, 20 for test)"
        ),
    ),
    "negative count": (
        COUNT,
        "    train_per_class: -1\n",
        f"datasets.tinydigits.train_per_class: -1 for every class: {NUMBER}",
    ),
    "fractional count": (
        COUNT,
        "    train_per_class: 10.5\n",
        f"datasets.tinydigits.train_per_class: 10.5 for every class: {NUMBER}",
    ),
    "boolean count": (
        COUNT,
        "    train_per_class: {0: 9, 1: true}\n",
        f"datasets.tinydigits.train_per_class: true for class 1: {NUMBER}",
    ),
    "missing count": (
        COUNT,
        "",
        "datasets.tinydigits.train_per_class: missing. Training rows: a number for every class",
    ),
    "empty count": (
        COUNT,
        "    train_per_class:\n",
        f"datasets.tinydigits.train_per_class: nothing for every class: {NUMBER}",
    ),
    "wrong count in a list": (
        "[5, 5,",
        "[5, x,",
        f"datasets.tinydigits-150.test_per_class: 'x' for class 1: {NUMBER}",
    ),
    "list of the wrong length": (
        "[5, 5,",
        "[5,",
        "test_per_class: a list of 9 numbers, but the source has 10 classes",
    ),
    "unknown label": (
        COUNT,
        "    train_per_class: {0: 4, 1: 4, 11: 5}\n",
        "datasets.tinydigits.train_per_class: unknown label 11; the source's are 0 to 9",
    ),
    "label that is no number": (
        COUNT,
        "    train_per_class: {0: 4, one: 5}\n",
        (
            "datasets.tinydigits.train_per_class: 'one' is not a label: labels are whole numbers "
            "without quotes, as in {0: 40, 1: 40}"
        ),
    ),
    "unknown source": (
        "source: digits",
        "source: digit",
        (
            "datasets.tinydigits.source: unknown source 'digit'; allowed: digits, mnist-5k. "
            "Did you mean 'digits'?"
        ),
    ),
    "unknown test_draw": (
        "test_draw: choice",
        "test_draw: chioce",
        (
            "datasets.tinydigits-150.test_draw: unknown value 'chioce'; allowed: next, choice. "
            "Did you mean 'choice'?"
        ),
    ),
    "unknown optimizer": (
        "optimizer: sgd",
        "optimizer: adan",
        (
            "recipes.classroom.optimizer: unknown value 'adan'; allowed: sgd, adam. "
            "Did you mean 'adam'?"
        ),
    ),
    "unknown key": (
        "    seed: 42",
        "    sede: 42",
        (
            "datasets.tinydigits.sede: unknown key 'sede'; allowed: source, strategy, seed, "
            "train_per_class, test_per_class, test_draw, normalize. Did you mean 'seed'?"
        ),
    ),
    "seed too large": (
        "seed: 42",
        "seed: 4294967296",
        "datasets.tinydigits.seed: 4294967296: expected less than or equal to 4294967295",
    ),
    "negative seed": (
        "seed: 42",
        "seed: -1",
        "datasets.tinydigits.seed: -1: expected greater than or equal to 0",
    ),
    "seed that YAML 1.1 and 1.2 read differently": (
        "seed: 42",
        "seed: 052",
        "datasets.tinydigits.seed: '052': expected a valid integer",
    ),
    "label that YAML 1.1 and 1.2 read differently": (
        COUNT,
        "    train_per_class: {0: 5, 1: 5, 010: 5}\n",
        "datasets.tinydigits.train_per_class: '010' is not a label",
    ),
    "quoted count": (
        COUNT,
        "    train_per_class: '100'\n",
        f"datasets.tinydigits.train_per_class: '100' for every class: {NUMBER}",
    ),
    "upper-case optimizer": (
        "optimizer: sgd",
        "optimizer: SGD",
        (
            "recipes.classroom.optimizer: unknown value 'SGD'; allowed: sgd, adam. "
            "Did you mean 'sgd'?"
        ),
    ),
    "fractional seed": (
        "seed: 42",
        "seed: 4.2",
        "datasets.tinydigits.seed: 4.2: expected a valid integer",
    ),
    "name with a dot": ("  tinydigits:", "  tiny.digits:", f"datasets.'tiny.digits': {NAME}"),
    "name with a space": ("  tinydigits:", "  Tiny Digits:", f"datasets.'Tiny Digits': {NAME}"),
    "name with a dollar": ("  tinydigits:", "  a$b:", f"datasets.'a$b': {NAME}"),
    "numeric name, which DVC drops": ("  tinydigits:", "  2024:", f"datasets.2024: {NAME}"),
    "boolean name, which DVC drops": ("  tinydigits:", "  true:", f"datasets.true: {NAME}"),
    "numeric name, quoted": ("  tinydigits:", "  '2024':", f"datasets.'2024': {NAME}"),
    "no test rows": (
        "test_per_class: 20",
        "test_per_class: 0",
        "datasets.tinydigits.test_per_class: no class has a test row; at least one must",
    ),
    "one class": (
        COUNT,
        "    train_per_class: {3: 20}\n",
        "datasets.tinydigits.train_per_class: a classifier needs rows of two classes or more",
    ),
    "learning rate that is no number": (
        "learning_rate: 0.01",
        "learning_rate: fast",
        "recipes.classroom.learning_rate: 'fast': expected a valid number",
    ),
    "infinite learning rate": (
        "learning_rate: 0.01",
        "learning_rate: .inf",
        "recipes.classroom.learning_rate: inf: expected a finite number",
    ),
    "momentum for adam": (
        "optimizer: sgd\n    learning_rate: 0.1",
        "optimizer: adam\n    learning_rate: 0.1",
        "recipes.tuned.momentum: 0.9, but adam has no such momentum; leave it out",
    ),
    "negative count of a level": (
        PER_LEVEL,
        "    train_per_level: -1\n",
        f"texts.tinytalks.train_per_level: -1 for every level: {NUMBER}",
    ),
    "wrong count in a list of levels": (
        PER_LEVEL,
        "    train_per_level: [9, 9, 9, x, 9]\n",
        f"texts.tinytalks.train_per_level: 'x' for level 4: {NUMBER}",
    ),
    "level that is no number": (
        PER_LEVEL,
        "    train_per_level: {one: 9}\n",
        (
            "texts.tinytalks.train_per_level: 'one' is not a label: labels are whole numbers "
            "without quotes, as in {1: 40, 2: 40}"
        ),
    ),
    "no training pairs": (
        PER_LEVEL,
        "    train_per_level: 0\n",
        "texts.tinytalks.train_per_level: no level has a pair; at least one must",
    ),
    "no test pairs in a list": (
        "test_per_level: 9",
        "test_per_level: [0, 0, 0, 0, 0]",
        "texts.tinytalks.test_per_level: no level has a pair; at least one must",
    ),
    "no test pairs in a mapping": (
        "test_per_level: 9",
        "test_per_level: {1: 0}",
        "texts.tinytalks.test_per_level: no level has a pair; at least one must",
    ),
    "missing count of a level": (
        PER_LEVEL,
        "",
        "texts.tinytalks.train_per_level: missing. Training pairs: a number for every level",
    ),
    "unknown key of a text": (
        PER_LEVEL,
        "    train_per_class: 42\n",
        (
            "texts.tinytalks.train_per_class: unknown key 'train_per_class'; allowed: source, "
            "seed, train_per_level, val_per_level, test_per_level. Did you mean 'train_per_level'?"
        ),
    ),
    "unknown file of a text": (
        "tinytalks/pairs.tsv",
        "tinytalk/pairs.tsv",
        (
            "texts.tinytalks.source: unknown file 'datasets/tinytalk/pairs.tsv'; allowed: "
            "datasets/tinytalks/pairs.tsv. Did you mean 'datasets/tinytalks/pairs.tsv'?"
        ),
    ),
}
# Where DVC stops at its own parsing before a stage can say anything, `make repro` says it first.
WRONG_FOR_DVC = {
    "missing source": (
        "    source: digits\n",
        "",
        "datasets.tinydigits.source: missing. The name of one of `sources`.",
    ),
    "empty dataset": (
        "datasets:\n",
        "datasets:\n  mine:\n",
        (
            "datasets.mine: nothing: expected a mapping with the keys source, strategy, seed, "
            "train_per_class, test_per_class, test_draw, normalize"
        ),
    ),
    "name with a slash and an at": ("  tinydigits:", "  a/b@c:", f"datasets.'a/b@c': {NAME}"),
    "a draw that curated does not have": (
        "strategy: curated",
        "strategy: curated\n    test_draw: next",
        "datasets.tinymnist.test_draw: next, but curated draws test in its own way; leave it out",
    ),
    "a benchmark and a package": (
        "  digits:\n",
        "  digits:\n    benchmark: mnist\n",
        (
            "sources.digits.benchmark: mnist, but file and package and sha256 too: a source is "
            "either a benchmark or a package with its file and sha256"
        ),
    ),
    "neither a benchmark nor a package": (
        "    package: scikit-learn\n",
        "",
        "sources.digits.package: missing. The package's name, as pip knows it.",
    ),
    "an unknown benchmark": (
        "    package: scikit-learn\n",
        "    benchmark: emnist\n",
        "sources.digits.benchmark: unknown value 'emnist'; allowed: mnist. Did you mean 'mnist'?",
    ),
    "misspelt strategy": (
        "strategy: curated",
        "strategy: curate",
        (
            "datasets.tinymnist.strategy: unknown value 'curate'; allowed: random, curated. "
            "Did you mean 'curated'?"
        ),
    ),
    "normalize as a word": (
        "normalize: false",
        "normalize: 'no'",
        "datasets.tinymnist.normalize: 'no': expected a valid boolean",
    ),
    "misspelt part": (
        "recipes:",
        "recipe:",
        (
            "recipe: unknown key 'recipe'; allowed: sources, datasets, recipes, texts. "
            "Did you mean 'recipes'?"
        ),
    ),
    "text named as a dataset": (
        "  tinytalks:",
        "  tinydigits:",
        "texts.tinydigits: datasets/tinydigits is built by `datasets`; give the text another name",
    ),
    "broken YAML": (
        "seed: 42",
        "seed: [42",
        "line 26, column 20: not readable as YAML: expected ',' or ']', but got ':'",
    ),
    "a tab": ("    seed: 42", "\tseed: 42", "line 25, column 1: not readable as YAML: a tab"),
    "the same name twice": (
        "  tinydigits-150:",
        "  tinydigits:",
        "not readable as YAML: the key 'tinydigits' stands twice",
    ),
}


@pytest.fixture(scope="module")
def shared(_built: Repository, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return copy_built(_built, tmp_path_factory.mktemp("wrong") / "clone")


@pytest.fixture
def repository(shared: Repository) -> Iterator[Repository]:
    """Give the one built copy, and see after the test that what is released is as it was."""
    yield shared
    changed = shared.changes().split()
    shared.run("git", "checkout", "--quiet", ".")
    assert changed == ["M", "params.yaml"]


def check(repository: Repository, message: str) -> None:
    """See that the check says it, as all that it says."""
    printed = repository.run("python", "-m", "stages.params", "--out", "build/params.txt", status=1)
    assert printed.startswith("params.yaml")
    assert message in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_the_check_says_what_is_wrong(
    repository: Repository, old: str, new: str, message: str
) -> None:
    repository.replace("params.yaml", old, new)
    check(repository, message)


# Some of them: what DVC adds is the same for all.
@pytest.mark.parametrize("name", list(WRONG)[::8])
def test_dvc_repro_stops_with_that_message(repository: Repository, name: str) -> None:
    old, new, message = WRONG[name]
    repository.replace("params.yaml", old, new)
    # DVC itself exits with 255 whatever status a stage has, and names that status.
    printed = repository.run("dvc", "repro", status=255)
    assert printed.count(message) == 1
    assert "failed to run: python -m stages.params" in printed
    assert "exited with 1" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(("old", "new", "message"), WRONG_FOR_DVC.values(), ids=WRONG_FOR_DVC)
def test_the_check_says_what_dvc_would_not(
    repository: Repository, old: str, new: str, message: str
) -> None:
    repository.replace("params.yaml", old, new)
    check(repository, message)
    assert "Traceback" not in repository.run("dvc", "repro", status=255)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "nothing: expected a mapping with the keys sources, datasets, recipes, texts",
        ),
        ("- 1\n", "the whole file: [1]: expected a mapping"),
        ("datasets: {}\nrecipes: {}\nsources: {}\n", "sources: empty; it needs an entry"),
        ("[" * 5000, "not readable as YAML"),
        ("\0", "not readable as YAML"),
        ("1: 5\n", "params.yaml, line 1: sources: missing"),
        ("sources: !!timestamp x\n", "a tag (tag:yaml.org,2002:timestamp) has no meaning here"),
        ("&a [*a]\n", "expected a mapping"),
        (f"sources: {'9' * 5000}\n", "not readable as YAML"),
    ],
)
def test_the_check_survives_any_text(repository: Repository, text: str, message: str) -> None:
    (repository.folder / "params.yaml").write_text(text)
    check(repository, message)


def test_no_dataset_at_all(repository: Repository) -> None:
    text = repository.read("params.yaml")
    start, rest = text.split("datasets:\n")
    kept = f"{start}datasets: {{}}\nrecipes:{rest.split('recipes:')[1]}"
    (repository.folder / "params.yaml").write_text(kept)
    check(repository, "datasets: empty; it needs an entry")
    assert "datasets: empty; it needs an entry" in repository.run("dvc", "repro", status=255)


def test_training_that_diverges_says_so(built: Repository) -> None:
    before = built.contents("datasets", "metrics")
    built.replace("params.yaml", "learning_rate: 0.1\n", "learning_rate: 1000.0\n")
    printed = built.run("dvc", "repro", status=255)
    assert (
        "params.yaml: recipes.tuned.learning_rate: 1000.0: training on tinydigits diverges"
        in printed
    )
    assert "Traceback" not in printed
    assert built.contents("datasets", "metrics") == before


def test_a_source_with_another_sum_stops(built: Repository) -> None:
    before = built.contents("datasets", "metrics")
    right = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
    built.replace("params.yaml", right, "f" * 64)
    printed = built.run("dvc", "repro", status=255)
    assert f"expected sha256 {'f' * 64}\n  found    sha256 {right}\n" in printed
    assert "sklearn/datasets/data/digits.csv.gz of scikit-learn" in printed
    assert "`rm -r .venv` and `make repro`" in printed
    assert "Traceback" not in printed
    assert built.contents("datasets", "metrics") == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[8, 8]", "[8, 9]", "image_shape: [8, 9] is 72 pixels, the data has 64 an image"),
        ("maximum: 16", "maximum: 15", "maximum: 15, but the data has pixels of 0 to 16"),
        (
            "[178,",
            "[179,",
            "rows_per_class: [179, 182, 177, 183, 181, 182, 181, 179, 174, 180],",
        ),
        ("scikit-learn", "scikit-lern", "package: 'scikit-lern' is not installed"),
        ("digits.csv", "digit.csv", "file: scikit-learn has no sklearn/datasets/data/digit.csv.gz"),
    ],
)
def test_a_source_that_is_not_as_stated_stops(
    repository: Repository, old: str, new: str, message: str
) -> None:
    repository.replace("params.yaml", old, new)
    printed = repository.run(
        "python", "-m", "stages.source", "digits", "--out", "build/elsewhere", status=1
    )
    assert printed.startswith(f"params.yaml: sources.digits.{message}")
    assert "Traceback" not in printed


def test_a_data_file_in_another_format_stops(repository: Repository) -> None:
    repository.replace("params.yaml", "digits.csv.gz", "iris.csv")
    pinned = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
    iris = Path(sklearn.__file__).parent / "datasets/data/iris.csv"
    repository.replace("params.yaml", pinned, hashlib.sha256(iris.read_bytes()).hexdigest())
    printed = repository.run(
        "python", "-m", "stages.source", "digits", "--out", "build/elsewhere", status=1
    )
    assert printed.startswith("params.yaml: sources.digits.file: not a gzipped CSV of numbers")


def test_a_damaged_file_between_stages_is_named(built: Repository) -> None:
    (built.folder / "build/tinydigits/sample.json").write_text("{")
    labels = built.folder / "build/sources/digits/labels.npy"
    labels.chmod(0o644)
    labels.write_bytes(labels.read_bytes()[:200])
    for command, path in (
        (
            "split --sample build/tinydigits/sample.json --source build/sources/digits",
            "sample.json",
        ),
        (
            "sample tinydigits --source build/sources/digits --difficulties build/y",
            "labels.npy",
        ),
    ):
        printed = built.run("python", "-m", *f"stages.{command} --out build/x".split(), status=1)
        assert f"{path} is damaged" in printed
        assert "`dvc repro`" in printed
        assert "Traceback" not in printed
