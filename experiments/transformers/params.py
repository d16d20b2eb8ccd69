"""Read and check ``experiments/transformers/params.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from stages.common.errors import ParamError
from stages.common.yaml_file import with_line
from stages.common.yaml_model import read_model
from stages.params.model import Entry, Name, Strict

PARAMS = Path("experiments", "transformers", "params.yaml")

Unit = Literal["words", "characters"]


@dataclass(frozen=True, kw_only=True)
class Recipe(Entry):
    """How to train a transformer."""

    width: Annotated[int, Strict(ge=1, le=1024)]
    """Numbers that stand for a token; a multiple of `heads`."""
    layers: Annotated[int, Strict(ge=1, le=24)]
    """Layers, each of attention and of a perceptron twice as wide."""
    heads: Annotated[int, Strict(ge=1, le=64)]
    """Heads of attention in each layer."""
    dropout: Annotated[float, Strict(ge=0.0, lt=1.0)]
    """The fraction of numbers that training drops."""
    question_weight: Annotated[float, Strict(ge=0.0)]
    """How much the loss of a question's tokens counts, beside 1 for those of an answer."""
    batch_size: Annotated[int, Strict(ge=1, le=4096)]
    """Pairs per step."""
    learning_rate: Annotated[float, Strict(gt=0.0)]
    """The highest; it rises for a twentieth of the steps, then falls as a cosine does."""
    weight_decay: Annotated[float, Strict(ge=0.0)]
    """The weight decay of AdamW."""
    steps: Annotated[int, Strict(ge=100, le=10**6)]
    """Optimizer steps."""


@dataclass(frozen=True, kw_only=True)
class Transformers(Entry):
    """All of ``experiments/transformers/params.yaml``."""

    texts: list[Name]
    """Which of the texts of ``params.yaml`` to train on, as in `[tinytalks]`."""
    seeds: Annotated[int, Strict(ge=2, le=100)]
    """How often each training is done, with the seeds 0, 1, 2 and so on."""
    checkpoints: Annotated[int, Strict(ge=1, le=100)]
    """How often each training is scored."""
    recipes: Annotated[dict[Unit, Recipe], Strict(min_length=1)]
    """How to train on `words`, on `characters`, or on both."""


def read_transformers() -> Transformers:
    """Read the file; raise a StageError with line and key if anything in it is wrong."""
    params = read_model(Transformers, PARAMS)
    for unit, recipe in params.recipes.items():
        if recipe.width % recipe.heads:
            message = f"{recipe.heads}: the width, {recipe.width}, is no multiple of it"
            raise with_line(PARAMS, ParamError("recipes", unit, "heads", message=message))
    return params
