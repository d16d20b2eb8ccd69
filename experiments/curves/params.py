"""Read and check ``experiments/curves/params.yaml``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from stages.common.errors import ParamError
from stages.common.yaml_file import with_line
from stages.common.yaml_model import read_model
from stages.params.model import Entry, Name, Positive, Strict

PARAMS = Path("experiments", "curves", "params.yaml")

Sizes = Annotated[list[Positive], Strict(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class Curves(Entry):
    """All of ``experiments/curves/params.yaml``."""

    sizes: Annotated[dict[Name, Sizes], Strict(min_length=1)]
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
            message = f"{sizes}: expected numbers in ascending order, none twice"
            raise with_line(PARAMS, ParamError("sizes", name, message=message))
    return curves
