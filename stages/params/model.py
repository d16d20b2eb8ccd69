"""The model of ``params.yaml``: keys, types, bounds and defaults, which stand here alone.

Plain dataclasses: a stage that needs its entry does not import pydantic, which takes longer than
most stages run. The gate, stage `check`, validates all of the file by it.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Union, get_args

# The names of the splits, in the order in which they are listed.
SPLITS = ("train", "val", "test")


class Added:
    """What is added to the schema that pydantic has of a type."""

    def __init__(self, **added: Any) -> None:
        self.added = added

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Return the schema of the type with what is added."""
        return {**handler(source), **self.added}


# No conversion of types; and bounds, which pydantic checks and the JSON Schema shows.
Strict = partial(Added, strict=True)
# `custom_error_message`: one for all forms of a value, where pydantic would report one for each.
Forms = partial(Added, custom_error_type="forms")


class ByKey:
    """A union of entries that are told apart by a key that only one kind has."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Return the schema of the kind that an entry is of; of a package by default."""
        choices = {f"a {kind.__name__}": handler.generate_schema(kind) for kind in get_args(source)}

        def discriminator(entry: Any) -> str:
            is_benchmark = isinstance(entry, dict) and "benchmark" in entry
            return "a Benchmark" if is_benchmark else "a Package"

        return {"type": "tagged-union", "choices": choices, "discriminator": discriminator}


Bool = Annotated[bool, Strict()]
Positive = Annotated[int, Strict(ge=1)]
Count = Annotated[int, Strict(ge=0)]
Seed = Annotated[int, Strict(ge=0, le=2**32 - 1)]
Words = Annotated[str, Strict(min_length=1)]
Sum = Annotated[str, Strict(pattern="^[0-9a-f]{64}$")]
# Files and folders are named after entries, so that a name is one on every system.
NAME, LONGEST_NAME = "^[a-z][a-z0-9_-]*$", 64
Name = Annotated[str, Strict(pattern=NAME, max_length=LONGEST_NAME)]
Counts = Annotated[
    Union[Count, list[Count], dict[Annotated[int, Strict()], Count]],
    Forms(
        custom_error_message="a whole number, 0 or more, for every class, a list of them in label "
        "order, or a mapping such as {0: 40, 1: 40}, without quotes"
    ),
]
# The gate checks the keys: YAML reads many a name as something else than text.
PerClass = Annotated[
    Union[Count, Literal["rest"], list[Count], dict[Any, Count]],
    Forms(
        custom_error_message="a whole number, 0 or more, for every class, a list of them in label "
        "order, a mapping such as {oak: 40, elm: 40}, or rest"
    ),
]
Shape = Annotated[list[Positive], Strict(min_length=2, max_length=3)]
Size = Annotated[list[Positive], Strict(min_length=2, max_length=2)]
Maximum = Annotated[int, Strict(ge=1, le=255)]
Rows = Annotated[list[Positive], Strict(min_length=2)]
Classes = Annotated[list[Words], Strict(min_length=2)]


@dataclass(frozen=True)
class Entry:
    """An entry of ``params.yaml``: no unknown key."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "allow_inf_nan": False,
        "use_attribute_docstrings": True,
    }


@dataclass(frozen=True, kw_only=True)
class Published(Entry):
    """Images that somebody published, and what is stated of them."""

    image_shape: Shape
    """Height and width in pixels, and 3 for images in colour."""
    maximum: Maximum
    """The largest value of a pixel; normalized, it is 1."""
    rows_per_class: Rows
    """How many rows there are of each class, in label order."""
    classes: Classes | None = None
    """The names of the classes, in label order; by default the published ones, or the labels."""


@dataclass(frozen=True, kw_only=True)
class Package(Published):
    """A data file that an installed package carries."""

    package: Words
    """The package's name, as pip knows it."""
    file: Words
    """The data file, from the folder in which packages are installed."""
    sha256: Sum
    """The sum of the file's bytes."""


@dataclass(frozen=True, kw_only=True)
class Benchmark(Published):
    """The training images of a full benchmark that `tinydatasets fetch` brought."""

    benchmark: Literal["mnist", "cifar10"]
    """A benchmark that `tinydatasets fetch` brought, its training images."""


Source = Annotated[Union[Package, Benchmark], ByKey()]


@dataclass(frozen=True, kw_only=True)
class Own(Entry):
    """A user's own images. What is left out is found in the files; what is stated is compared."""

    kind: Literal["folder", "npy", "idx", "csv", "parts", "zarr", "parquet"]
    """How the images are stored: see docs/images.md and docs/large.md."""
    path: Words
    """The file or folder below `data/` that has them."""
    image_shape: Shape | None = None
    """Height and width in pixels, and 3 for images in colour; by default as found."""
    maximum: Maximum | None = None
    """The largest value of a pixel; normalized, it is 1. By default as found."""
    rows_per_class: Rows | None = None
    """How many rows there are of each class, in label order; by default as found."""
    classes: Classes | None = None
    """The names of the classes, in label order; by default as found, in alphabetical order."""
    sha256: Sum | None = None
    """The sum that stage `own` finds; by default not compared."""
    # Not `size`: DVC leaves keys of that name, and `nfiles`, out of what it knows a run by.
    resize: Size | None = None
    """Of a `folder`: height and width to resize each image to; by default, all have one size."""
    channels: Literal[1, 3] | None = None
    """Of a `folder`: 1 for grey, 3 for colour; by default 1 if all images are grey."""
    label: Literal["first", "last"] | None = None
    """Of a `csv`: the column of the label; by default the last."""
    groups: Words | None = None
    """What says which images belong together: of a `folder`, `folders` for those in the folder of a
    class, or a regular expression for the names of files, with one part in parentheses; of `csv`
    and `parquet`, a column; of other kinds, the array of this name beside that of the labels."""
    difficulty: Bool = False
    """Of `parts`, `zarr` and `parquet`: whether to compare every image with every other, which the
    strategy `curated` needs. The other kinds always do."""


# Kinds whose images may be larger than memory: read block after block.
LARGE = ("parts", "zarr", "parquet")


@dataclass(frozen=True, kw_only=True)
class Dataset(Entry):
    """A subset of a source."""

    source: Name
    """The name of an entry of `sources` or `own`."""
    strategy: Literal["random", "curated"] = "random"
    """Train is drawn at random, or chosen by difficulty: 80% easy, 15% hard, 5% hardest rows."""
    seed: Seed
    """What the draw starts from: a whole number from 0 to 4294967295."""
    train_per_class: PerClass
    """Training rows: a number for every class, a list in label order, class: number, or `rest`."""
    test_per_class: PerClass
    """Test rows: a number for every class, a list in label order, class: number, or `rest`."""
    val_per_class: PerClass = 0
    """Validation rows: a number for every class, a list by label, class: number, or `rest`."""
    draw: Literal["shuffle", "hash"] = "shuffle"
    """Rows are drawn by a shuffle of each class, or by the hash of each image."""
    duplicates: Literal["keep", "drop"] = "keep"
    """Of images of the source that are equal, keep all, or drop all but one."""
    test_draw: Literal["next", "choice"] | None = None
    """Of `random` and `shuffle`: test takes the rows that come `next` in the shuffled class, which
    is the default, or a new `choice` among all that are left."""
    normalize: Bool = True
    """Pickles hold float32 in [0, 1]; if false, the source's whole numbers as uint8."""


@dataclass(frozen=True, kw_only=True)
class Recipe(Entry):
    """How to train the baseline: a multilayer perceptron with one hidden layer of ReLU."""

    hidden: Annotated[int, Strict(ge=1, le=4096)]
    """Units of the hidden layer."""
    optimizer: Literal["sgd", "adam"]
    """Gradient descent with plain (not Nesterov's) momentum, or Adam."""
    learning_rate: Annotated[float, Strict(gt=0.0)]
    """The step size, the same in every epoch."""
    momentum: Annotated[float, Strict(ge=0.0, lt=1.0)] = 0.0
    """The momentum of `sgd`; `adam` takes none."""
    batch_size: Annotated[int, Strict(ge=1, le=2**20)]
    """Rows per step; a dataset with fewer rows is one batch."""
    epochs: Annotated[int, Strict(ge=1, le=10_000)]
    """Passes over the training rows; there is no early stopping."""
    seed: Seed
    """What weights and batches start from: a whole number from 0 to 4294967295."""


@dataclass(frozen=True, kw_only=True)
class Text(Entry):
    """Questions and answers, of level 1 or of several from 1 up."""

    source: Words
    """What an author wrote: `pairs.tsv` or `templates.yaml` in a folder of `datasets`."""
    draw: Literal["shuffle", "combination"] = "shuffle"
    """Pairs are drawn by a shuffle, or val and test are new combinations of what train has."""
    seed: Seed
    """What the draw starts from: a whole number from 0 to 4294967295."""
    train_per_level: Counts
    """Training pairs: a number for every level, a list in their order, or level: number."""
    val_per_level: Counts
    """Validation pairs, which may be 0: a number for every level, a list, or level: number."""
    test_per_level: Counts
    """Test pairs: a number for every level, a list in their order, or level: number."""


@dataclass(frozen=True, kw_only=True)
class Params(Entry):
    """All of ``params.yaml``."""

    sources: dict[Name, Source]
    """Where published images come from."""
    own: dict[Name, Own]
    """Images of a user's own; there may be none."""
    datasets: Annotated[dict[Name, Dataset], Strict(min_length=1)]
    """What is built: one entry, one dataset."""
    recipes: Annotated[dict[Name, Recipe], Strict(min_length=1)]
    """How the baselines of every dataset are trained."""
    texts: dict[Name, Text]
    """What is built of questions and answers: one entry, one dataset; there may be none."""
