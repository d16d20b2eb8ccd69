"""Read and check ``params.yaml``."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from stages.check.checks import check
from stages.check.messages import first_message
from stages.check.model import Params
from stages.check.yaml_file import line_of, read_yaml
from stages.common.errors import StageError
from stages.source.own import Own, fill_in

PARAMS = Path("params.yaml")


def read_params(path: Path = PARAMS) -> Params:
    """Read and check ``params.yaml``.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Params
        All of it, with defaults filled in, and with what was found in the user's own data.

    Raises
    ------
    StageError
        If anything in it is wrong: the line, the key as its author wrote it, the value, what is
        allowed and, where there is one, the nearest right spelling.
    """
    try:
        params = Params.model_validate(read_yaml(path))
    except ValidationError as error:
        location, message = first_message(error)
        raise StageError(f"{path}, line {line_of(path, location)}: {message}") from None
    try:
        params = complete(params)
        check(params)
    except ValueError as error:
        key, _, _ = str(error).partition(":")
        raise StageError(f"{path}, line {line_of(path, key.split('.'))}: {error}") from None
    return params


def complete(params: Params) -> Params:
    """Fill in what the sources of the user's own leave out, from the data itself.

    Raises
    ------
    ValueError
        If the data can't be a source; the message begins with the key.
    """
    sources = {}
    for name, source in params.sources.items():
        try:
            sources[name] = fill_in(source) if isinstance(source, Own) else source
        except StageError as error:
            raise ValueError(f"sources.{name}.{error}") from None
    return params.model_copy(update={"sources": sources})
