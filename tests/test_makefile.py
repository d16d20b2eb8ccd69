"""The targets of the Makefile."""

from __future__ import annotations

import re
import shutil
import sys

import pytest

from tests.conftest import ROOT, Repository, link_environment

pytestmark = pytest.mark.skipif(
    sys.prefix == sys.base_prefix, reason="the tests do not run in a virtual environment"
)


@pytest.fixture
def ready(digits: Repository) -> Repository:
    """Give a built copy with this environment as its .venv."""
    link_environment(digits.folder)
    return digits


def test_make_repro_builds_and_then_has_nothing_to_do(ready: Repository) -> None:
    ready.set_param("datasets.tinydigits.seed", 43)
    assert "Running stage 'evaluate@tinydigits'" in ready.run("make", "repro")
    printed = ready.run("make", "repro")
    assert "up to date" in printed
    assert "pip install" not in printed


def test_make_repro_says_what_is_wrong_before_dvc_does(ready: Repository) -> None:
    ready.drop_param("datasets.tinydigits.source")
    printed = ready.run("make", "repro", status=2)
    assert re.search(r"params\.yaml, line \d+: datasets\.tinydigits\.source: missing", printed)
    assert "dvc repro" not in printed


def test_make_check_and_make_prune(ready: Repository) -> None:
    assert "params.yaml is right" in ready.run("make", "check")
    ready.drop_param("datasets.tinydigits-150")
    printed = ready.run("make", "prune")
    assert "removed datasets/tinydigits-150/train.pkl" in printed
    assert "@tinydigits-150" not in ready.read("dvc.lock")
    left = (ready.folder / "datasets/tinydigits-150").iterdir()
    assert sorted(path.name for path in left) == ["about.yaml"]


def test_make_new_takes_paths_as_they_are(ready: Repository) -> None:
    path = 'no "such" folder; it\'s gone'
    printed = ready.run("make", "new", "NAME=mine", f"FROM={path}", status=2)
    assert printed.startswith(f"FROM: {path}: no such file or folder\n")
    (ready.folder / "my images.npy").touch()
    printed = ready.run(
        "make", "new", "NAME=mine", "FROM=my images.npy", "LABELS=my labels.npy", status=2
    )
    assert printed.startswith("LABELS: my labels.npy: no such file or folder\n")
    assert ready.changes() == '?? "my images.npy"\n'


def test_make_check_writes_nothing(ready: Repository) -> None:
    shutil.rmtree(ready.folder / "build")
    before = ready.contents(".")
    ready.run("make", "check")
    assert ready.contents(".") == before
    ready.set_param("datasets.tinydigits.seed", -1)
    before = ready.contents(".")
    assert "datasets.tinydigits.seed" in ready.run("make", "check", status=2)
    assert ready.contents(".") == before


COMMIT = (
    "To keep this, commit params.yaml, dvc.lock, data/, datasets/, metrics/ and report/. "
    "No DVC remote is needed.\n"
)


BUILT = "Everything is built. There is nothing to commit, and no DVC remote is needed.\n"


def test_make_repro_says_what_to_commit(ready: Repository) -> None:
    assert ready.run("make", "repro").endswith(BUILT)
    (ready.folder / "params.yaml").write_text(f"# Mine.\n{ready.read('params.yaml')}")
    assert ready.run("make", "repro").endswith(COMMIT)
    ready.commit()
    assert ready.run("make", "repro").endswith(BUILT)
    (ready.folder / "data/leaves.txt").touch()
    assert ready.run("make", "repro").endswith(COMMIT)


def test_an_unpacked_archive_is_built_without_git(ready: Repository) -> None:
    shutil.rmtree(ready.folder / ".git")
    ready.set_param("datasets.tinydigits.seed", 43)
    printed = ready.run("make", "repro")
    assert "no Git here: DVC does without (core.no_scm in .dvc/config.local)\n" in printed
    assert "Running stage 'evaluate@tinydigits'" in printed
    assert printed.endswith(BUILT)
    assert "up to date" in ready.run("dvc", "repro")
    assert "Git" not in ready.run("make", "repro")
    ready.run("git", "init", "--quiet")
    printed = ready.run("make", "repro")
    assert "Git is here: DVC uses it again (removed core.no_scm from .dvc/config.local)" in printed
    assert ".dvc/config.local" not in ready.run("git", "status", "--porcelain", "--untracked=all")


def test_an_archive_may_lie_in_another_repository(digits: Repository) -> None:
    shutil.rmtree(digits.folder / ".git")
    outer = Repository(digits.folder.parent)
    outer.run("git", "init", "--quiet")
    assert "no Git here" not in digits.run(sys.executable, "-m", "tools.doctor")
    assert "up to date" in digits.run("dvc", "repro")
    (outer.folder / ".gitignore").write_text(f"/{digits.folder.name}/\n")
    assert "no Git here" in digits.run(sys.executable, "-m", "tools.doctor")
    assert "up to date" in digits.run("dvc", "repro")


def test_requirements_are_locked_by_hash_and_name_no_address() -> None:
    text = (ROOT / "requirements/pipeline.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pinned = [line for line in lines if not line.startswith(" ")]
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert all(line.strip().startswith("--hash=sha256:") for line in lines if line.startswith(" "))
    assert "://" not in text
    names = {line.split("==")[0] for line in pinned}
    assert {"dvc", "numpy", "scikit-learn", "pyyaml", "pytest", "pydantic", "safetensors"} <= names


def test_make_curves_trains_once(ready: Repository) -> None:
    path = ready.folder / "experiments/curves/params.yaml"
    path.write_text("sizes:\n  digits: [2, 3]\nseeds: 2\nsteps: 5\n")
    assert "digits: 16 trainings, 0 of them done before" in ready.run("make", "curves", "WORKERS=2")
    assert ready.read("experiments/curves/digits.csv").count("\n") == 9
    assert "\nRunning stage" not in ready.run("make", "curves")
    # The main pipeline is not concerned; the report shows the new curve.
    ran = re.findall(r"Running stage '(.*?)'", ready.run("make", "repro"))
    assert ran == ["report/dvc.yaml:report"]
    assert "up to date" in ready.run("make", "repro")
    path.write_text("sizes:\n  digits: [2, 3, 5]\nseeds: 1\nsteps: 5\n")
    printed = ready.run("make", "curves", status=2)
    assert "experiments/curves/params.yaml, line 3: seeds: 1: expected" in printed
    assert "dvc repro" not in printed
