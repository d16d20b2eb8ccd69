"""Wrong parameters stop `dvc repro` with one message, and nothing that is released changes.

What the messages say is tested beside the modules that say it; DVC adds the same to each.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Repository, copy_built


@pytest.fixture(scope="module")
def shared(built_once: Repository, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return copy_built(built_once, tmp_path_factory.mktemp("wrong") / "clone")


@pytest.fixture
def repository(shared: Repository) -> Iterator[Repository]:
    """Return the one built copy, and see after the test that what is released is as it was."""
    before = shared.contents("datasets", "metrics")
    yield shared
    assert shared.contents("datasets", "metrics") == before
    shared.run("git", "checkout", "--quiet", ".")


@pytest.mark.parametrize(
    ("key", "value", "stage", "message"),
    [
        ("datasets.tinydigits.train_per_class", 170, "check", "class 0 of digits has 178 rows"),
        ("texts.tinytalks.train_per_level", 43, "check", "level 1 has 36 pairs available"),
        # What only a later stage can find.
        ("recipes.tuned.learning_rate", 1e200, "train_mlp", "1e+200: training on tinydigits diver"),
        ("sources.digits.sha256", "f" * 64, "source", "data/digits.csv.gz of scikit-learn "),
    ],
)
def test_the_stage_says_what_is_wrong(
    repository: Repository, key: str, value: Any, stage: str, message: str
) -> None:
    repository.set_param(key, value)
    # DVC itself exits with 255 whatever status a stage has, and names that status.
    printed = repository.run("dvc", "repro", status=255)
    (line,) = [line for line in printed.splitlines() if message in line]
    assert line.startswith("params.yaml, line ")
    assert f"failed to run: python -m stages.{stage}" in printed
    assert "exited with 1" in printed
    assert "Traceback" not in printed


def test_dvc_itself_stops_before_any_stage(repository: Repository) -> None:
    """At what it can't parse; `make repro` says it in our words first."""
    for text in ("datasets: [\n", "datasets: {tinydigits: {seed: 1}}\nsources: {}\n"):
        (repository.folder / "params.yaml").write_text(text)
        assert "Traceback" not in repository.run("dvc", "repro", status=255)
        printed = repository.run("python", "-m", "stages.check", status=1)
        assert printed.startswith("params.yaml, line ")
        assert printed.count("\n") == 1


@pytest.mark.parametrize("name", ["tinydigits", "tinytalks"])
def test_a_mistake_in_a_description_stops_before_anything_is_built(
    repository: Repository, name: str
) -> None:
    path = f"datasets/{name}/about.yaml"
    repository.replace(path, "\nyear: ", "\nyaer: ")
    printed = repository.run("python", "-m", "stages.check", "--out", "build/checked", status=1)
    assert printed.startswith(f"{path}, line ")
    assert "yaer: unknown key 'yaer'" in printed
    assert printed.count("\n") == 1
    repository.run("git", "checkout", "--quiet", path)


def test_a_bad_entry_in_data_stops_before_dvc_hashes_it(repository: Repository) -> None:
    bad = repository.folder / "data/mine/pipe"
    bad.parent.mkdir()
    os.mkfifo(bad)
    printed = repository.run("python", "-m", "stages.check", status=1)
    assert printed.startswith("data/mine/pipe: ")
    assert printed.count("\n") == 1
    # What does not use it is built all the same.
    assert repository.repro("serialize@tinydigits") == set()
    bad.unlink()
    bad.parent.rmdir()
