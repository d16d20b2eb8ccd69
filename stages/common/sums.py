"""Sums of files, as the command ``sha256sum`` prints and checks them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Names that sha256sum would escape, and paths, are none of ours.
_LINE = re.compile(r"([0-9a-f]{64})  ([^/\\\r\n]+)")


def sha256(data: bytes) -> str:
    """Return the sum of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def md5(data: bytes) -> str:
    """Return the sum by which DVC knows a file, in hexadecimal."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def to_text(sums: Mapping[str, str]) -> str:
    r"""Return a line for each file, given the sums by their names: sum, two spaces, name; sorted.

    Examples
    --------
    >>> to_text({"b": sha256(b""), "a": sha256(b"")})[60:70]
    'b855  a\ne3'
    """
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def of_files(sums: Mapping[str, str]) -> str:
    """Return the sum of several files: that of the list which ``sha256sum`` prints of them.

    Examples
    --------
    >>> of_files({"oak/1.png": sha256(b""), "elm/1.png": sha256(b"")})[:16]
    '0b53384ccb91e627'
    """
    return sha256(to_text(sums).encode())


def from_text(text: str) -> dict[str, str]:
    r"""Read the sums of files in one folder, each by its name, from what `to_text` returned.

    Raises
    ------
    ValueError
        If `text` is anything else, or a name is a path.

    Examples
    --------
    >>> from_text(to_text({"train.pkl": "0" * 64}))["train.pkl"][:3]
    '000'
    >>> from_text(to_text({"../train.pkl": "0" * 64}))
    Traceback (most recent call last):
    ValueError: not as sha256sum prints it
    """
    matches = [_LINE.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    sums = {match[2]: match[1] for match in matches if match}
    if to_text(sums) != text:
        raise ValueError("not as sha256sum prints it")
    return sums
