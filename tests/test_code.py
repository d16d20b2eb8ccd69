"""What dvc.yaml, the folder `stages` and the imports say of each other, and what an edit reruns."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from stages import code
from stages.common.imports import Modules
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import Repository

STAGES: dict[str, Any] = {
    name: stage.get("do", stage)
    for pipeline in (
        "dvc.yaml",
        "report/dvc.yaml",
        "experiments/curves/dvc.yaml",
        "experiments/transformers/dvc.yaml",
    )
    for name, stage in yaml.safe_load((ROOT / pipeline).read_text("utf-8"))["stages"].items()
}
# Imports a module in a fresh interpreter and names the files of this project that it loaded.
SCRIPT = """
import importlib, sys
from pathlib import Path
importlib.import_module(sys.argv[1])
here = Path.cwd()
files = [Path(m.__file__) for m in list(sys.modules.values()) if getattr(m, "__file__", None)]
ours = [file.relative_to(here) for file in files if file.is_relative_to(here)]
print(*[file for file in ours if file.parts[0] in ("stages", "tinydatasets", "tools", "tests")])
"""


def imported(path: Path) -> set[str]:
    """Give every module that the text of a file may name in an import, for whatever reason."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import, which nothing here counts"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


# --- The layout ---------------------------------------------------------------------------------


def test_each_stage_has_a_module_of_its_name_and_there_is_no_other() -> None:
    files = {path.stem for path in (ROOT / "stages").glob("*.py")} - {"__init__"}
    assert files == set(STAGES)
    folders = {path.name for path in (ROOT / "stages").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {"lib"}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_runs_its_module_and_depends_on_its_code(name: str) -> None:
    stage = STAGES[name]
    assert stage["cmd"].startswith(f"python -m stages.{name} ")
    assert (f"build/code/{name}.json" in stage["deps"]) == (name != "code")
    assert [dep for dep in stage["deps"] if dep.endswith(".py")] == []


def test_every_output_that_another_stage_reads_is_declared() -> None:
    for name, stage in STAGES.items():
        words = stage["cmd"].split()
        outs = [
            out if isinstance(out, str) else next(iter(out))
            for kind in ("outs", "metrics", "plots")
            for out in stage.get(kind, [])
        ]

        def is_out(value: str, outs: list[str] = outs) -> bool:
            return any(out == value or out.startswith(f"{value}/") for out in outs)

        for option, value in zip(words[3::2], words[4::2], strict=True):
            if option in {"--out", "--overview"}:
                assert is_out(value), name
            # A folder that has an author's files too. A stage reads what others release in it.
            elif option in {"--dataset", "--text"}:
                released = [f"{value}/SHA256SUMS"]
                if name.endswith("_text") or option == "--text":
                    released = [f"{value}/{split}.jsonl" for split in ("train", "val", "test")]
                assert set(released) <= set(stage["deps"]), name
            # Those of a pipeline that is run apart: its lock stands for them.
            elif option == "--transformers":
                assert "experiments/transformers/dvc.lock" in stage["deps"], name
            # A file that a stage adds to and reads again is no output: DVC would remove it.
            elif option != "--results" and not (option == "--metrics" and is_out(value)):
                assert any(dep == value or value.startswith(f"{dep}/") for dep in stage["deps"]), (
                    f"{name}: {option} {value} is no dependency"
                )


@pytest.mark.parametrize("path", python_files("stages"), ids=lambda path: path.stem)
def test_no_module_imports_a_stage(path: Path) -> None:
    assert imported(path).isdisjoint(f"stages.{name}" for name in STAGES)


def test_the_package_imports_no_stage_and_tools_alone_import_dvc() -> None:
    for path in python_files("tinydatasets"):
        assert not any(name.split(".")[0] in {"stages", "tools"} for name in imported(path)), path
    for path in python_files("stages", "tinydatasets"):
        assert not any(name.split(".")[0] in {"dvc", "tools"} for name in imported(path)), path
    users = {
        path.name
        for path in python_files("tools")
        if any(name.split(".")[0] == "dvc" for name in imported(path))
    }
    assert users == {"dvc_api.py"}


# --- What a stage is ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", STAGES)
def test_all_that_a_stage_loads_is_counted(name: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", SCRIPT, f"stages.{name}"],
        cwd=ROOT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    assert f"stages/{name}.py" in loaded.stdout.split()
    assert set(loaded.stdout.split()) <= set(Modules(ROOT).needed_by(f"stages.{name}"))


def test_what_a_stage_imports_when_it_runs_is_counted() -> None:
    counted = Modules(ROOT).needed_by("experiments.transformers")
    assert {
        "experiments/transformers/training.py",
        "experiments/transformers/transformer.py",
    } <= set(counted)


def test_data_files_are_counted_where_they_are_read() -> None:
    counted = {
        name
        for name in STAGES
        if any(f.endswith(".txt") for f in Modules(ROOT).needed_by(f"stages.{name}"))
    }
    assert {"expand_text", "split_text"} <= counted
    assert "sample" not in counted


def test_a_file_is_written_for_each_stage_until_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("stages").mkdir()
    Path("stages/one.py").write_text("import stages.two")
    Path("stages/two.py").touch()
    code.main(out=Path("out"))
    one = json.loads(Path("out/one.json").read_bytes())
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert set(one) == {"stages/one.py", "stages/two.py"}
    assert one["stages/two.py"] == empty
    Path("stages/two.py").rename("stages/three.py")
    code.main(out=Path("out"))
    assert {path.name for path in Path("out").iterdir()} == {"one.json", "three.json"}
    assert set(json.loads(Path("out/one.json").read_bytes())) == {"stages/one.py"}


# --- What an edit reruns ------------------------------------------------------------------------


def test_an_edit_reruns_the_stages_that_import_it(built: Repository) -> None:
    chain = ("expand_text", "split_text", "serialize_text", "evaluate_text")
    texts = {f"{stage}@tinytalks" for stage in chain}
    # A comment: the stages that import it run again, and as they give the same, no other does.
    edit(built, "stages/texts/pairs.py")
    assert built.repro() == {"code", "expand_text@tinytalks", "split_text@tinytalks"}
    edit(built, "tinydatasets/texts.py")
    assert built.repro() == {"code", *texts}
    edit(built, "tinydatasets/pickles.py")
    ran = built.repro()
    images = ("tinydigits", "tinydigits-150", "tinymnist")
    assert ran >= {f"{stage}@{name}" for stage in ("serialize", "evaluate") for name in images}
    assert not ran & texts
    assert built.changes().split() == [
        word
        for path in (
            "dvc.lock",
            "stages/texts/pairs.py",
            "tinydatasets/pickles.py",
            "tinydatasets/texts.py",
        )
        for word in ("M", path)
    ]


def edit(repository: Repository, path: str) -> None:
    (repository.folder / path).write_text(f"{repository.read(path)}# An edit.\n")


def test_running_a_stage_changes_no_dependency_of_its_own(digits: Repository) -> None:
    environment = {**digits.environ(), "PYTHONDONTWRITEBYTECODE": ""}
    command = ["dvc", "repro", "--force", "--quiet"]
    subprocess.run(command, cwd=digits.folder, env=environment, check=True)
    assert list(digits.folder.glob("stages/common/**/*.pyc"))
    assert "up to date" in digits.run("dvc", "status", "dvc.yaml")
    assert digits.changes() == ""
