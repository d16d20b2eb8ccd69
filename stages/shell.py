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
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        # YAML takes such a space for a letter of the word that it stands beside.
        unquoted = isinstance(event, yaml.ScalarEvent) and event.style is None
        if unquoted and (found := _UNUSUAL_SPACE.search(event.value)):
            problem = _called(found[0])
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
    """Read a value from YAML.

    Parameters
    ----------
    path : Path
        The file to read.

    Returns
    -------
    Any
        What is in it.

    Raises
    ------
    StageError
        If it is no YAML: the line and the column, and what to write there if that is known.
    OSError
        If it can't be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.load(text, _Loader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        line, column, words = _explain(text.splitlines(), error)
        place = f", line {line}, column {column}" if line else ""
        raise StageError(f"{path}{place}: not readable as YAML: {words}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise StageError(f"{path}: not readable as YAML: {reason}") from None


def line_of(path: Path, keys: Sequence[str | int]) -> int:
    """Find the line of a key in a file that `read_yaml` can read.

    Parameters
    ----------
    path : Path
        The file.
    keys : sequence of str or int
        The keys that lead to it from the top; a number counts the entries of a list.

    Returns
    -------
    int
        Its line, counted from 1; if it is not there, that of the last of `keys` that is.
    """
    node = yaml.compose(path.read_text(encoding="utf-8"), _Loader)
    line = 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            below = {str(name.value).lower(): (name, under) for name, under in node.value}
            at, node = below.get(str(key).lower(), (None, None))
        elif isinstance(node, yaml.SequenceNode):
            at = node = node.value[int(key)]
        else:
            break
        if at is None:
            break
        line = at.start_mark.line + 1
    return line


# A slip as it looks in a line, and what to do about it.
_UNUSUAL_SPACE = re.compile(r"[^\S \t\r\n]|[\u200b\u2060\ufeff]")
_SLIPS = (
    (re.compile(r"[^#]*?(\t)"), "a tab; write spaces"),
    (re.compile(rf"[^#]*?({_UNUSUAL_SPACE.pattern})"), "{}; write an ordinary space"),
    (re.compile(r"\s*([\w-]+:)[^\s]"), "put a space after the colon of `{}`"),
    (re.compile(r"\s*([\w-]+)\s*(?:#.*)?$"), "put a colon after `{}`"),
)


def _called(found: str) -> str:
    """Name a space by what Unicode calls it; give anything else as it is."""
    if not _UNUSUAL_SPACE.fullmatch(found):
        return found
    return f"{unicodedata.name(found, 'control character').lower()} (U+{ord(found):04X})"


def _explain(lines: list[str], error: yaml.MarkedYAMLError) -> tuple[int, int, str]:
    """Say where the slip is that PyYAML often notices in a later line, and what to do about it."""
    marks = [mark for mark in (error.problem_mark, error.context_mark) if mark]
    if not marks:
        return 0, 0, str(error.problem)
    here = marks[0].line
    above = [number for number in range(min(here, len(lines))) if _indent(lines[number]) >= 0]
    for number in [mark.line for mark in marks] + above[-1:]:
        for pattern, words in _SLIPS:
            if number < len(lines) and (found := pattern.match(lines[number])):
                return number + 1, found.start(1) + 1, words.format(_called(found[1]))
    block = ("mapping values are not allowed here", "but found '<block mapping start>'")
    if above and here < len(lines) and str(error.problem).endswith(block):
        # The line above is the one if the lines around it agree.
        slip, other = here, above[-1]
        if len(above) > 1 and _indent(lines[above[-2]]) == _indent(lines[here]):
            slip, other = other, here
        indent, expected = _indent(lines[slip]), _indent(lines[other])
        if indent != expected:
            words = f"indented by {indent}, but line {other + 1} by {expected}"
            return slip + 1, indent + 1, f"{words}; the keys of one entry start in the same column"
    return here + 1, marks[0].column + 1, str(error.problem)


def _indent(line: str) -> int:
    """Give how many spaces a line begins with, -1 for one that is empty or a comment."""
    text = line.lstrip(" ")
    return -1 if not text or text.startswith("#") else len(line) - len(text)
