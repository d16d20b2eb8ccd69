"""What becomes a release, and what does not."""

import hashlib
import shutil

import pytest

import tinydatasets
from tests.conftest import Repository

VERSION = tinydatasets.__version__
RELEASED = VERSION.partition(".dev")[0]
WHEEL = f"tinydatasets-{RELEASED}-py3-none-any.whl"


@pytest.mark.skipif(RELEASED == VERSION, reason="this is the commit of a release")
def test_a_release_is_the_wheel_its_sums_and_a_tag(digits: Repository) -> None:
    clone = digits

    def refused(why: str) -> None:
        assert why in clone.run("python", "-m", "tools.release", status=1)
        assert clone.run("git", "tag") == ""

    refused(f"{VERSION} is no release")
    assert "no tag" in clone.run("python", "-m", "tools.release", "--rehearsal", "yes")
    clone.replace("tinydatasets/__init__.py", VERSION, RELEASED)
    refused("pyproject.toml: `address` of [tool.hatch.metadata.hooks.custom] is a placeholder")
    clone.replace("pyproject.toml", "https://example.org", "https://example.com")
    refused("commit these, or remove them, before a release:\n M pyproject.toml\n M tinydatasets/_")
    clone.commit()
    refused("the version is not the same in all files")
    clone.replace("CITATION.cff", VERSION, f"{RELEASED}\ndate-released: 2026-12-01")
    clone.replace("CHANGELOG.md", "[Unreleased]", f"[{RELEASED}] - 2026-12-01")
    clone.replace("README.md", f"{VERSION}, commit HASH", RELEASED)
    clone.replace("README.md", "This version is not released yet, so name the commit", "Name it")
    for name in ("about.yaml", "croissant.json"):
        for path in clone.folder.glob(f"datasets/*/{name}"):
            path.write_text(path.read_text("utf-8").replace(f"{RELEASED}-dev", RELEASED), "utf-8")
    clone.commit()
    refused("the papers are not those of this state: run `make repro`, and commit")
    clone.run("dvc", "repro", "dvc.yaml", "report/dvc.yaml")
    assert "not released yet" not in (clone.folder / "docs/paper.md").read_text("utf-8")
    clone.commit()
    # Git does not tell of a file that a user excludes.
    (clone.folder / ".git/info/exclude").write_text("private\n", encoding="utf-8")
    private = clone.folder / "datasets/private"
    private.mkdir()
    (private / "SHA256SUMS").touch()
    refused("not in Git, but in the wheel: tinydatasets/datasets/private/SHA256SUMS")
    shutil.rmtree(private)
    assert "git push origin" in clone.run("python", "-m", "tools.release")
    assert clone.run("git", "tag", "--points-at", "HEAD") == f"v{RELEASED}\n"
    files = clone.contents("build/release")
    sums = f"{hashlib.sha256(files[f'build/release/{WHEEL}']).hexdigest()}  {WHEEL}\n"
    assert files["build/release/SHA256SUMS"].decode() == sums
    assert len(files) == 2
    assert "already" in clone.run("python", "-m", "tools.release", status=1)
