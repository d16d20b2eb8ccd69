"""Run a stage from the command line: its arguments in, one clear message out."""

from __future__ import annotations

import argparse
import inspect
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class StageError(Exception):
    """What a user did or has stops a stage; the message is all that they need to read."""


def run(main: Callable[..., None], *expected: type[Exception]) -> None:
    """Call `main` with the arguments of the command line, and end the process if it fails.

    Parameters
    ----------
    main : callable
        Its positional parameters become positional arguments, its keyword-only parameters
        options of the same name, each converted by its annotation.
    *expected : exception type
        What `main` can stop with besides `StageError` and `OSError`.

    Raises
    ------
    SystemExit
        With one message and status 1 if `main` stops for a reason that its user can mend; with
        status 2 if the arguments are wrong.
    """
    parser = argparse.ArgumentParser(description=inspect.getdoc(main))
    for name, parameter in inspect.signature(main, eval_str=True).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            flag = f"--{name.replace('_', '-')}"
            parser.add_argument(flag, type=parameter.annotation, required=True)
        else:
            parser.add_argument(name, type=parameter.annotation)
    stops: tuple[type[Exception], ...] = (StageError, OSError, *expected)
    try:
        main(**vars(parser.parse_args()))
    except stops as error:
        sys.exit(str(error))
