"""Wrong parameters stop `dvc repro` with one message, and nothing that is released changes.

What the messages say is tested beside the modules that say it; DVC adds the same to each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import copy_built

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Repository


@pytest.fixture(scope="module")
def shared(built_once: Repository, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return copy_built(built_once, tmp_path_factory.mktemp("wrong") / "clone")


@pytest.fixture
def repository(shared: Repository) -> Iterator[Repository]:
    """Give the one built copy, and see after the test that what is released is as it was."""
    before = shared.contents("datasets", "metrics")
    yield shared
    assert shared.contents("datasets", "metrics") == before
    shared.run("git", "checkout", "--quiet", ".")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "datasets.tinydigits.train_per_class",
            170,
            (
                "datasets.tinydigits.train_per_class: class 0 of digits has 178 rows available, "
                "but 190 are asked (170 for train, 20 for test)"
            ),
        ),
        (
            "recipes.tuned.sede",
            42,
            (
                "recipes.tuned.sede: unknown key 'sede'; allowed: hidden, optimizer, "
                "learning_rate, momentum, batch_size, epochs, seed. Did you mean 'seed'?"
            ),
        ),
        ("datasets", {}, "datasets: empty; it needs an entry"),
    ],
)
def test_the_stage_says_what_is_wrong(
    repository: Repository, key: str, value: Any, message: str
) -> None:
    repository.set_param(key, value)
    # DVC itself exits with 255 whatever status a stage has, and names that status.
    printed = repository.run("dvc", "repro", status=255)
    assert printed.count(message) == 1
    assert "failed to run: python -m stages.check" in printed
    assert "exited with 1" in printed
    assert "Traceback" not in printed


def test_dvc_itself_stops_before_any_stage(repository: Repository) -> None:
    """At what it can't parse; `make repro` says it in our words first."""
    repository.drop_param("datasets.tinydigits.source")
    assert "Traceback" not in repository.run("dvc", "repro", status=255)
    printed = repository.run("python", "-m", "tools.doctor", status=1)
    assert ": datasets.tinydigits.source: missing. The name of one of `sources`." in printed
    assert printed.count("\n") == 1

    (repository.folder / "params.yaml").write_text("datasets: [\n")
    assert "Traceback" not in repository.run("dvc", "repro", status=255)
    printed = repository.run("python", "-m", "tools.doctor", status=1)
    assert printed.startswith("params.yaml, line ")
    assert "not readable as YAML" in printed


@pytest.mark.parametrize(
    ("key", "value", "stage", "message"),
    [
        (
            "recipes.tuned.learning_rate",
            1e200,
            "train_mlp@tinydigits",
            "recipes.tuned.learning_rate: 1e+200: training on tinydigits diverges",
        ),
        (
            "sources.digits.sha256",
            "f" * 64,
            "evaluate@tinydigits",
            "sources.digits.sha256: sklearn/datasets/data/digits.csv.gz of scikit-learn ",
        ),
        # Of the class 1 of MNIST, what 480 chosen rows leave is nearly the same as they are.
        (
            "datasets.tinymnist.train_per_class",
            480,
            "sample@tinymnist",
            "datasets.tinymnist.strategy: curated: class 1 has ",
        ),
    ],
)
def test_a_later_stage_says_what_is_wrong(
    repository: Repository, key: str, value: Any, stage: str, message: str
) -> None:
    repository.set_param(key, value)
    printed = repository.run("dvc", "repro", stage, status=255)
    assert printed.count(f"params.yaml: {message}") == 1
    assert "exited with 1" in printed
    assert "Traceback" not in printed
