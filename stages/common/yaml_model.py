"""Validate what an author wrote in YAML by a dataclass, and word what is wrong in one message.

Stages that do not validate read plain dataclasses, since importing pydantic takes longer.
"""

import dataclasses
import difflib
import re
import reprlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from stages.common.errors import ParamError
from stages.common.yaml_file import read_yaml, with_line

Model = TypeVar("Model")

# What should stand there, by pydantic's type of error, where its own words are no help.
_EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a mapping of names to entries",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list, such as [8, 8] or [one, two]",
    "string_type": "words, in quotation marks if they are a number or have a colon in them",
    "string_too_short": "words",
}
_NAME = "a lower-case letter followed by lower-case letters, digits, - or _, at most 64 in all"
_NO_SPACE = re.compile(r"[\w-]+:[^\s:]")
_SHORT = reprlib.Repr()
_SHORT.maxstring = 80  # long enough for the name of a file


def read_model(model: type[Model], path: Path) -> Model:
    """Read a YAML file and validate it by a dataclass.

    A StageError says what is wrong first: the line, the key as its author wrote it, the value, what
    is allowed and, where there is one, the nearest right spelling.
    """
    content = read_yaml(path)
    try:
        return validate(model, content)
    except ParamError as error:
        raise with_line(path, error) from None


def validate(model: type[Model], content: Any) -> Model:
    """Return the content of a file as its model; raise a ParamError about what is wrong first."""
    try:
        return TypeAdapter(model).validate_python(content)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        # A misspelt key is two errors: the unknown key says more than the missing one.
        first = min(errors, key=lambda e: e["type"] != "unexpected_keyword_argument")
        keys = _keys(first["loc"], content)
        raise ParamError(*keys, message=_message(model, keys, first)) from None


def _keys(location: tuple[str | int, ...], content: Any) -> list[str | int]:
    """Return the keys as they stand in the file, without what pydantic adds for a union."""
    keys: list[str | int] = []
    for part in location:
        is_item = isinstance(content, list) and isinstance(part, int)
        is_there = is_item or (isinstance(content, dict) and part in content)
        if is_there:
            content = content[part]
        if is_there or (part == location[-1] and part != "[key]"):
            keys.append(part)
    return keys


def _message(model: Any, keys: list[str | int], error: ErrorDetails) -> str:
    kind, value = error["type"], error["input"]
    here, above = _models(model, keys), _models(model, keys[:-1])
    if kind == "unexpected_keyword_argument":
        if _NO_SPACE.match(str(keys[-1])):
            return "put a space after the colon"
        entries = [entry for part in above for entry in _entries(part)]
        if any(keys[-1] in _fields(entry) for _, entry in entries):
            return "a key of an entry; indent it as the other keys of its entry"
        given = {*value} if isinstance(value, dict) else set()
        shared = [(len(given & _fields(entry).keys()), part) for part, entry in entries]
        if max(shared, default=(0, ""))[0] > 1:
            return f"looks like an entry; indent it below `{max(shared)[1]}:`"
        fields = [*dict.fromkeys(field for part in above for field in _fields(part))]
        return unknown("key", keys[-1], fields)
    if kind == "missing":
        descriptions = {key: text for part in above for key, text in _fields(part).items()}
        return f"missing. {descriptions.get(str(keys[-1]), '')}".rstrip()
    if error["loc"][-1:] == ("[key]",):
        return f"not a name; a name is {_NAME}"
    if kind == "dataclass_type":
        if not here:
            return f"{keys[-1]} is a key of an entry, but stands where its name should; indent it"
        fields = [field for part in here for field in _fields(part)]
        if isinstance(value, str) and _NO_SPACE.match(value):
            return f"{show(value)}: put a space after the colon"
        return f"{show(value)}: expected a mapping with the keys {', '.join(fields)}"
    if kind == "literal_error":
        allowed = re.split(", | or ", error["ctx"]["expected"].replace("'", ""))
        return unknown("value", value, allowed)
    if kind == "too_short" and not value:
        return "empty; it needs an entry"
    if kind in {"too_short", "too_long"}:
        least, most = (error["ctx"].get(bound) for bound in ("min_length", "max_length"))
        bound = f"{least} values or more" if least else f"at most {most}"
        return f"{show(value)}: expected {bound}"
    words = _EXPECTED.get(kind) or re.sub(r"^Input should be |^Value error, ", "", error["msg"])
    return f"{show(value)}: expected {re.sub('^(?=greater|less)', 'a number ', words)}"


def _models(model: Any, keys: list[str | int]) -> list[Any]:
    """Return the dataclasses that may stand at some keys: several where a union may."""
    models = [model]
    for key in keys:
        inner = []
        for part in models:
            hints = get_type_hints(part, include_extras=True)
            # The keys of a mapping are names, and those of a list numbers: they are passed over.
            inner += [*_dataclasses(hints[str(key)])] if key in hints else [part]
        models = inner
    return models


def _entries(model: Any) -> list[tuple[str, Any]]:
    """Return the dataclasses of the entries below each key, with the key."""
    hints = get_type_hints(model, include_extras=True).items()
    return [(key, entry) for key, hint in hints for entry in _dataclasses(hint)]


def _dataclasses(hint: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(hint):
        yield hint
    for argument in get_args(hint):
        yield from _dataclasses(argument)


def _fields(model: Any) -> dict[str, str]:
    """Return the keys of a dataclass and what its author is asked for by each."""
    if not dataclasses.is_dataclass(model):
        return {}
    schema = TypeAdapter(model).json_schema()
    schema = schema.get("$defs", {}).get(getattr(model, "__name__", ""), schema)
    return {key: value.get("description", "") for key, value in schema["properties"].items()}


def unknown(kind: str, value: object, allowed: list[str]) -> str:
    """Return what is allowed in place of a value, and which of it is spelt alike.

    Examples
    --------
    >>> unknown("source", "digit", ["digits", "mnist-5k"])
    "unknown source 'digit'; allowed: digits, mnist-5k. Did you mean 'digits'?"
    """
    near = difflib.get_close_matches(str(value).lower(), allowed, n=1)
    hint = f". Did you mean {near[0]!r}?" if near else ""
    words = ", ".join(allowed[:50]) + ", ..." * (len(allowed) > 50)
    return f"unknown {kind} {show(value)}; allowed: {words or 'none'}{hint}"


def show(value: object) -> str:
    """Return a value about as YAML has it, shortened."""
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else _SHORT.repr(value)
