"""The model of ``params.yaml`` with its checks, and stage `params`, which runs them first.

Every chain of the pipeline depends on this stage, so that a wrong parameter stops `dvc repro`
before anything is built or replaced. What it writes never changes, so that of a right change only
the chains run whose own part of ``params.yaml`` it is in.
"""

from __future__ import annotations

import difflib
import re
import reprlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from stages import shell
from stages.counts import check_labels, per_class
from stages.shell import StageError
from tinydatasets.fetch.benchmarks import BENCHMARKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails


def _check_counts(value: object, of: str = "class", first: int = 0) -> object:
    """Say which class has what wrong; the union of `Counts` would say it once per alternative."""
    if isinstance(value, dict):
        for label in value:
            if _lacks_space(label):
                raise PydanticCustomError("counts", "{said}", {"said": _put_a_space(label)})
            if type(label) is not int:
                raise PydanticCustomError(
                    "counts",
                    "{label} is not a label: labels are whole numbers without quotes, as in "
                    "{example}",
                    {"label": _show(label), "example": f"{{{first}: 40, {first + 1}: 40}}"},
                )
        counts = [(f"{of} {label}", count) for label, count in value.items()]
    elif isinstance(value, list):
        counts = [(f"{of} {label}", count) for label, count in enumerate(value, first)]
    else:
        counts = [(f"every {of}", value)]
    for place, count in counts:
        if type(count) is not int or count < 0:
            raise PydanticCustomError(
                "counts",
                "{count} for {place}: expected a whole number, 0 or more (or a list of them, one "
                "for each {of}, or a mapping of label to number)",
                {"count": _show(count), "place": place, "of": of},
            )
    return value


def _check_level_counts(value: object) -> object:
    """Say it of levels."""
    return _check_counts(value, "level", 1)


Count = Annotated[int, Field(ge=0)]
Counts = Annotated[Count | list[Count] | dict[int, Count], BeforeValidator(_check_counts)]
LevelCounts = Annotated[
    Count | list[Count] | dict[int, Count], BeforeValidator(_check_level_counts)
]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


class Model(BaseModel):
    """What the parts of ``params.yaml`` share: no unknown key, no conversion of types."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


PACKAGED = ("package", "file", "sha256")
# A source's images have height and width, and no colours.
GREY = [name for name, benchmark in BENCHMARKS.items() if len(benchmark.image) == 2]


class Source(Model):
    """Data that an installed package carries, or a benchmark that was fetched."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": list(PACKAGED)},
                {
                    "required": ["benchmark"],
                    "not": {"anyOf": [{"required": [key]} for key in PACKAGED]},
                },
            ]
        }
    )

    package: Annotated[str, StringConstraints(min_length=1)] = ""
    """The package's name, as pip knows it."""
    file: Annotated[str, StringConstraints(min_length=1)] = ""
    """The data file, from the folder in which packages are installed."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = ""
    """The sum of the file's bytes."""
    benchmark: Annotated[str, Field(json_schema_extra={"enum": GREY})] | None = None
    """Instead of the three: a benchmark that `tinydatasets fetch` brought, its training images."""
    image_shape: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2)]
    """Height and width in pixels."""
    maximum: Annotated[int, Field(ge=1, le=255)]
    """The largest value of a pixel; normalized, it is 1."""
    rows_per_class: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2)]
    """How many rows there are of each class, in label order."""


class Dataset(Model):
    """A subset of a source."""

    source: Name
    """The name of one of `sources`."""
    strategy: Literal["random", "curated"] = "random"
    """Train is drawn at random, or chosen by difficulty: 80% easy, 15% hard, 5% hardest rows."""
    seed: Seed
    """What the draw starts from: a whole number from 0 to 4294967295."""
    train_per_class: Counts
    """Training rows: a number for every class, a list in label order, or label: number."""
    test_per_class: Counts
    """Test rows: a number for every class, a list in label order, or label: number."""
    test_draw: Literal["next", "choice"] = "next"
    """Test takes the rows that come next, or a new choice among all that are left; of `random`."""
    normalize: bool = True
    """Pickles hold float32 in [0, 1]; if false, the source's whole numbers as uint8."""


class Recipe(Model):
    """How to train the baseline: a multilayer perceptron with one hidden layer of ReLU."""

    hidden: Annotated[int, Field(ge=1, le=4096)]
    """Units of the hidden layer."""
    optimizer: Literal["sgd", "adam"]
    """Gradient descent with plain (not Nesterov's) momentum, or Adam."""
    learning_rate: Annotated[float, Field(gt=0.0)]
    """The step size, the same in every epoch."""
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """The momentum of `sgd`; `adam` takes none."""
    batch_size: Annotated[int, Field(ge=1, le=2**20)]
    """Rows per step; a dataset with fewer rows is one batch."""
    epochs: Annotated[int, Field(ge=1, le=10_000)]
    """Passes over the training rows; there is no early stopping."""
    seed: Seed
    """What weights and batches start from: a whole number from 0 to 4294967295."""


class Text(Model):
    """Questions and answers, of level 1 or of several from 1 up."""

    source: Annotated[str, StringConstraints(min_length=1)]
    """The authored pairs: a file `pairs.tsv` in a folder of `datasets`."""
    seed: Seed
    """What the draw starts from: a whole number from 0 to 4294967295."""
    train_per_level: LevelCounts
    """Training pairs: a number for every level, a list in their order, or level: number."""
    val_per_level: LevelCounts
    """Validation pairs, which may be 0: a number for every level, a list, or level: number."""
    test_per_level: LevelCounts
    """Test pairs: a number for every level, a list in their order, or level: number."""


PARTS: dict[str, type[Model]] = {
    "sources": Source,
    "datasets": Dataset,
    "recipes": Recipe,
    "texts": Text,
}


class Params(Model):
    """All of ``params.yaml``."""

    sources: Annotated[dict[Name, Source], Field(min_length=1)]
    """Where images come from."""
    datasets: Annotated[dict[Name, Dataset], Field(min_length=1)]
    """What is built: one entry, one dataset."""
    recipes: Annotated[dict[Name, Recipe], Field(min_length=1)]
    """How the baselines of every dataset are trained."""
    texts: dict[Name, Text]
    """What is built of questions and answers: one entry, one dataset; there may be none."""

    @classmethod
    def read(cls, path: Path = shell.PARAMS) -> Params:
        """Read and check ``params.yaml``.

        Raises
        ------
        StageError
            If anything in it is wrong: the line, the key as its author wrote it, the value, what
            is allowed and, where there is one, the nearest right spelling.
        """
        try:
            params = cls.model_validate(shell.read_yaml(path))
        except ValidationError as error:
            location, message = _first_message(error)
            line = shell.line_of(path, location)
            raise StageError(f"{path}, line {line}: {message}") from None
        try:
            _check(params)
        except ValueError as error:
            key, _, _ = str(error).partition(":")
            line = shell.line_of(path, key.split("."))
            raise StageError(f"{path}, line {line}: {error}") from None
        return params


# --- What one part of params.yaml asks of another -----------------------------------------------


def _check(params: Params) -> None:
    """Check the entries of all parts; what is wrong with one begins with its key."""
    parts: dict[str, Mapping[str, Model]] = {
        "sources": params.sources,
        "datasets": params.datasets,
        "recipes": params.recipes,
        "texts": params.texts,
    }
    for part, entries in parts.items():
        for name, entry in entries.items():
            try:
                _check_name(name, part)
                if isinstance(entry, Source):
                    _check_source(entry)
                elif isinstance(entry, Dataset):
                    _check_dataset(entry, params.sources)
                elif isinstance(entry, Recipe):
                    _check_recipe(entry)
                elif isinstance(entry, Text):
                    _check_text(entry, name, params.datasets)
            except ValueError as error:
                raise ValueError(f"{part}.{name}{error}") from None


# No file and no folder can have these names on Windows, whatever suffix follows.
WINDOWS_DEVICES = {"aux", "con", "nul", "prn"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)
}


def _check_name(name: str, part: str) -> None:
    """Refuse a name that is taken: files and folders are named after every entry."""
    why = ""
    if name in WINDOWS_DEVICES:
        why = "Windows allows no file or folder of this name"
    elif part in ("datasets", "texts") and name == "sources":
        why = "build/sources holds the sources"
    elif part in ("datasets", "texts") and name in BENCHMARKS:
        why = f"`tinydatasets.load({name!r})` loads the benchmark of this name"
    if why:
        raise ValueError(f": {why}; give the {part.removesuffix('s')} another name")


def _check_source(source: Source) -> None:
    given = source.model_fields_set.intersection(PACKAGED)
    if source.benchmark is not None and source.benchmark not in GREY:
        raise ValueError(f".benchmark: {_unknown('value', source.benchmark, GREY)}")
    if source.benchmark and given:
        raise ValueError(
            f".benchmark: {source.benchmark}, but {' and '.join(sorted(given))} too: a source is "
            f"either a benchmark or a package with its file and sha256"
        )
    if not source.benchmark:
        for key in PACKAGED:
            if key not in given:
                raise ValueError(f".{key}: missing. {Source.model_fields[key].description}")


def _check_dataset(dataset: Dataset, sources: Mapping[str, Source]) -> None:
    if dataset.source not in sources:
        raise ValueError(f".source: {_unknown('source', dataset.source, list(sources))}")
    available = sources[dataset.source].rows_per_class
    for key in ("train_per_class", "test_per_class"):
        check_labels(key, getattr(dataset, key), range(len(available)), "classes")
    train = per_class(dataset.train_per_class, len(available))
    test = per_class(dataset.test_per_class, len(available))
    for label, rows in enumerate(available):
        asked = train[label] + test[label]
        if asked > rows:
            key = "train_per_class" if train[label] >= test[label] else "test_per_class"
            raise ValueError(
                f".{key}: class {label} of {dataset.source} has {rows} rows available, but "
                f"{asked} are asked ({train[label]} for train, {test[label]} for test)"
            )
    if dataset.strategy == "curated" and "test_draw" in dataset.model_fields_set:
        raise ValueError(
            f".test_draw: {dataset.test_draw}, but curated draws test in its own way; leave it out"
        )
    if not any(test.values()):
        raise ValueError(".test_per_class: no class has a test row; at least one must")
    if sum(count > 0 for count in train.values()) < 2:
        raise ValueError(".train_per_class: a classifier needs rows of two classes or more")


def _check_recipe(recipe: Recipe) -> None:
    if recipe.optimizer == "adam" and recipe.momentum:
        raise ValueError(
            f".momentum: {recipe.momentum}, but adam has no such momentum; leave it out"
        )


def _check_text(text: Text, name: str, datasets: Mapping[str, Dataset]) -> None:
    if name in datasets:
        raise ValueError(f": datasets/{name} is built by `datasets`; give the text another name")
    files = sorted(path.as_posix() for path in Path().glob("datasets/*/pairs.tsv"))
    if text.source not in files:
        raise ValueError(f".source: {_unknown('file', text.source, files)}")
    # Which levels there are, the file `source` says: the stage that reads it checks them.
    for key in ("train_per_level", "test_per_level"):
        counts = getattr(text, key)
        if isinstance(counts, dict):
            counts = list(counts.values())
        if not (any(counts) if isinstance(counts, list) else counts):
            raise ValueError(f".{key}: no level has a pair; at least one must")


# --- Messages -----------------------------------------------------------------------------------


def _unknown(kind: str, value: object, allowed: list[str]) -> str:
    near = difflib.get_close_matches(str(value).lower(), allowed, n=1)
    hint = f". Did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {_show(value)}; allowed: {', '.join(allowed)}{hint}"


def _first_message(error: ValidationError) -> tuple[list[str | int], str]:
    """Say what is wrong first: where it stands, and a message with the key as the user wrote it.

    A misspelt key is two errors, an unknown key and a missing one: the unknown one says more. So
    does a key that stands where a name should.
    """
    errors = error.errors(include_url=False)
    first = min(
        errors,
        key=lambda candidate: (
            candidate["type"] != "extra_forbidden",
            not _is_misplaced(list(candidate["loc"])),
        ),
    )
    location = list(first["loc"])
    if location[-1:] == ["[key]"]:
        location = location[:-1]
    return location, _message(first)


def _message(error: ErrorDetails) -> str:
    """Say what one error is."""
    kind, found, location = error["type"], error["input"], list(error["loc"])
    if without_space := _without_space(kind, found, location):
        return without_space
    if location[-1:] == ["[key]"]:
        return (
            f"{_dotted([*location[:-2], _show(found)])}: not a name; a name is a lower-case letter "
            "followed by lower-case letters, digits, - or _, at most 64 in all"
        )
    key = _dotted(location)
    if kind == "extra_forbidden":
        allowed = list(_model_at(location[:-1]).model_fields)
        if len(location) == 1 and (parts := _parts_with(location[0])):
            return f"{key}: a key of an entry of {parts}; indent it as the other keys of its entry"
        return f"{key}: {_unknown('key', location[-1], allowed)}"
    if kind == "model_type" and _is_misplaced(location):
        return (
            f"{key}: {location[-1]} is a key of an entry of {location[0]}, but stands where its "
            "name should; indent it more"
        )
    if kind == "missing":
        field = _model_at(location[:-1]).model_fields[str(location[-1])]
        return f"{key}: missing. {field.description}"
    if kind == "literal_error":
        allowed = re.findall("'(.*?)'", error["ctx"]["expected"])
        return f"{key}: {_unknown('value', found, allowed)}"
    if kind == "counts":
        return f"{key}: {error['msg']}"
    if kind == "too_short" and not found:
        return f"{key}: empty; it needs an entry"
    if kind in {"dict_type", "model_type"}:
        what = f"a mapping with the keys {', '.join(_model_at(location).model_fields)}"
        if len(location) == 1:
            what = "a mapping of names to entries"
        return f"{key or 'the whole file'}: {_show(found)}: expected {what}"
    expected = re.sub(r"^Input should be |^\w+ should (?=match)", "expected ", error["msg"])
    return f"{key}: {_show(found)}: {expected}"


def _show(value: object) -> str:
    """Show a value about as YAML has it, shortened."""
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else reprlib.repr(value)


def _dotted(location: list[str | int]) -> str:
    # What is not printable, such as a line end, is shown as Python would write it.
    text = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part if part.isprintable() else repr(part)}"
        for part in location
    )
    return text.removeprefix(".")


def _lacks_space(value: object) -> bool:
    """Tell ``seed:7``, which YAML takes for one word."""
    return isinstance(value, str) and re.match(r"[\w-]+:[^\s:]", value) is not None


def _without_space(kind: str, found: object, location: list[str | int]) -> str:
    """Say that a key and its value, or an entry's name and the entry, have no space between."""
    wrong, above = None, location
    if location[-1:] == ["[key]"]:
        wrong, above = found, location[:-2]
    elif kind == "extra_forbidden":
        wrong, above = location[-1], location[:-1]
    elif kind in {"dict_type", "model_type"}:
        wrong = found
    if not _lacks_space(wrong):
        return ""
    return f"{_dotted(above) or 'the whole file'}: {_put_a_space(wrong)}"


def _put_a_space(value: object) -> str:
    key, _, rest = str(value).partition(":")
    return f"{_show(value)}: put a space after the colon: {_show(f'{key}: {rest}')}"


def _model_at(location: list[str | int]) -> type[Model]:
    """Give the model whose keys stand at `location`: all, or one entry of a part of it."""
    return PARTS[str(location[0])] if location else Params


def _is_misplaced(location: list[str | int]) -> bool:
    """Tell a key of an entry that stands where the entry's name should, as ``datasets.seed``."""
    return len(location) == 2 and location[1] in _model_at(location).model_fields


def _parts_with(key: str | int) -> str:
    """Give the parts whose entries have a key, such as ``datasets, texts``."""
    return ", ".join(part for part, model in PARTS.items() if key in model.model_fields)


def main(*, out: Path | None = None) -> None:
    """Check params.yaml and, if all is right, write to `out`, if it is given, that it is."""
    params = Params.read()
    names = ", ".join([*params.datasets, *params.texts])
    print(f"{shell.PARAMS} is right; datasets: {names}")
    if out:
        shell.write_bytes(out, b"params.yaml is right\n")


if __name__ == "__main__":
    shell.run(main)
