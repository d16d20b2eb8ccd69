"""Build the files of a release and their sums, and tag the commit. Nothing is uploaded."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import tinydatasets
from stages.common import command
from stages.common.errors import StageError
from stages.common.files import format_sums, sha256

FOLDER = Path("build/release")
# What knows whether version, citation, changelog and datasets agree.
AGREE = "tests/test_docs.py::test_the_version_that_is_cited_is_the_one_that_there_is"


def git(*arguments: str) -> str:
    """Return what a command of Git prints."""
    done = subprocess.run(["git", *arguments], text=True, capture_output=True, check=False)
    if done.returncode:
        raise StageError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def check(version: str) -> None:
    """Check that this commit may become a release of that version."""
    if ".dev" in version:
        raise StageError(f"{version} is no release: docs/CONTRIBUTING.md says what to set")
    if "https://example.org" in Path("pyproject.toml").read_text(encoding="utf-8"):
        key = "`address` of [tool.hatch.metadata.hooks.custom]"
        raise StageError(f"pyproject.toml: {key} is a placeholder; write that of the repository")
    if changes := git("status", "--porcelain"):
        raise StageError(f"commit these, or remove them, before a release:\n{changes.rstrip()}")
    if git("tag", "--list", f"v{version}"):
        raise StageError(f"there is a tag v{version} already: a release has a version of its own")
    if subprocess.run([sys.executable, "-m", "pytest", "-q", "-n0", AGREE], check=False).returncode:
        raise StageError("the version is not the same in all files: see docs/CONTRIBUTING.md")
    status = [sys.executable, "-m", "dvc", "status", "--quiet", "dvc.yaml", "report/dvc.yaml"]
    if subprocess.run(status, check=False).returncode:
        raise StageError("the papers are not those of this state: run `make repro`, and commit")


def build_wheel(folder: Path) -> Path:
    """Build the wheel in a folder that has none, and return its path."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, text=True, capture_output=True, check=False)
    if done.returncode:
        raise StageError(f"the wheel was not built: {done.stderr.strip()}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def main(*, rehearsal: str | None = None) -> None:
    """Write the wheel and SHA256SUMS to build/release, and tag the commit.

    A rehearsal builds the same of whatever is here, and sets no tag.
    """
    version = tinydatasets.__version__
    if not rehearsal:
        check(version)
    shutil.rmtree(FOLDER, ignore_errors=True)
    wheel = build_wheel(FOLDER)
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("tinydatasets/")}
    known = git("ls-files", "tinydatasets", "datasets").splitlines()
    strays = packed - {*known, *(f"tinydatasets/{name}" for name in known)}
    if strays and not rehearsal:
        wheel.unlink()
        raise StageError(f"not in Git, but in the wheel: {', '.join(sorted(strays))}")
    sums = format_sums({wheel.name: sha256(wheel.read_bytes())})
    (FOLDER / "SHA256SUMS").write_text(sums, encoding="utf-8")
    if not rehearsal:
        git("tag", "--annotate", f"v{version}", "--message", f"tinydatasets {version}")
    print(f"{FOLDER} has what to upload: {wheel.name} and SHA256SUMS.")
    print("A rehearsal: no tag." if rehearsal else f"Push the tag: git push origin v{version}")


if __name__ == "__main__":
    command.run(main)
