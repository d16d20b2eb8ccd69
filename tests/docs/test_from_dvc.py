"""Another DVC project takes the datasets of this one by a tag, as the page shows."""

import re

import yaml

from tests.conftest import Repository
from tests.test_docs import PAGES, blocks

PAGE = "docs/from-dvc.md"


def test_get_import_and_open_take_the_files_of_the_tag(clone: Repository) -> None:
    (tag,) = {*re.findall(r"--rev (v[\d.]+)$", PAGES[PAGE], re.M)}
    released = clone.contents("datasets")
    clone.run("git", "tag", tag)
    for path in clone.folder.glob("datasets/*/train.*"):
        path.write_bytes(b"later")
    clone.commit()
    lesson = type(clone)(clone.folder.parent / "lesson")
    lesson.folder.mkdir()
    lesson.run("git", "init", "--quiet")
    lesson.run("dvc", "init", "--quiet")
    for line in re.findall(r"^\$ (.*)", PAGES[PAGE], re.M):
        lesson.run(*line.replace("ADDRESS", str(clone.folder)).split())
    for name in ("tinydigits", "tinymnist"):
        copied = {f"datasets/{path}": data for path, data in lesson.contents(name).items()}
        assert copied == {path: data for path, data in released.items() if f"/{name}/" in path}
    (dep,) = yaml.safe_load(lesson.read("tinymnist.dvc"))["deps"]
    assert dep["repo"]["rev"] == tag
    (code,) = blocks(PAGE, "python")
    printed = lesson.run("python", "-c", code.replace("ADDRESS", str(clone.folder)))
    assert printed.splitlines() == re.findall(r"^print\(.*\)  # (.*)$", code, re.M)
