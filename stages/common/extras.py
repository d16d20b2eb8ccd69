"""Packages that only some runs need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from stages.common.errors import StageError


def extra(module: str, requirement: str, needed_for: object, make: str = "large") -> Any:
    """Import a module of a package that need not be installed, or say how to install it.

    Parameters
    ----------
    requirement : str
        What to give pip.
    needed_for : object
        The file or key that needs it, for the message.
    make : str
        The target of the Makefile that installs it.

    Examples
    --------
    >>> extra("pyarow", "pyarrow", "a.parquet")
    Traceback (most recent call last):
    stages.common.errors.StageError: a.parquet: No module named 'pyarow'; run `make large`, or ...
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise StageError(
            f"{needed_for}: {error}; run `make {make}`, or `pip install '{requirement}'`"
        ) from None
