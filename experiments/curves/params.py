"""Read and check ``experiments/curves/params.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from stages.check.model import Entry, Name, Positive, Strict
from stages.common.errors import ParamError
from stages.common.yaml_file import locate
from stages.common.yaml_model import read_model

if TYPE_CHECKING:
    from collections.abc import Sequence

PARAMS = Path("experiments", "curves", "params.yaml")


@dataclass(frozen=True, kw_only=True)
class Curves(Entry):
    """All of ``experiments/curves/params.yaml``."""

    sizes: Annotated[
        dict[Name, Annotated[list[Positive], Strict(min_length=1)]], Strict(min_length=1)
    ]
    """For each source the training rows per class, ascending, as in `digits: [2, 5, 10]`."""
    seeds: Annotated[int, Strict(ge=2, le=31)]
    """How often each training is done, with the seeds 0, 1, 2 and so on."""
    steps: Annotated[int, Strict(ge=1, le=10**6)]
    """How long a training of a fixed number of optimizer steps is."""


def read_curves() -> Curves:
    """Read the file; raise a StageError with line and key if anything in it is wrong."""
    curves = read_model(Curves, PARAMS)
    for name, sizes in curves.sizes.items():
        if sizes != sorted(set(sizes)):
            words = f"{sizes}: expected numbers in ascending order, none twice"
            raise locate(PARAMS, ParamError("sizes", name, message=words))
    return curves


def check_size(source: str, sizes: Sequence[int], rows_per_class: Sequence[int]) -> None:
    """Raise a StageError if the largest size leaves no row of a class to score on."""
    fewest = min(rows_per_class)
    if sizes[-1] >= fewest:
        words = (
            f"{sizes[-1]}: class {rows_per_class.index(fewest)} has {fewest} rows, and one at "
            "least must be left to score on"
        )
        raise locate(PARAMS, ParamError("sizes", source, len(sizes) - 1, message=words))
