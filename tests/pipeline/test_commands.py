"""The commands that a DVC user tries next."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Repository


def test_dag_and_stage_list_show_the_chains(built: Repository) -> None:
    arrows = built.run("dvc", "dag", "--mermaid")
    for stage in ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate"):
        for dataset in ("tinydigits", "tinydigits-150"):
            assert f'"{stage}@{dataset}"' in arrows
    listed = built.run("dvc", "stage", "list", "--name-only").split()
    assert len(listed) == 14
    assert listed[:3] == ["params", "source@digits", "sample@tinydigits"]


def test_diffs_show_what_a_seed_changed(built: Repository) -> None:
    built.replace("params.yaml", "seed: 42", "seed: 43")
    built.repro()
    assert built.run("dvc", "params", "diff").splitlines()[1].split() == [
        "params.yaml",
        "datasets.tinydigits.seed",
        "42",
        "43",
    ]
    rows = [line.split() for line in built.run("dvc", "metrics", "diff").splitlines()[1:]]
    assert {row[0] for row in rows} == {"metrics/tinydigits.json"}
    assert "tuned.unused" in {row[1] for row in rows}


def test_plots_show_every_dataset_and_recipe(built: Repository) -> None:
    built.run("dvc", "plots", "show")
    page = built.read("dvc_plots/index.html")
    for dataset in ("tinydigits", "tinydigits-150"):
        for recipe in ("classroom", "tuned"):
            for plot in ("predictions", "accuracy_by_class"):
                assert f"build/{dataset}/{plot}/{recipe}.csv" in page
    assert '"actual"' in page
    built.replace("params.yaml", "seed: 42", "seed: 43")
    built.repro("evaluate@tinydigits")
    built.run("dvc", "plots", "diff")
    page = built.read("dvc_plots/index.html")
    assert '"rev": "HEAD"' in page
    assert '"rev": "workspace"' in page


def test_an_experiment_is_run_and_shown(built: Repository) -> None:
    printed = built.run("dvc", "exp", "run", "-S", "datasets.tinydigits.seed=7")
    assert "Ran experiment" in printed
    shown = json.loads(built.run("dvc", "exp", "show", "--json"))
    seeds = [
        revision["data"]["params"]["params.yaml"]["data"]["datasets"]["tinydigits"]["seed"]
        for branch in shown
        for revision in ([branch, *(e["revs"][0] for e in branch["experiments"] or [])])
    ]
    assert sorted(seeds) == [7, 7, 42]  # the workspace, the experiment, the commit


def test_one_stage_of_one_dataset_is_reproduced(built: Repository) -> None:
    (built.folder / "datasets/tinydigits-150/train.pkl").unlink()
    assert built.repro("serialize@tinydigits-150") == {"serialize@tinydigits-150"}
    assert built.changes() == ""


def test_get_takes_a_file_from_a_clone_that_built_nothing(clone: Repository) -> None:
    target = clone.folder.parent / "got.pkl"
    path = "datasets/tinydigits/train.pkl"
    clone.run("dvc", "get", str(clone.folder), path, "--out", str(target))
    assert hashlib.sha256(target.read_bytes()).hexdigest().startswith("254293630e549113")
