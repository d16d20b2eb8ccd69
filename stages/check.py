"""Stage `check`: check ``params.yaml`` and what authors wrote, before anything is built.

It writes a constant, so that an edit reruns only what it concerns. `make check` and `make repro`
run it each time: what DVC can't read in ``data/``, or a description, is no dependency of it.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from stages.common import command
from stages.common.errors import ParamError, StageError
from stages.common.files import git, write_bytes
from stages.common.yaml_model import read_model
from stages.papers.about import ABOUT, add_drafts, read_about
from stages.params.model import Params
from stages.params.read import PARAMS, class_table, rows_per_split, warn_of_untrained
from stages.params.validate import check_rules, class_names
from stages.source.__main__ import READERS
from stages.source.data_folder import check_data_folder, locate
from stages.source.facts import as_stated, errors_of, warn_of_equal
from stages.texts.expand_text import read_pairs_source
from stages.texts.split_text import split_text

# What the pipeline reads of what people wrote or measured, besides what params.yaml names.
READ = (
    *(".dvc/.gitignore", ".dvc/config", ".dvc/plots/predictions.json", ".dvcignore"),
    *("benchmarks/training.json", "dvc.yaml", "experiments/curves/results"),
    *("experiments/transformers/results", "metrics/milestones.json", "milestones/pictures"),
    *("params.yaml", "report/dvc.yaml"),
)


def check_gone(params: Params | None) -> None:
    """Raise a StageError with the command that brings back what Git has and is gone here."""
    paths = [*READ]
    if params:
        paths += [source.path for source in params.own.values()]
        paths += [text.source for text in params.texts.values()]
        paths += [f"datasets/{name}/{ABOUT}" for name in (*params.datasets, *params.texts)]
    listed = ("--literal-pathspecs", "ls-files", "--deleted", "--")
    gone = [path for path in paths if not Path(path).exists() and git(*listed, path)]
    if gone:
        command = shlex.join(["git", "checkout", "--", *dict.fromkeys(gone)])
        raise StageError(f"Git has what is gone here; bring it back:\n  {command}")


def look_at_images(params: Params) -> None:
    """Print the classes of a user's own images that fit into memory; check the rules with them."""
    found = {}
    for name, own in params.own.items():
        if own.kind in READERS:
            with errors_of("own", name):
                images = READERS[own.kind](own, locate(own.path))
                facts = as_stated(images.facts, own)
            print(f"{name}: {facts.summary}\n{class_table(facts.classes, facts.rows_per_class)}\n")
            warn_of_equal(name, images.equal, images.files)
            found[name] = replace(own, classes=facts.classes, rows_per_class=facts.rows_per_class)
    params = replace(params, own={**params.own, **found})
    check_rules(params)
    for name, dataset in params.datasets.items():
        source = {**params.sources, **params.own}[dataset.source]
        if rows := source.rows_per_class:
            names = class_names(source) or []
            warn_of_untrained(name, rows_per_split(dataset, rows, names), names)


def main(*, out: Path | None = None) -> None:
    """Check params.yaml, data/ and what authors wrote of the datasets; write `out`, if given."""
    if not PARAMS.exists():
        check_gone(None)
    params = read_model(Params, PARAMS)
    check_gone(params)
    check_rules(params)
    check_data_folder()
    for name, own in params.own.items():
        with errors_of("own", name):
            locate(own.path)
    for name, text in params.texts.items():
        try:
            split_text(text, read_pairs_source(Path(text.source)))
        except ParamError as error:
            raise error.within("texts", name) from None
    names = [*params.datasets, *params.texts]
    for name in names:
        about = Path("datasets", name, ABOUT)
        if about.exists():
            read_about(about)
    if not out:
        look_at_images(params)
    print(f"{PARAMS} is right; datasets: {', '.join(names)}")
    if out:
        for path in add_drafts(params):
            print(f"{path.as_posix()} is a draft: write in it what only you know of the dataset")
        # Stage `report` depends on the whole folder: no file of an entry that is gone may stay.
        for path in Path("build/report").glob("*.json"):
            if path.stem not in names:
                path.unlink()
        write_bytes(out, b"params.yaml was right.\n")


if __name__ == "__main__":
    command.run(main)
