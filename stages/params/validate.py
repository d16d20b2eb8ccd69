"""Validate all of ``params.yaml``: each entry by its model, and one entry against another."""

import re
import unicodedata
from pathlib import Path

from stages.common.errors import ParamError, StageError
from stages.common.names import check_classes, is_for_windows
from stages.common.yaml_file import odd_keys, with_line
from stages.common.yaml_model import read_model, unknown
from stages.params.model import LARGE, SPLITS, Benchmark, Dataset, Own, Params, Recipe, Text
from stages.params.read import PARAMS, AnySource, rows_per_split
from tinydatasets import classes
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.types import FormatError

# Folders of build/ that are no dataset's.
SHARED = ("checked", "curves", "report", "sources")
# Keys that DVC passes over when it looks for a run of before with the same parameters.
LEFT_OUT = ("size", "nfiles")
# Kinds of own images that some keys are for.
KEYS_OF_KINDS = {
    "resize": ("folder",),
    "channels": ("folder",),
    "label": ("csv",),
    "difficulty": LARGE,
}


def read_params(path: Path = PARAMS) -> Params:
    """Read and check all of ``params.yaml``; raise a StageError as `read_model` does."""
    params = read_model(Params, path)
    check_rules(params, path)
    return params


def check_rules(params: Params, path: Path = PARAMS) -> None:
    """Raise a StageError, which names the line, for what no entry by itself shows to be wrong."""
    for part in ("sources", "own", "datasets", "recipes", "texts"):
        for name, entry in getattr(params, part).items():
            try:
                _check_name(part, name, params)
                if isinstance(entry, Dataset):
                    _check_counts(name, entry, path)
                    _check_dataset(entry, {**params.sources, **params.own})
                elif isinstance(entry, Recipe):
                    _check_recipe(entry)
                elif isinstance(entry, Text):
                    _check_text(entry)
                else:
                    _check_source(entry)
            except ParamError as error:
                raise with_line(path, error.within(part, name)) from None


def class_names(source: AnySource) -> list[str] | None:
    """Return the names of the classes, as stated or published; None if they are to be found."""
    if source.classes:
        return [unicodedata.normalize("NFC", name) for name in source.classes]
    if source.rows_per_class is None:
        return None
    if isinstance(source, Benchmark):
        return [*BENCHMARKS[source.benchmark].classes]
    return [str(label) for label in range(len(source.rows_per_class))]


def _check_name(part: str, name: str, params: Params) -> None:
    is_dataset = part in ("datasets", "texts")
    reasons = {
        "Windows allows no file or folder of this name": not is_for_windows(name),
        "DVC leaves this name out of what it knows a run by": name in LEFT_OUT,
        f"build/{name} is the pipeline's own": is_dataset and name in SHARED,
        f"`tinydatasets.load({name!r})` loads the benchmark of this name": (
            is_dataset and name in BENCHMARKS
        ),
        f"datasets/{name} is built by `datasets`": part == "texts" and name in params.datasets,
        f"build/sources/{name} is built by `sources`": part == "own" and name in params.sources,
    }
    for why, is_so in reasons.items():
        if is_so:
            raise ParamError(message=f"{why}; choose another name")


def _check_source(source: AnySource) -> None:
    names, rows = class_names(source), source.rows_per_class
    if names and rows and len(names) != len(rows):
        message = f"{len(names)} names, but there are {len(rows)} classes"
        raise ParamError("classes", message=message)
    if names:
        try:
            classes.check(names, len(names))
            check_classes(names)
        except (FormatError, StageError) as error:
            raise ParamError("classes", message=str(error)) from None
    shape = source.image_shape
    if shape and shape[2:] not in ([], [3]):
        message = f"{shape}: expected height and width, or height, width and 3 for colour"
        raise ParamError("image_shape", message=message)
    if isinstance(source, Own):
        for key, kinds in KEYS_OF_KINDS.items():
            if getattr(source, key) and source.kind not in kinds:
                raise ParamError(key, message=f"only the kind {' or '.join(kinds)} has this key")
        if source.kind == "parquet" and not shape:
            raise ParamError("image_shape", message="missing; Parquet does not say it")
        if source.groups:
            _check_groups(source.kind, source.groups)


def _check_groups(kind: str, groups: str) -> None:
    expected = "a name of letters, digits, - and _, such as groups"
    # That of a file or folder beside the labels.
    name = re.fullmatch(r"(?!images$|labels$|ids$)\w[\w-]*", groups)
    is_right = kind in ("csv", "parquet") or name is not None
    if kind == "folder" and groups != "folders":
        expected = r"folders or a regular expression with one part in parentheses, as ^(tree-\d+)"
        try:
            is_right = re.compile(groups).groups == 1
        except (re.error, OverflowError, RecursionError) as error:
            is_right, expected = False, f"{expected} ({error})"
    if not is_right:
        raise ParamError("groups", message=f"{groups}: expected {expected}")


def _check_counts(name: str, dataset: Dataset, path: Path) -> None:
    """Check of the counts what needs no source."""
    rest = ""
    for key in (f"{split}_per_class" for split in SPLITS):
        counts, message = getattr(dataset, key), ""
        kinds = {*map(type, counts)} if isinstance(counts, dict) else set()
        if kinds - {int, str}:
            odd = [*odd_keys(path, ("datasets", name, key)), *map(str, counts)][0]
            message = f'{odd}: the name of a class is text; quote it: "{odd}"'
        elif len(kinds) > 1:
            message = "labels and names in one mapping; write names alone, in quotation marks"
        elif kinds and (left_out := [asked for asked in LEFT_OUT if asked in counts]):
            message = f"DVC would not notice a change of {left_out[0]!r}"
            message += "; write a list of counts in label order"
        elif counts == "rest":
            if rest:
                message = f"rest, but {rest} takes the rest; write numbers"
            elif (dataset.strategy, dataset.draw) == ("curated", "hash"):
                message = "rest, which curated with hash does not know; write numbers"
            rest = key
        if message:
            raise ParamError(key, message=message)


def _check_dataset(dataset: Dataset, sources: dict[str, AnySource]) -> None:
    if dataset.source not in sources:
        raise ParamError("source", message=unknown("source", dataset.source, [*sources]))
    source = sources[dataset.source]
    if dataset.test_draw:
        for key, value in (("strategy", "curated"), ("draw", "hash")):
            if getattr(dataset, key) == value:
                message = f"{dataset.test_draw}, but {value} draws test in its own way"
                raise ParamError("test_draw", message=f"{message}; leave it out")
    if isinstance(source, Own) and source.groups and dataset.draw != "hash":
        message = f"{dataset.source} has groups, which only `draw: hash` keeps apart"
        raise ParamError("draw", message=f"{message}; add `draw: hash`")
    needs = isinstance(source, Own) and source.kind in LARGE and not source.difficulty
    if dataset.strategy == "curated" and needs:
        message = f"curated needs the difficulty of each row of {dataset.source}; add "
        raise ParamError("strategy", message=f"{message}`difficulty: true` to this source")
    # Where it is not stated, stage `sample` checks what stage `own` finds.
    if source.rows_per_class:
        rows_per_split(dataset, source.rows_per_class, class_names(source) or [])


def _check_recipe(recipe: Recipe) -> None:
    if recipe.optimizer == "adam" and recipe.momentum:
        message = f"{recipe.momentum}, but adam has no such momentum; leave it out"
        raise ParamError("momentum", message=message)


def _check_text(text: Text) -> None:
    files = [*Path().glob("datasets/*/pairs.tsv"), *Path().glob("datasets/*/templates.yaml")]
    names = sorted(path.as_posix() for path in files)
    if text.source not in names:
        raise ParamError("source", message=unknown("file", text.source, names))
    # Stage `split_text` checks the levels: they depend on the contents of `source`.
    for key in ("train_per_level", "test_per_level"):
        counts = getattr(text, key)
        if isinstance(counts, dict):
            counts = [*counts.values()]
        if not (any(counts) if isinstance(counts, list) else counts):
            raise ParamError(key, message="no level has a pair; at least one must")
