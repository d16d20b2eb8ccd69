"""Read ``params.yaml`` as DVC reads it, and find the line of a mistake."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import yaml

from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class _Loader(yaml.SafeLoader):
    """Plain YAML, restricted to what PyYAML (YAML 1.1) and DVC (YAML 1.2) read alike.

    What the two would read differently, such as ``010``, ``0x10``, ``1_000`` or a date, is a string
    here, which the model of ``params.yaml`` then refuses. ``1e-3`` is the number it looks like.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as in the base class

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            problem = f"a tag ({event.tag}) has no meaning here"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
        # YAML reads such a space as part of the word next to it.
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


class _Dumper(yaml.SafeDumper):
    """Write a key a line, a list in one line, and in quotes what `_Loader` may not take without."""


_Dumper.add_representer(
    list,
    lambda dumper, value: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", value, flow_style=True
    ),
)
_Dumper.add_representer(
    str,
    lambda dumper, value: dumper.represent_scalar(
        "tag:yaml.org,2002:str", value, style=None if value.isascii() else '"'
    ),
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
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise StageError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
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


def add_entry(text: str, part: str, name: str, entry: Mapping[str, object]) -> str:
    r"""Add an entry at the end of a part of ``params.yaml``, and leave all else as it is.

    Parameters
    ----------
    text : str
        All of a file that `read_yaml` can read.
    part : str
        A key at the top, below which entries stand one below the other.
    name : str
        The name of the new entry.
    entry : mapping
        Its keys and values.

    Returns
    -------
    str
        The text with new lines in it. They are indented as the entries there, end as the other
        lines do, and follow a blank line if there is one in the part.

    Raises
    ------
    ValueError
        If the part is written in another way, such as in braces; the message begins with its key.

    Examples
    --------
    >>> add_entry("sources:\n  a: {x: 1}  # one\n# two\ntexts: {}\n", "sources", "b", {"y": [2]})
    'sources:\n  a: {x: 1}  # one\n  b:\n    y: [2]\n# two\ntexts: {}\n'
    """
    root: Any = yaml.compose(text, _Loader)
    below = next(under for key, under in root.value if key.value == part)
    start = below.start_mark
    while isinstance(below, yaml.CollectionNode) and not below.flow_style:
        # A part ends where the next one begins; the comments between them belong to the latter.
        below = below.value[-1][1] if isinstance(below, yaml.MappingNode) else below.value[-1]
    end = text.find("\n", below.end_mark.index) + 1 or len(text)
    before, after = text[:end], text[end:]
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = yaml.dump(
        {part: {name: {**entry}}},
        Dumper=_Dumper,
        indent=start.column,
        sort_keys=False,
        allow_unicode=True,
        width=float("inf"),
    ).splitlines()[1:]
    has_blank = any(not line.strip() for line in before[start.index :].splitlines())
    added = [""] * has_blank + lines
    if not before.endswith("\n"):
        before += ending
    result = before + "".join(f"{line}{ending}" for line in added) + after
    expected = yaml.load(text, _Loader)  # noqa: S506 - a subclass of SafeLoader
    expected[part] = {**expected[part], name: entry}
    try:
        found = yaml.load(result, _Loader)  # noqa: S506
    except yaml.YAMLError:
        found = None
    if found != expected:
        raise ValueError(
            f"{part}: there is no place for another entry; write the entries one below the other, "
            "without braces around them"
        )
    return result


# Common mistakes as they look in a line, and how to fix them.
_UNUSUAL_SPACE = re.compile(r"[^\S \t\r\n]|[\u200b\u2060\ufeff]")
_SLIPS = (
    (re.compile(r"[^#]*?(\t)"), "a tab; write spaces"),
    (re.compile(rf"[^#]*?({_UNUSUAL_SPACE.pattern})"), "{}; write an ordinary space"),
    (re.compile(r"\s*([\w-]+:)[^\s]"), "put a space after the colon of `{}`"),
    (re.compile(r"\s*([\w-]+)\s*(?:#.*)?$"), "put a colon after `{}`"),
    (
        re.compile(r"\s*(?:- )?[\w-]+: +[^'\"\[{#\s][^#]*?(: )"),
        "a colon and a space within a text; put quotation marks around the text",
    ),
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
        # If the lines around the line above agree, that line is the wrong one.
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
