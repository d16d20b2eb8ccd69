"""Read and check ``experiments/curves/params.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from experiments.curves.summary import T_975
from stages.check.entry import Entry
from stages.check.own_file import read_own_file, wrong
from stages.check.wording import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


CURVES = Path("curves", "params.yaml")


def _ascend(sizes: list[int]) -> list[int]:
    if sizes != sorted(set(sizes)):
        raise PydanticCustomError("order", "expected numbers in ascending order, none twice")
    return sizes


Size = Annotated[int, Field(ge=1)]


class Curves(Entry):
    """All of ``experiments/curves/params.yaml``."""

    sizes: Annotated[
        dict[str, Annotated[list[Size], Field(min_length=1), AfterValidator(_ascend)]],
        Field(min_length=1),
    ]
    """For each source the training rows per class, as in `digits: [2, 5, 10]`."""
    seeds: Annotated[int, Field(ge=2, le=len(T_975) + 1)]
    """How often each training is done, with the seeds 0, 1, 2 and so on."""
    steps: Annotated[int, Field(ge=1, le=10**6)]
    """How long a training of a fixed number of optimizer steps is."""


def read_curves(
    rows_per_class: Mapping[str, Sequence[int]] | None = None, path: Path = CURVES
) -> Curves:
    """Read and check ``experiments/curves/params.yaml``.

    Parameters
    ----------
    rows_per_class : mapping of str to sequence of int, optional
        For each source of ``params.yaml`` how many rows there are of each class. Without it, the
        sizes are not compared with the sources.
    path : Path
        The file.

    Returns
    -------
    Curves
        All of the file.

    Raises
    ------
    StageError
        If anything in it is wrong: the line, the key, the value and what is allowed.
    """
    curves = read_own_file(
        Curves,
        path,
        {
            "dict_type": "a mapping of sources to lists of numbers, as in `digits: [2, 5, 10]`",
            "list_type": "a list of numbers, as in [2, 5, 10]",
        },
    )
    if rows_per_class is not None:
        _check_sizes(curves.sizes, rows_per_class, path)
    return curves


def _check_sizes(
    sizes: Mapping[str, Sequence[int]], rows_per_class: Mapping[str, Sequence[int]], path: Path
) -> None:
    """Stop if a source is unknown, or has too few rows for its largest size."""
    for name, of_source in sizes.items():
        if name not in rows_per_class:
            raise wrong(path, ("sizes", name), unknown("source", name, list(rows_per_class)))
        fewest = min(rows_per_class[name])
        if of_source[-1] >= fewest:
            smallest = rows_per_class[name].index(fewest)
            words = (
                f"{of_source[-1]}: class {smallest} has {fewest} rows, and one at least must be "
                "left to score on"
            )
            raise wrong(path, ("sizes", name, len(of_source) - 1), words)
