"""The targets of the Makefile that people type."""

import re
import shutil
import sys

import pytest

from tests.conftest import ROOT, Repository, link_environment

pytestmark = pytest.mark.skipif(
    sys.prefix == sys.base_prefix, reason="the tests do not run in a virtual environment"
)
COMMIT = (
    "To keep this, commit params.yaml, dvc.lock, data/, datasets/, docs/paper.md, metrics/ and"
    " report/."
)
BUILT = "Everything is built. There is nothing to commit, and no DVC remote is needed."


@pytest.fixture
def ready(digits: Repository) -> Repository:
    """Return a built copy with this environment as its .venv."""
    link_environment(digits.folder)
    return digits


def last_line(printed: str) -> str:
    return printed.splitlines()[-1]


def test_make_repro_builds_and_says_what_to_commit(ready: Repository) -> None:
    ready.set_param("datasets.tinydigits.seed", 43)
    printed = ready.run("make", "repro")
    assert "Running stage 'evaluate@tinydigits'" in printed
    assert last_line(printed).startswith(COMMIT)
    assert not re.search("git add|core.autostage|dvc push", printed)
    ready.commit()
    printed = ready.run("env", "-u", "DVC_SITE_CACHE_DIR", "make", "repro")
    site = ready.folder / ".dvc/tmp/site"
    assert site.stat().st_mode & 0o777 == 0o700
    assert list(site.glob("repo/*/hashes/local/cache.db"))
    assert "up to date" in printed
    assert "pip install" not in printed
    assert last_line(printed) == BUILT


def test_what_is_wrong_is_said_before_dvc_runs_and_make_check_writes_nothing(
    ready: Repository,
) -> None:
    shutil.rmtree(ready.folder / "build")
    for seed, status in ((42, 0), (-1, 2)):
        ready.set_param("datasets.tinydigits.seed", seed)
        before = ready.contents(".")
        assert "params.yaml" in ready.run("make", "check", status=status)
        assert ready.contents(".") == before
    printed = ready.run("make", "repro", status=2)
    assert re.search(r"^params\.yaml, line \d+: datasets\.tinydigits\.seed: -1", printed, re.M)
    assert ready.contents("datasets", "metrics").items() <= before.items()


def test_make_new_takes_paths_as_they_are(ready: Repository) -> None:
    path = 'no "such" folder; it\'s gone'
    printed = ready.run("make", "new", "NAME=mine", f"FROM={path}", status=2)
    assert printed.startswith(f"FROM: {path}: no file or folder")


def test_an_unpacked_archive_is_built_without_git(ready: Repository) -> None:
    shutil.rmtree(ready.folder / ".git")
    # It may lie in a folder of another repository, which ignores it.
    outer = Repository(ready.folder.parent)
    outer.run("git", "init", "--quiet")
    (outer.folder / ".gitignore").write_text(f"/{ready.folder.name}/\n")
    (ready.folder / "metrics/tinydigits.json").unlink()
    printed = ready.run("make", "repro")
    assert "no Git here: DVC does without" in printed
    assert "Running stage 'evaluate@tinydigits'" in printed
    assert last_line(printed) == BUILT
    assert "up to date" in ready.run("dvc", "repro")
    ready.run("git", "init", "--quiet")
    assert "Git is here: DVC uses it again" in ready.run("make", "repro")
    assert ".dvc/config.local" not in ready.run("git", "status", "--porcelain", "--untracked=all")


def test_make_help_names_every_target() -> None:
    listed = Repository(ROOT).run("make", "--no-print-directory", "help").splitlines()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", makefile, re.M)
    assert [line.split("\t")[0] for line in listed] == targets


@pytest.mark.parametrize("name", ["pipeline", "large", "data"])
def test_requirements_are_locked_by_hash_and_name_no_address(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pinned = [line for line in lines if not line.startswith(" ")]
    assert pinned
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert all(line.strip().startswith("--hash=sha256:") for line in lines if line.startswith(" "))
