"""Run a function from the command line, and import what only some runs need."""

import argparse
import inspect
import io
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from stages.common.errors import ParamError, StageError, WorkersError


def run(main: Callable[..., None], *expected: type[Exception]) -> None:
    """Call `main` with the arguments of the command line, and end the process if it fails.

    Its keyword-only parameters are options; one of ``T | None`` may be left out. One message and
    status 1 end the process for a `StageError`, `WorkersError`, `OSError` or what is `expected`.
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
        from stages.common.yaml_file import with_line  # noqa: PLC0415

        sys.exit(str(with_line(Path("params.yaml"), error)))
    except stops as error:
        sys.exit(str(error))
    except BrokenPipeError:
        sys.exit(141)  # as a shell says it of a program that printed to `head` until it was done
    except OSError as error:
        sys.exit(f"{error}. When that is mended, `make repro` goes on from here.")
    finally:
        _finish_printing()


def _finish_printing() -> None:
    """Write what is still to be printed; where nobody reads it any more, let it go."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except BrokenPipeError:
        # Python writes it once more when it ends, and would show this error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def extra(module: str, requirement: str, needed_for: object, make: str = "large") -> Any:
    """Import a module of a package that pip or a target of the Makefile, `make`, installs.

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
