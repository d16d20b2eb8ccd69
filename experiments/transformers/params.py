"""Read and check ``experiments/transformers/params.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from stages.check.entry import Entry
from stages.check.fields import Name
from stages.check.own_file import read_own_file

NEURAL = Path("neural", "params.yaml")

Unit = Literal["words", "characters"]


class Recipe(Entry):
    """How to train a transformer."""

    width: Annotated[int, Field(ge=1, le=1024)]
    """Numbers that stand for a token; a multiple of `heads`."""
    layers: Annotated[int, Field(ge=1, le=24)]
    """Layers, each of attention and of a perceptron twice as wide."""
    heads: Annotated[int, Field(ge=1, le=64)]
    """Heads of attention in each layer."""
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)]
    """The fraction of numbers that training drops."""
    question_weight: Annotated[float, Field(ge=0.0)]
    """How much the loss of a question's tokens counts, beside 1 for those of an answer."""
    batch_size: Annotated[int, Field(ge=1, le=4096)]
    """Pairs per step."""
    learning_rate: Annotated[float, Field(gt=0.0)]
    """The highest; it rises for a twentieth of the steps, then falls as a cosine does."""
    weight_decay: Annotated[float, Field(ge=0.0)]
    """The weight decay of AdamW."""
    steps: Annotated[int, Field(ge=100, le=10**6)]
    """Optimizer steps."""

    @model_validator(mode="after")
    def _check_heads(self) -> Recipe:
        if self.width % self.heads:
            raise PydanticCustomError(
                "said",
                "heads: {heads}: the width, {width}, is no multiple of it",
                {"heads": self.heads, "width": self.width},
            )
        return self


def _each_once(names: list[str]) -> list[str]:
    if len(names) > len(set(names)):
        raise PydanticCustomError("order", "expected each name once")
    return names


class Neural(Entry):
    """All of ``experiments/transformers/params.yaml``."""

    texts: Annotated[list[Name], AfterValidator(_each_once)]
    """Which of the texts of ``params.yaml`` to train on, as in `[tinytalks]`."""
    seeds: Annotated[int, Field(ge=2, le=100)]
    """How often each training is done, with the seeds 0, 1, 2 and so on."""
    checkpoints: Annotated[int, Field(ge=1, le=100)]
    """How often each training is scored."""
    recipes: Annotated[dict[Unit, Recipe], Field(min_length=1)]
    """How to train on `words`, on `characters`, or on both."""


def read_neural(path: Path = NEURAL) -> Neural:
    """Read and check ``experiments/transformers/params.yaml``.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Neural
        All of the file.

    Raises
    ------
    StageError
        If anything in it is wrong: the line, the key, the value and what is allowed.
    """
    return read_own_file(
        Neural, path, {"dict_type": "a mapping with the keys words, characters, or one of them"}
    )
