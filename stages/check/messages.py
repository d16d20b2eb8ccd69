"""Messages about a wrong ``params.yaml``: one, with the key as its author wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stages.check.model import ENTRIES, Params
from stages.check.wording import A_NAME, lacks_space, put_a_space, show, unknown
from stages.source import KINDS

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_LENGTHS = {
    "too_short": "{min_length} values or more",
    "too_long": "at most {max_length} values",
}


def first_message(error: ValidationError) -> tuple[list[str | int], str]:
    """Give the first error: where it is, and a message with the key as the user wrote it.

    A misspelt key is two errors, an unknown key and a missing one: the unknown one says more. So
    does a key that stands where a name should.
    """
    errors = error.errors(include_url=False)
    first = min(
        errors,
        key=lambda candidate: (
            candidate["type"] != "extra_forbidden",
            not _is_misplaced(_written(candidate["loc"])),
        ),
    )
    location = _written(first["loc"])
    if location[-1:] == ["[key]"]:
        location = location[:-1]
    return location, _message(first)


def _written(location: tuple[str | int, ...]) -> list[str | int]:
    """Give the keys as they stand in the file, without the kind of a source that pydantic adds."""
    written = list(location)
    if written[:1] == ["sources"] and len(written) > 2 and written[2] in KINDS:
        del written[2]
    return written


def _message(error: ErrorDetails) -> str:
    """Word the message of one error."""
    kind, found, location = error["type"], error["input"], _written(error["loc"])
    if without_space := _without_space(kind, found, location):
        return without_space
    if location[-1:] == ["[key]"]:
        return f"{_dotted([*location[:-2], show(found)])}: not a name; {A_NAME}"
    key = _dotted(location)
    if kind == "extra_forbidden":
        return f"{key}: {_unknown_key(error)}"
    if kind == "model_type" and _is_misplaced(location):
        return (
            f"{key}: {location[-1]} is a key of an entry of {location[0]}, but stands where its "
            "name should; indent it more"
        )
    if kind == "missing":
        # Of keys of several kinds of source that have one name, that of the kind is meant.
        fields = _fields_at(location[:-1])
        if location[0] == "sources" and len(location) > 2:
            fields = KINDS[str(error["loc"][2])].model_fields
        return f"{key}: missing. {fields[str(location[-1])].description}"
    if kind == "literal_error":
        allowed = re.split(", | or ", error["ctx"]["expected"].replace("'", ""))
        return f"{key}: {unknown('value', found, allowed)}"
    if kind == "counts":
        return f"{key}: {error['msg']}"
    if kind == "too_short" and not found:
        return f"{key}: empty; it needs an entry"
    if kind in _LENGTHS:
        return f"{key}: {show(found)}: expected {_LENGTHS[kind].format(**error['ctx'])}"
    if kind in {"dict_type", "model_type"}:
        what = f"a mapping with the keys {', '.join(_fields_at(location))}"
        if len(location) == 1:
            what = "a mapping of names to entries"
        return f"{key or 'the whole file'}: {show(found)}: expected {what}"
    return f"{key}: {show(found)}: {_expected(error)}"


def _expected(error: ErrorDetails) -> str:
    """Say what may stand in the place of an error, in pydantic's words where they are good."""
    if error["type"] == "list_type" and error["loc"][-1] in {"size", "image_shape"}:
        return "expected height and width, as in [28, 32]"
    return re.sub(r"^Input should be |^\w+ should (?=match)", "expected ", error["msg"])


def _unknown_key(error: ErrorDetails) -> str:
    """Say why a key may not stand where it does."""
    location = _written(error["loc"])
    allowed = list(_fields_at(location[:-1]))
    if location[0] == "sources" and location[-1] in allowed:
        if location[-1] in KINDS:
            return f"{error['input']}, but {error['loc'][2]} too: a source is of one kind"
        kinds = [kind for kind, of in KINDS.items() if location[-1] in of.model_fields]
        return f"only a source with {' or '.join(kinds)} has this key"
    if len(location) == 1 and (parts := _parts_with(location[0])):
        return f"a key of an entry of {parts}; indent it as the other keys of its entry"
    return unknown("key", location[-1], allowed)


def _dotted(location: list[str | int]) -> str:
    # Show characters that are not printable, such as a line end, as Python writes them.
    text = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part if part.isprintable() else repr(part)}"
        for part in location
    )
    return text.removeprefix(".")


def _without_space(kind: str, found: object, location: list[str | int]) -> str:
    """Say that a key and its value, or an entry's name and the entry, have no space between."""
    wrong, above = None, location
    if location[-1:] == ["[key]"]:
        wrong, above = found, location[:-2]
    elif kind == "extra_forbidden":
        wrong, above = location[-1], location[:-1]
    elif kind in {"dict_type", "model_type"}:
        wrong = found
    if not lacks_space(wrong):
        return ""
    return f"{_dotted(above) or 'the whole file'}: {put_a_space(wrong)}"


def _fields_at(location: list[str | int]) -> dict[str, FieldInfo]:
    """Give the keys that may stand at `location`: at the top, or in an entry of a part."""
    if not location:
        return Params.model_fields
    if location[0] == "sources":
        return {key: field for kind in KINDS.values() for key, field in kind.model_fields.items()}
    return ENTRIES[str(location[0])].model_fields


def _is_misplaced(location: list[str | int]) -> bool:
    """Tell a key of an entry that stands where the entry's name should, as ``datasets.seed``."""
    return len(location) == 2 and location[1] in _fields_at(location)


def _parts_with(key: str | int) -> str:
    """Give the parts whose entries have a key, such as ``datasets, texts``."""
    return ", ".join(part for part in Params.model_fields if key in _fields_at([part]))
