"""Words that several messages about ``params.yaml`` use."""

from __future__ import annotations

import difflib
import re
import reprlib

# Long enough for the name of a file.
_SHORT = reprlib.Repr()
_SHORT.maxstring = 80

A_NAME = (
    "a name is a lower-case letter followed by lower-case letters, digits, - or _, at most 64 in "
    "all"
)


def unknown(kind: str, value: object, allowed: list[str]) -> str:
    """Say what is allowed in place of a value, and which of it is spelt alike."""
    near = difflib.get_close_matches(str(value).lower(), allowed, n=1)
    hint = f". Did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {show(value)}; allowed: {', '.join(allowed)}{hint}"


def show(value: object) -> str:
    """Show a value about as YAML has it, shortened."""
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else _SHORT.repr(value)


def lacks_space(value: object) -> bool:
    """Tell ``seed:7``, which YAML takes for one word."""
    return isinstance(value, str) and re.match(r"[\w-]+:[^\s:]", value) is not None


def put_a_space(value: object) -> str:
    """Say how to write what `lacks_space`."""
    key, _, rest = str(value).partition(":")
    return f"{show(value)}: put a space after the colon: {show(f'{key}: {rest}')}"
