"""The commands that a DVC user tries next."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Repository


def test_dag_and_stage_list_show_the_chains(built: Repository) -> None:
    arrows = built.run("dvc", "dag", "--mermaid")
    for stage in ("sample", "split", "normalize", "serialize", "train_mlp", "evaluate"):
        for dataset in ("tinydigits", "tinydigits-150", "tinymnist"):
            assert f'"{stage}@{dataset}"' in arrows
    for stage in ("expand_text", "split_text", "serialize_text", "evaluate_text"):
        assert f'"{stage}@tinytalks"' in arrows
    listed = built.run("dvc", "stage", "list", "--name-only").split()
    assert len(listed) == len(set(listed)) == 26
    assert listed[:4] == ["code", "params", "source@digits", "source@mnist-5k"]


def test_diffs_show_what_a_seed_changed(digits: Repository) -> None:
    digits.set_param("datasets.tinydigits.seed", 43)
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


def plots(repository: Repository, *arguments: str) -> dict[tuple[str, str], Any]:
    """Run ``dvc plots`` and give the specification of every plot, by its title and its recipe."""
    repository.run("dvc", "plots", *arguments)
    page = repository.read("dvc_plots/index.html")
    found = {}
    for start in re.finditer(r'{"\$schema"', page):
        plot, _ = json.JSONDecoder().raw_decode(page[start.start() :])
        (recipe,) = {line["recipe"] for line in plot["data"]["values"]}
        found[plot["title"]["text"], recipe] = plot
    return found


def of_each(plot: Any, key: str) -> set[str]:
    return {line[key] for line in plot["data"]["values"]}


def assert_splits_are_apart(plot: Any) -> None:
    assert of_each(plot, "split") == {"test", "unused"}
    panel = {"calculate": "datum.recipe + ': ' + datum.split + ' rows'", "as": "panel"}
    assert panel in plot["transform"]
    column, row = plot["facet"]["column"], plot["facet"]["row"]
    assert (column["field"], row["field"]) == ("panel", "rev")
    # With any other order than its own, Vega-Lite puts panels of two revisions below wrong titles.
    assert "sort" not in column
    assert "sort" not in row


def test_plots_show_every_dataset_and_recipe(built: Repository) -> None:
    shown = plots(built, "show")
    for dataset in ("tinydigits", "tinydigits-150", "tinymnist"):
        for recipe in ("classroom", "tuned"):
            confusion = shown.pop((f"{dataset}: rows by true and predicted class", recipe))
            assert_splits_are_apart(confusion)
            encoding = confusion["spec"]["encoding"]
            assert (encoding["x"]["field"], encoding["x"]["title"]) == (
                "predicted",
                "predicted class",
            )
            assert (encoding["y"]["field"], encoding["y"]["title"]) == ("actual", "true class")
            numbers = confusion["spec"]["layer"][1]
            assert numbers["mark"]["type"] == "text"
            assert numbers["encoding"]["text"]["field"] == "rows"
            by_class = shown.pop((f"{dataset}: accuracy by class", recipe))
            assert_splits_are_apart(by_class)
            assert by_class["spec"]["encoding"]["x"]["field"] == "accuracy"
    assert not shown


def test_plots_diff_shows_both_revisions(digits: Repository) -> None:
    digits.set_param("datasets.tinydigits.seed", 43)
    digits.repro("evaluate@tinydigits")
    confusion = plots(digits, "diff")["tinydigits: rows by true and predicted class", "tuned"]
    assert of_each(confusion, "rev") == {"HEAD", "workspace"}
    assert_splits_are_apart(confusion)


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
