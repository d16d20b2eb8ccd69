"""Read and check ``curves/params.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from stages.lib.command import StageError
from stages.lib.curves.summary import T_975
from stages.lib.params.entry import Entry
from stages.lib.params.wording import show, unknown
from stages.lib.params.yaml_file import line_of, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import ErrorDetails


CURVES = Path("curves", "params.yaml")


def _ascend(sizes: list[int]) -> list[int]:
    if sizes != sorted(set(sizes)):
        raise PydanticCustomError("order", "expected numbers in ascending order, none twice")
    return sizes


Size = Annotated[int, Field(ge=1)]


class Curves(Entry):
    """All of ``curves/params.yaml``."""

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
    """Read and check ``curves/params.yaml``.

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
    try:
        curves = Curves.model_validate(read_yaml(path))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        # A misspelt key is two errors; the unknown key says more than the missing one.
        first = min(errors, key=lambda one: one["type"] != "extra_forbidden")
        raise _wrong(path, first["loc"], _message(first)) from None
    if rows_per_class is not None:
        _check_sizes(curves.sizes, rows_per_class, path)
    return curves


def _check_sizes(
    sizes: Mapping[str, Sequence[int]], rows_per_class: Mapping[str, Sequence[int]], path: Path
) -> None:
    """Stop if a source is unknown, or has too few rows for its largest size."""
    for name, of_source in sizes.items():
        if name not in rows_per_class:
            raise _wrong(path, ("sizes", name), unknown("source", name, list(rows_per_class)))
        fewest = min(rows_per_class[name])
        if of_source[-1] >= fewest:
            smallest = rows_per_class[name].index(fewest)
            words = (
                f"{of_source[-1]}: class {smallest} has {fewest} rows, and one at least must be "
                "left to score on"
            )
            raise _wrong(path, ("sizes", name, len(of_source) - 1), words)


def _wrong(path: Path, location: tuple[str | int, ...], words: str) -> StageError:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    line = line_of(path, location)
    return StageError(f"{path}, line {line}: {key.removeprefix('.') or 'the whole file'}: {words}")


def _message(error: ErrorDetails) -> str:
    kind, location = error["type"], error["loc"]
    if kind == "extra_forbidden":
        return unknown("key", location[-1], list(Curves.model_fields))
    if kind == "missing":
        return f"missing. {Curves.model_fields[str(location[-1])].description}"
    if kind == "order":
        return f"{show(error['input'])}: {error['msg']}"
    if kind == "too_short":
        return "empty; it needs an entry"
    expected = {
        "model_type": f"a mapping with the keys {', '.join(Curves.model_fields)}",
        "dict_type": "a mapping of sources to lists of numbers, as in `digits: [2, 5, 10]`",
        "list_type": "a list of numbers, as in [2, 5, 10]",
        "int_type": "a whole number",
    }.get(kind, error["msg"].removeprefix("Input should be "))
    return f"{show(error['input'])}: expected {expected}"
