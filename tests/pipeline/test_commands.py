"""The commands that a DVC user tries next."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Repository


def test_dag_and_stage_list_show_the_chains(built: Repository) -> None:
    arrows = built.run("dvc", "dag", "--mermaid")
    for stage in ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate"):
        for dataset in ("tinydigits", "tinydigits-150", "tinymnist"):
            assert f'"{stage}@{dataset}"' in arrows
    for stage in ("split_text", "serialize_text", "evaluate_text"):
        assert f'"{stage}@tinytalks"' in arrows
    listed = built.run("dvc", "stage", "list", "--name-only").split()
    assert len(listed) == 24
    assert listed[:4] == ["params", "source@digits", "source@mnist-5k", "sample@tinydigits"]


def test_diffs_show_what_a_seed_changed(digits: Repository) -> None:
    digits.replace("params.yaml", "seed: 42", "seed: 43")
    digits.repro()
    assert digits.run("dvc", "params", "diff").splitlines()[1].split() == [
        "params.yaml",
        "datasets.tinydigits.seed",
        "42",
        "43",
    ]
    rows = [line.split() for line in digits.run("dvc", "metrics", "diff").splitlines()[1:]]
    assert {row[0] for row in rows} == {"metrics/tinydigits.json"}
    assert "tuned.unused" in {row[1] for row in rows}


def plots(repository: Repository) -> dict[str, str]:
    """Give the Vega specification of every plot of the page that DVC wrote, by its title."""
    page = repository.read("dvc_plots/index.html")
    found = {}
    for start in re.finditer(r'{"\$schema"', page):
        specification, _ = json.JSONDecoder().raw_decode(page[start.start() :])
        found[specification["title"]["text"]] = json.dumps(specification)
    return found


def test_plots_show_every_dataset_and_recipe(built: Repository) -> None:
    built.run("dvc", "plots", "show")
    shown = plots(built)
    for dataset in ("tinydigits", "tinydigits-150", "tinymnist"):
        for recipe in ("classroom", "tuned"):
            confusion = shown.pop(f"build/{dataset}/predictions/{recipe}.csv")
            assert '"groupby": ["actual", "predicted"]' in confusion
            assert '"x": {"field": "predicted", "type": "nominal"' in confusion
            by_class = shown.pop(f"build/{dataset}/accuracy_by_class/{recipe}.csv")
            assert '"x": {"field": "accuracy", "type": "quantitative"' in by_class
            assert '"y": {"field": "class", "type": "nominal"' in by_class
    assert not shown


def test_plots_diff_shows_both_revisions(digits: Repository) -> None:
    digits.replace("params.yaml", "seed: 42", "seed: 43")
    digits.repro("evaluate@tinydigits")
    digits.run("dvc", "plots", "diff")
    confusion = plots(digits)["build/tinydigits/predictions/tuned.csv"]
    assert '"rev": "HEAD"' in confusion
    assert '"rev": "workspace"' in confusion


def test_an_experiment_is_run_and_shown(digits: Repository) -> None:
    printed = digits.run("dvc", "exp", "run", "-S", "datasets.tinydigits.seed=7")
    assert "Ran experiment" in printed
    shown = json.loads(digits.run("dvc", "exp", "show", "--json"))
    seeds = [
        revision["data"]["params"]["params.yaml"]["data"]["datasets"]["tinydigits"]["seed"]
        for branch in shown
        for revision in ([branch, *(e["revs"][0] for e in branch["experiments"] or [])])
    ]
    assert sorted(seeds) == [7, 7, 42]  # the workspace, the experiment, the commit


def test_one_stage_of_one_dataset_is_reproduced(digits: Repository) -> None:
    (digits.folder / "datasets/tinydigits-150/train.pkl").unlink()
    assert digits.repro("serialize@tinydigits-150") == {"serialize@tinydigits-150"}
    assert digits.changes() == ""


def test_get_takes_a_file_from_a_clone_that_built_nothing(clone: Repository) -> None:
    target = clone.folder.parent / "got.pkl"
    path = "datasets/tinydigits/train.pkl"
    clone.run("dvc", "get", str(clone.folder), path, "--out", str(target))
    assert hashlib.sha256(target.read_bytes()).hexdigest().startswith("254293630e549113")
