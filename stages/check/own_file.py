"""Read and check a YAML file other than ``params.yaml``, which has a model of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from stages.check.wording import show, unknown
from stages.check.yaml_file import line_of, read_yaml
from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from stages.check.entry import Entry

    Location = tuple[str | int, ...]

AnyEntry = TypeVar("AnyEntry", bound="Entry")


def read_own_file(
    model: type[AnyEntry], path: Path, expected: Mapping[str, str] | None = None
) -> AnyEntry:
    """Read a file and check it by its model.

    Parameters
    ----------
    model : type of Entry
        The model of the whole file.
    path : Path
        The file.
    expected : mapping of str to str, optional
        For pydantic's types of errors, what should stand there instead, in better words.

    Returns
    -------
    Entry
        All of the file, as the model has it.

    Raises
    ------
    StageError
        If anything in it is wrong: the line, the key, the value and what is allowed.
    """
    try:
        return model.model_validate(read_yaml(path))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        # A misspelt key is two errors; the unknown key says more than the missing one.
        first = min(errors, key=lambda one: one["type"] != "extra_forbidden")
        words = _message(model, first, expected or {})
        raise wrong(path, first["loc"], words) from None


def wrong(path: Path, location: Location, words: str) -> StageError:
    """Give the error that says what is wrong in a file, and where: the line and the key."""
    # Pydantic adds this where the name of an entry is wrong.
    location = tuple(part for part in location if part != "[key]")
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    line = line_of(path, location)
    return StageError(f"{path}, line {line}: {key.removeprefix('.') or 'the whole file'}: {words}")


def _message(model: type[Entry], error: ErrorDetails, expected: Mapping[str, str]) -> str:
    kind, location = error["type"], error["loc"]
    if kind == "extra_forbidden":
        keys = list(_model_at(model, location[:-1]).model_fields)
        return unknown("key", location[-1], keys)
    if kind == "missing":
        field = _model_at(model, location[:-1]).model_fields[str(location[-1])]
        return f"missing. {field.description}"
    if kind == "said":
        return error["msg"]
    if kind == "order":
        return f"{show(error['input'])}: {error['msg']}"
    if kind == "too_short":
        return "empty; it needs an entry"
    if kind == "model_type":
        keys = list(_model_at(model, location).model_fields)
        return f"{show(error['input'])}: expected a mapping with the keys {', '.join(keys)}"
    known = {
        "int_type": "a whole number",
        "list_type": "a list",
        "string_type": "words",
        **expected,
    }
    words = known.get(kind, error["msg"].removeprefix("Input should be "))
    return f"{show(error['input'])}: expected {words}"


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """Give the model of the entry at a location; lists and mappings between are passed over."""
    for part in location:
        if part in model.model_fields:
            model = next(_models_in(model.model_fields[str(part)].annotation), model)
    return model


def _models_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
