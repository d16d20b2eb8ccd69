"""The file format of the names of classes: a JSON list in the order of the labels, in UTF-8."""

from __future__ import annotations

import json
import os
import reprlib
from collections.abc import Sequence
from typing import Any, Final

from tinydatasets.types import FormatError, read_with

# Larger than the names of any tiny dataset.
_LARGEST_FILE: Final = 2**20
_TOO_LARGE: Final = f"names of classes have at most {_LARGEST_FILE:,} bytes; shorten them"


def check(names: Sequence[Any], count: int) -> None:
    """Raise a FormatError unless there are `count` names or more in Unicode, all different."""
    seen = set()
    for name in names:
        if not isinstance(name, str) or not name:
            raise FormatError(f"expected names that are not empty, found {reprlib.repr(name)}")
        try:
            name.encode()
        except UnicodeEncodeError:
            raise FormatError(f"expected names in Unicode, found {name!a:.120}") from None
        if name in seen:
            raise FormatError(f"expected each name once, found {name!r:.120} twice")
        seen.add(name)
    if len(names) < count:
        message = f"expected at least {count} names, one for each label, found {len(names)}"
        raise FormatError(message)


def dumps(names: Sequence[str], count: int) -> bytes:
    r"""Return the bytes of a file of names; raise a FormatError as `check` does, or above 1 MiB.

    >>> dumps(["oak", "ash"], 2)
    b'["oak", "ash"]\n'
    """
    check(names, count)
    data = f"{json.dumps([*names], ensure_ascii=False)}\n".encode()
    if len(data) > _LARGEST_FILE:
        raise FormatError(_TOO_LARGE)
    return data


def loads(data: bytes, count: int) -> tuple[str, ...]:
    """Return the names in the bytes of a file; raise a FormatError if they hold anything else.

    >>> loads(b'["oak", "ash"]', 2)
    ('oak', 'ash')
    >>> loads(b'["oak", "ash"]', 3)
    Traceback (most recent call last):
    tinydatasets.types.FormatError: not names of classes: expected at least 3 names, one for ...
    """
    try:
        names = _parse(data)
        check(names, count)
    except FormatError as error:
        raise FormatError(f"not names of classes: {error}") from None
    return tuple(names)


def _parse(data: bytes) -> list[Any]:
    if len(data) > _LARGEST_FILE:
        raise FormatError(_TOO_LARGE)
    try:
        names = json.loads(data.decode())
    # RecursionError: lists in lists.
    except (ValueError, RecursionError):
        raise FormatError("damaged, cut short, or not JSON in UTF-8") from None
    if not isinstance(names, list):
        raise FormatError(f"expected a list, found {reprlib.repr(names)}")
    return names


def read_classes(path: str | os.PathLike[str], count: int) -> tuple[str, ...]:
    """Read the names of `count` classes or more from a file such as ``classes.json``.

    Raises
    ------
    FormatError
        If the file holds anything else; the message names the file.
    OSError
        If the file cannot be read.
    """
    return read_with(lambda data: loads(data, count), path, _LARGEST_FILE)
