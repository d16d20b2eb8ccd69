"""Run a function from the command line, and import what only some runs need."""

from __future__ import annotations

import argparse
import inspect
import io
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from stages.common.errors import ParamError, StageError, WorkersError

if TYPE_CHECKING:
    from collections.abc import Callable


def run(main: Callable[..., None], *expected: type[Exception]) -> None:
    """Call `main` with the arguments of the command line, and end the process if it fails.

    Parameters
    ----------
    main : callable
        Its positional parameters become positional arguments, its keyword-only parameters
        options of the same name, each converted by its annotation. An option may be left out if
        its annotation is ``T | None``.
    *expected : exception type
        What `main` can stop with besides `StageError`, `WorkersError` and `OSError`.

    Raises
    ------
    SystemExit
        With one message and status 1 if `main` stops for a reason that its user can fix; with
        status 2 if the arguments are wrong, 130 if a user stops it.
    """
    parser = argparse.ArgumentParser(description=inspect.getdoc(main))
    for name, parameter in inspect.signature(main, eval_str=True).parameters.items():
        convert, *none = get_args(parameter.annotation) or [parameter.annotation]
        if parameter.kind is parameter.KEYWORD_ONLY:
            flag = f"--{name.replace('_', '-')}"
            parser.add_argument(flag, type=convert, required=not none)
        else:
            parser.add_argument(name, type=convert)
    # Names of classes have any letters; where it can't show one, it shows its code.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    stops: tuple[type[Exception], ...] = (StageError, WorkersError, *expected)
    try:
        main(**vars(parser.parse_args()))
    except ParamError as error:
        # Imported here: it takes longer than most stages run.
        from stages.common.yaml_file import locate  # noqa: PLC0415

        sys.exit(str(locate(Path("params.yaml"), error)))
    except stops as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error}. When that is mended, `make repro` goes on from here.")


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
