"""The model of ``params.yaml``: keys, types, and the defaults, which stand here alone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stages.lib.params.entry import Entry
from stages.lib.params.fields import Counts, LevelCounts, Name, Seed
from stages.lib.sources import AnySource


class Dataset(Entry):
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
    val_per_class: Counts = 0
    """Validation rows: a number for every class, a list in label order, or label: number."""
    draw: Literal["shuffle", "hash"] = "shuffle"
    """Rows are drawn by a shuffle of each class, or by the hash of each image."""
    test_draw: Literal["next", "choice"] = "next"
    """Test takes the rows that come next, or a new choice among all that are left; of `shuffle`."""
    normalize: bool = True
    """Pickles hold float32 in [0, 1]; if false, the source's whole numbers as uint8."""


class Recipe(Entry):
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


class Text(Entry):
    """Questions and answers, of level 1 or of several from 1 up."""

    source: Annotated[str, StringConstraints(min_length=1)]
    """What an author wrote: `pairs.tsv` or `templates.yaml` in a folder of `datasets`."""
    draw: Literal["shuffle", "combination"] = "shuffle"
    """Pairs are drawn by a shuffle, or val and test are new combinations of what train has."""
    seed: Seed
    """What the draw starts from: a whole number from 0 to 4294967295."""
    train_per_level: LevelCounts
    """Training pairs: a number for every level, a list in their order, or level: number."""
    val_per_level: LevelCounts
    """Validation pairs, which may be 0: a number for every level, a list, or level: number."""
    test_per_level: LevelCounts
    """Test pairs: a number for every level, a list in their order, or level: number."""


class Params(Entry):
    """All of ``params.yaml``."""

    sources: Annotated[dict[Name, AnySource], Field(min_length=1)]
    """Where images come from."""
    datasets: Annotated[dict[Name, Dataset], Field(min_length=1)]
    """What is built: one entry, one dataset."""
    recipes: Annotated[dict[Name, Recipe], Field(min_length=1)]
    """How the baselines of every dataset are trained."""
    texts: dict[Name, Text]
    """What is built of questions and answers: one entry, one dataset; there may be none."""


ENTRIES: dict[str, type[Entry]] = {"datasets": Dataset, "recipes": Recipe, "texts": Text}
"""The model of an entry of each part but `sources`, whose entries are of several kinds."""
