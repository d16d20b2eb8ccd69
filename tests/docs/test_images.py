"""The page on one's own images: its commands, its entries, its pictures, and its messages."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from ruamel.yaml import YAML

from stages.check.model import Own
from stages.common.errors import ParamError
from stages.source.__main__ import write_source
from stages.source.facts import errors_of
from tests.conftest import ROOT, Repository, link_environment
from tests.test_docs import below_its_part
from tools import leaves

if TYPE_CHECKING:
    from collections.abc import Callable


PAGE = (ROOT / "docs/images.md").read_text(encoding="utf-8")
TUTORIAL, REFERENCE = PAGE.split("\n## The kinds\n")
CHAIN = ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate")
RERUN = {"own@leaves", *(f"{stage}@leaves" for stage in CHAIN)}


def test_the_tutorial_prints_what_it_shows(built: Repository) -> None:
    link_environment(built.folder)
    printed = {}
    console = "".join(re.findall(r"```console\n(.*?)```", TUTORIAL, re.DOTALL))
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", console, re.M):
        printed[command] = built.run("bash", "-c", command)
        if shown:
            assert [line.rstrip() for line in printed[command].splitlines()] == shown.splitlines()
        if command.startswith("make new"):
            assert built.changes() == "?? data/leaves/\n"
            params = built.read("params.yaml").replace("\nown: {}\n", "\nown:\n")
            for entry in re.findall(r"# below `\w+:`.*?\n((?:  .*\n)+)", shown):
                part = "datasets" if "seed" in entry else "own"
                params = below_its_part(f"# below `{part}:`\n{entry}", params)
            (built.folder / "params.yaml").write_text(params, encoding="utf-8")
    ran = {*re.findall(r"^Running stage '(.*)'", printed["make repro"], re.M)}
    report = {"report/dvc.yaml:describe@leaves", "report/dvc.yaml:report"}
    assert ran == {"check", *RERUN, *report}
    assert "leaves: 180 images in colour of 24 x 24 pixels" in printed["make repro"]
    assert built.changes() == ""

    (code,) = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
    comments = re.findall(r"^print\(.*\)  # (.*)$", code, re.M)
    assert built.run("python", "-c", code).splitlines() == comments

    check_figures(built)
    check_changes(built)


def check_figures(built: Repository) -> None:
    details = json.loads(built.read("build/leaves/details.json"))
    test, correct = (
        [details[recipe]["test"][key] for recipe in ("classroom", "tuned")]
        for key in ("rows", "correct")
    )
    assert (
        f"Of the {test[0]} test images, the [baseline](baselines.md) `classroom` gets {correct[0]} "
        f"right and `tuned` {correct[1]}."
    ) in TUTORIAL
    lines = built.read("build/leaves/predictions/classroom.csv").splitlines()[1:]
    wrong = [line.split(",")[2:] for line in lines if len(set(line.split(",")[2:])) == 2]
    assert wrong == 5 * [["beech", "oak"]]
    assert "Five leaves of beech are taken for oak." in PAGE


def check_changes(built: Repository) -> None:
    """Change images as the page says that one may."""
    released = built.contents("datasets", "metrics")
    (built.folder / "data/leaves/pine/60.png").unlink()
    printed = built.run("make", "repro", status=2)
    assert "class 2 (pine) of leaves has 59 rows available, but 60 are asked" in printed
    assert built.contents("datasets", "metrics") == released
    Image.new("RGB", (24, 24)).save(built.folder / "data/leaves/pine/60.png")
    assert built.repro() == RERUN
    now = built.contents("datasets", "metrics")
    changed = {path for path in now if now[path] != released[path]}
    assert "datasets/leaves/SHA256SUMS" in changed
    assert all("leaves" in path for path in changed)


# --- The reference ------------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where data/ has the files that the entries of the page name, small ones."""
    monkeypatch.chdir(tmp_path)
    for folder in ("shapes", "letters"):
        Path("data", folder).mkdir(parents=True)
    leaves.main(Path("data/leaves"))
    images, labels = np.zeros((4, 2, 3), np.uint8), np.array([0, 1, 1, 0], np.uint8)
    for name, array in (("images", images), ("labels", labels)):
        np.save(f"data/shapes/{name}.npy", array)
        idx = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
        path = Path(f"data/letters/{name}-idx{array.ndim}-ubyte.gz")
        path.write_bytes(gzip.compress(idx))
    lines = [",".join(["7"] * 6 + [name]) for name in ("oak", "elm")]
    Path("data/squares.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))


@pytest.mark.usefixtures("clone")
def test_all_entries_of_the_page_are_right() -> None:
    found = {}
    for text in re.findall(r"# below `own:`\n(.*?)```", REFERENCE, re.DOTALL):
        for name, entry in YAML(typ="safe").load(text).items():
            facts = write_source(Own(**entry), Path("build", name))
            found[name] = [facts.image_shape, facts.classes]
    assert found == {
        "leaves-by-age": [[24, 24, 3], ["pine", "beech", "oak"]],
        "grey-leaves": [[16, 16], ["beech", "oak", "pine"]],
        "shapes": [[2, 3], ["0", "1"]],
        "letters": [[2, 3], ["0", "1"]],
        "squares": [[2, 3], ["elm", "oak"]],
    }


def paint(mode: str, name: str) -> None:
    Image.new(mode, (24, 24)).save(f"data/leaves/oak/{name}.png")


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize(
    ("spoil", "start"),
    [
        (lambda: shutil.rmtree("data/leaves"), "path: data/leaves: No such"),
        (lambda: paint("RGBA", "01"), "path: data/leaves/oak/01.png: some"),
        (lambda: paint("RGB", "61"), "rows_per_class"),
    ],
)
def test_the_messages_are_those_of_the_page(spoil: Callable[[], None], start: str) -> None:
    spoil()
    entry: dict[str, Any] = {"kind": "folder", "path": "data/leaves", "size": [24, 24]}
    with pytest.raises(ParamError) as caught, errors_of("own", "leaves"):
        write_source(Own(**entry, rows_per_class=[60, 60, 60]), Path("build/leaves"))
    message = str(caught.value).removeprefix("own.leaves.")
    assert message.startswith(start)
    assert f"\n| `{message}` | " in PAGE
    assert (
        len(re.findall(r"^\| `.*` \| .* \|$", PAGE.split("message | what to do |")[1], re.M)) == 3
    )
