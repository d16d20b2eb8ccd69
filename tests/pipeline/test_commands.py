"""The commands that a DVC user tries next."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, Repository

PIPELINES = (
    "dvc.yaml",
    "report/dvc.yaml",
    "experiments/curves/dvc.yaml",
    "experiments/transformers/dvc.yaml",
    "lesson/dvc.yaml",
    "milestones/dvc.yaml",
)


def commands() -> dict[str, tuple[str, set[str]]]:
    """Return each module that a stage runs, with one such stage and its dependencies."""
    found = {}
    for pipeline in PIPELINES:
        stages = yaml.safe_load((ROOT / pipeline).read_text(encoding="utf-8"))["stages"]
        for name, stage in stages.items():
            body = stage.get("do", stage)
            module = body["cmd"].split()[2]
            found[module] = (name, {dep for dep in body["deps"] if "$" not in dep})
    return found


@pytest.mark.parametrize("module", sorted(commands()))
def test_a_stage_depends_on_all_code_that_it_imports(module: str) -> None:
    name, deps = commands()[module]
    script = (
        "import runpy, sys\n"
        "from pathlib import Path\n"
        f"runpy.run_module({module!r}, run_name='loaded')\n"
        "print(*(m.__file__ for m in list(sys.modules.values()) if getattr(m, '__file__', None)),"
        " sep='\\n')"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    files = [Path(line) for line in printed.splitlines()]
    ours = [
        file.relative_to(ROOT)
        for file in files
        if file.is_relative_to(ROOT) and ".venv" not in file.relative_to(ROOT).parts[0]
    ]
    assert ours
    # Some packages have a docstring alone, which no result depends on.
    for file in [file for file in ours if "import" in (ROOT / file).read_text(encoding="utf-8")]:
        assert {file.as_posix(), *(parent.as_posix() for parent in file.parents)} & deps, (
            f"{name} imports {file}"
        )


@pytest.mark.parametrize("autocrlf", ["true", "input"])
def test_git_gives_ones_own_files_as_they_were(autocrlf: str, clone: Repository) -> None:
    names = ("data/a.csv", "data/b/0/1.pgm", "datasets/mine/pairs.tsv", "datasets/mine/other.yaml")
    for name in names:
        (clone.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (clone.folder / name).write_bytes(b"a\r\nb\n")
    clone.run("git", "config", "core.autocrlf", autocrlf)
    clone.commit()
    clone.run("git", "clone", "--quiet", "-c", f"core.autocrlf={autocrlf}", ".", "../next")
    next_clone = clone.folder.parent / "next"
    assert [(next_clone / name).read_bytes() for name in names] == [b"a\r\nb\n"] * len(names)


def test_every_pipeline_could_run(built: Repository) -> None:
    assert "up to date" in built.run("dvc", "status", *PIPELINES[:2])
    printed = built.run("dvc", "repro", "-P", "--dry")
    assert "ERROR" not in printed


def test_an_experiment_names_the_key_that_it_changed(digits: Repository) -> None:
    key = "datasets.tinydigits-150.seed"
    assert "Ran experiment" in digits.run("dvc", "exp", "run", "-S", f"{key}=7")
    rows = [line.split() for line in digits.run("dvc", "params", "diff").splitlines()]
    assert ["params.yaml", key, "42", "7"] in rows
    rows = [line.split() for line in digits.run("dvc", "metrics", "diff").splitlines()[1:]]
    assert {row[0] for row in rows} == {"metrics/tinydigits-150.json"}
    # And before it is built, `dvc status` names it.
    digits.run("git", "checkout", "--quiet", "params.yaml", "dvc.lock", "datasets", "metrics")
    digits.set_param(key, 8)
    status = digits.run("dvc", "status", "dvc.yaml", "sample@tinydigits-150")
    assert re.search(r"modified: +datasets\.tinydigits-150", status)


def plots(repository: Repository, *arguments: str) -> dict[tuple[str, str], Any]:
    """Run ``dvc plots``; return the specification of every plot, by its title and its recipe."""
    repository.run("dvc", "plots", *arguments)
    page = repository.read("dvc_plots/index.html")
    found = {}
    for start in re.finditer(r'{"\$schema"', page):
        plot, _ = json.JSONDecoder().raw_decode(page[start.start() :])
        (recipe,) = {line["recipe"] for line in plot["data"]["values"]}
        found[plot["title"]["text"], recipe] = plot
    return found


def test_plots_show_every_dataset_and_recipe_and_two_revisions(digits: Repository) -> None:
    title = "rows by true and predicted class, and accuracy by class"
    assert plots(digits, "show").keys() == {
        (f"{dataset}: {title}", recipe)
        for dataset in ("tinydigits", "tinydigits-150")
        for recipe in ("classroom", "tuned")
    }
    digits.set_param("datasets.tinydigits.seed", 43)
    digits.repro("evaluate@tinydigits")
    plot = plots(digits, "diff")[f"tinydigits: {title}", "tuned"]
    values = plot["data"]["values"]
    assert {line["rev"] for line in values} == {"HEAD", "workspace"}
    # Test and unused rows are apart.
    assert {line["split"] for line in values} == {"test", "unused"}
    assert plot["facet"]["column"]["field"] == "panel"


def test_one_stage_of_one_dataset_is_reproduced(digits: Repository) -> None:
    (digits.folder / "datasets/tinydigits-150/train.pkl").unlink()
    assert digits.repro("serialize@tinydigits-150") == {"serialize@tinydigits-150"}
    assert digits.changes() == ""
