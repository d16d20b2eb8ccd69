"""Stage `check`: check ``params.yaml`` and what authors wrote, before anything is built.

It writes a constant, so that an edit reruns only what it concerns. `make check` and `make repro`
run it each time: what DVC can't read in ``data/``, or a description, is no dependency of it.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np

from stages.common import command
from stages.common.blocks import Block, Data, take
from stages.common.distances import nearest
from stages.common.equal import Overlap, find_in, named, warn_of_equal, warn_of_overlap
from stages.common.errors import ParamError, StageError
from stages.common.files import git, write_bytes
from stages.common.yaml_model import read_model
from stages.papers.about import ABOUT, add_drafts, read_about
from stages.params.model import Dataset, Params
from stages.params.read import PARAMS, class_table, rows_per_split, warn_of_untrained
from stages.params.validate import check_rules, class_names
from stages.sample.choose import sample
from stages.source.__main__ import READERS
from stages.source.data_folder import check_data_folder, locate
from stages.source.facts import Facts, as_stated, errors_of
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
    found, drawn_from = {}, {}
    for name, own in params.own.items():
        if own.kind in READERS:
            with errors_of("own", name):
                images = READERS[own.kind](own, locate(own.path))
                facts = as_stated(images.facts, own)
            print(f"{name}: {facts.summary}\n{class_table(facts.classes, facts.rows_per_class)}\n")
            equal = images.equal
            examples = named(equal.examples, images.files)
            warn_of_equal(name, equal.within, equal.across, examples)
            blocks = [Block(0, len(images.labels), partial(np.asarray, images.pixels))]
            data = Data(blocks, images.labels, groups=images.groups, repeats=equal.repeats)
            if any(d.source == name and d.strategy == "curated" for d in params.datasets.values()):
                data = data._replace(neighbours=nearest(blocks, images.labels))
            drawn_from[name] = data, facts, images.files
            found[name] = replace(own, classes=facts.classes, rows_per_class=facts.rows_per_class)
    params = replace(params, own={**params.own, **found})
    check_rules(params)
    for name, dataset in params.datasets.items():
        source = {**params.sources, **params.own}[dataset.source]
        if dataset.source in drawn_from:
            draw_from(name, dataset, *drawn_from[dataset.source])
        elif rows := source.rows_per_class:
            names = class_names(source) or []
            warn_of_untrained(name, rows_per_split(dataset, rows, names), names)


def draw_from(
    name: str, dataset: Dataset, data: Data, facts: Facts, files: Sequence[str] | None
) -> None:
    """Draw a dataset as stage `sample` does, and warn if its splits have equal images."""
    splits = sample(name, dataset, data, facts.classes, facts.maximum).splits
    if not len(data.repeats):
        return
    for other, split in combinations([split for split, rows in splits.items() if len(rows)], 2):
        found = find_in(*(take(data.blocks, splits[key]) for key in (split, other)))
        rows, others = splits[split][found >= 0], splits[other][found[found >= 0]]
        examples = named(zip(rows[:3].tolist(), others[:3].tolist(), strict=True), files)
        warn_of_overlap(name, Overlap(split, other, len(rows), None, examples))


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
