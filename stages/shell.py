"""What surrounds the pure function of a stage: arguments, files, and one clear message.

Arrays are stored as ``.npy`` and the rest as JSON, which have the same bytes whatever wrote them;
``.npz`` would not, for its zip headers. A file is written whole or not at all.
"""

from __future__ import annotations

import argparse
import inspect
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

PARAMS = Path("params.yaml")


class StageError(Exception):
    """What a user did or has stops a stage; the message is all that they need to read."""


def run(main: Callable[..., None], *expected: type[Exception]) -> None:
    """Call `main` with the arguments of the command line, and end the process if it fails.

    Parameters
    ----------
    main : callable
        Its positional parameters become positional arguments, its keyword-only parameters
        options of the same name, each converted by its annotation. An option may be left out if
        its annotation is ``T | None``.
    *expected : exception type
        What `main` can stop with besides `StageError` and `OSError`.

    Raises
    ------
    SystemExit
        With one message and status 1 if `main` stops for a reason that its user can mend; with
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
    stops: tuple[type[Exception], ...] = (StageError, *expected)
    try:
        main(**vars(parser.parse_args()))
    except stops as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error}. When that is mended, `make repro` goes on from here.")


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` beside `path` and move it into place.

    Parameters
    ----------
    path : Path
        The file to write; its folder is made where it is missing.
    data : bytes
        All of the file.

    Raises
    ------
    OSError
        If the disk is full or the folder can't be written; `path` is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write an array as ``.npy``."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    write_bytes(path, buffer.getvalue())


def read_array(path: Path) -> npt.NDArray[Any]:
    """Read an array from ``.npy``."""
    try:
        array: npt.NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise _damaged(path, error) from None
    return array


def write_json(path: Path, value: object, *, indent: int | None = None) -> None:
    """Write a value as JSON."""
    text = json.dumps(value, indent=indent, allow_nan=False)
    write_bytes(path, f"{text}\n".encode())


def read_json(path: Path) -> Any:
    """Read a value from JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> StageError:
    return StageError(f"{path} is damaged ({error}). Delete it and run `dvc repro` again.")


class _Loader(yaml.SafeLoader):
    """Plain YAML, of which every value is to PyYAML (YAML 1.1) what it is to DVC (YAML 1.2).

    What the two would read differently, such as ``010``, ``0x10``, ``1_000`` or a date, is a string
    here, which the model of ``params.yaml`` then refuses. ``1e-3`` is the number it looks like.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as in the base class

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            problem = f"a tag ({event.tag}) has no meaning here"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        keys = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue
            key = (key_node.tag, key_node.value)
            if key in keys:
                problem = f"the key {key_node.value!r} stands twice"
                raise yaml.composer.ComposerError(None, None, problem, key_node.start_mark)
            keys.add(key)
        return node


for _name, _pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"0|-?[1-9][0-9]*",
    "float": r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    "merge": r"<<",
}.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), [None]
    )


def read_yaml(path: Path) -> Any:
    """Read a value from YAML."""
    try:
        with path.open(encoding="utf-8") as file:
            return yaml.load(file, _Loader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise StageError(f"{path}{place}: not readable as YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise StageError(f"{path}: not readable as YAML: {reason}") from None
