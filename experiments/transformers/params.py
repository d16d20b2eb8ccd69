"""Read and check ``experiments/transformers/params.yaml``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from stages.common.errors import ParamError
from stages.common.yaml_file import with_line
from stages.common.yaml_model import read_model
from stages.params.model import Entry, Name, Positive, Strict, Words

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
    batch_size: Annotated[int, Strict(ge=1, le=4096)]
    """Pairs per step."""
    learning_rate: Annotated[float, Strict(gt=0.0)]
    """The highest; it rises for a twentieth of the steps, then falls as a cosine does."""
    weight_decay: Annotated[float, Strict(ge=0.0)]
    """The weight decay of AdamW."""
    steps: Annotated[int, Strict(ge=100, le=10**6)]
    """Optimizer steps."""


@dataclass(frozen=True, kw_only=True)
class Contexts(Entry):
    """Which contexts "Mia runs. Tom sings." to draw, and on how many of them to train."""

    names: list[Words]
    """Who does something, as in `[Mia, Tom]`."""
    verbs: list[Words]
    """What they do, as in `[runs, sings]`."""
    fillers: Annotated[list[Positive], Strict(min_length=1)]
    """How many of the names, and as many of the verbs, to draw from, ascending."""
    counts: Annotated[list[Positive], Strict(min_length=1)]
    """How many contexts to train on, ascending; what some fillers have too few for is left out."""
    held_out: Positive
    """How many other contexts to ask about."""
    seeds: Annotated[int, Strict(ge=2, le=100)]
    """How often each training is done; each time other contexts are drawn."""

    def counts_for(self, fillers: int) -> list[int]:
        """Return the counts for which so many names and verbs have contexts enough.

        Two contexts of the same sentences in another order count as one.
        """
        contexts = fillers**2 * (fillers - 1) ** 2 // 2
        return [count for count in self.counts if count + self.held_out <= contexts]


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
    contexts: Contexts
    """How many contexts a model needs; it learns them by the recipe for `words`."""


def read_transformers() -> Transformers:
    """Read the file; raise a StageError with line and key if anything in it is wrong."""
    params = read_model(Transformers, PARAMS)
    try:
        _check(params)
    except ParamError as error:
        raise with_line(PARAMS, error) from None
    return params


def _check(params: Transformers) -> None:
    for unit, recipe in params.recipes.items():
        if recipe.width % recipe.heads:
            message = f"{recipe.heads}: the width, {recipe.width}, is no multiple of it"
            raise ParamError("recipes", unit, "heads", message=message)
    if "words" not in params.recipes:
        raise ParamError("recipes", message="none for words, by which contexts are learned")
    contexts = params.contexts
    for key in ("names", "verbs"):
        if len(set(words := getattr(contexts, key))) < len(words):
            raise ParamError("contexts", key, message=f"{words}: expected none twice")
    for key in ("fillers", "counts"):
        if (numbers := getattr(contexts, key)) != sorted(set(numbers)):
            message = f"{numbers}: expected numbers in ascending order, none twice"
            raise ParamError("contexts", key, message=message)
    for number, fillers in enumerate(contexts.fillers):
        if fillers > (most := min(len(contexts.names), len(contexts.verbs))):
            message = f"{fillers}: expected at most {most}, as there are names and verbs"
            raise ParamError("contexts", "fillers", number, message=message)
        if not contexts.counts_for(fillers):
            message = f"{fillers}: they have too few contexts for the first of counts and held_out"
            raise ParamError("contexts", "fillers", number, message=message)
