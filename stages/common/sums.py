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
    r"""Return a line for each file: its sum, two spaces, its name; sorted by name.

    Parameters
    ----------
    sums : mapping of str to str
        The sum of each file by its name.

    Examples
    --------
    >>> to_text({"b": sha256(b""), "a": sha256(b"")})[60:70]
    'b855  a\ne3'
    """
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def of_files(sums: Mapping[str, str]) -> str:
    """Return the sum of several files: that of the list which ``sha256sum`` prints of them.

    Parameters
    ----------
    sums : mapping of str to str
        The sum of each file by its name.

    Examples
    --------
    >>> of_files({"oak/1.png": sha256(b""), "elm/1.png": sha256(b"")})[:16]
    '0b53384ccb91e627'
    """
    return sha256(to_text(sums).encode())


def from_text(text: str) -> dict[str, str]:
    r"""Read the sums of files in one folder.

    Parameters
    ----------
    text : str
        What `to_text` gives.

    Returns
    -------
    dict of str to str
        The sum of each file by its name.

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
    found = [_LINE.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    sums = {match[2]: match[1] for match in found if match}
    if to_text(sums) != text:
        raise ValueError("not as sha256sum prints it")
    return sums
