"""Read YAML as DVC reads it, and find the line of a key."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, SequenceNode

from stages.common.errors import ParamError, StageError

_NO_SPACE = re.compile(r"\s*(- )?[\w-]+:[^\s:/]")
_NO_COLON = re.compile(r" *([a-z][\w-]*)( +[\w.-]+)?$")
_ODD = re.compile(r"(  )* [\w-]+:")


def read_yaml(path: Path) -> Any:
    """Read a file as DVC reads ``params.yaml``: YAML 1.2, no key twice.

    A StageError says in which line and column it is no YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return YAML(typ="safe").load(text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise StageError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = " ".join(str(error.problem).split()) + _hint(text, mark.line if mark else 0)
        if mark and mark.column == 0 and "duplicate key" in reason:
            reason += "; put each entry, indented, below the one key of its part"
    except (YAMLError, ValueError, RecursionError) as error:
        place, reason = "", " ".join(str(error).split())
    raise StageError(f"{path}{place}: not readable as YAML: {reason}")


def _hint(text: str, number: int) -> str:
    """Return what to do about the slips that YAML's own words don't tell."""
    # YAML often notices in the line below.
    for line in reversed(text.splitlines()[max(0, number - 1) : number + 1]):
        if "\t" in line:
            return "; write spaces in place of the tab"
        if line.rstrip().endswith("{}"):
            return "; entries below a key take the place of its {}"
        if _NO_SPACE.match(line):
            return f"; put a space after the colon of `{line.strip()}`"
        if key := _NO_COLON.match(line.rstrip()):
            return f"; is a colon missing after `{key[1]}`?"
        if _ODD.match(line):
            return f"; indent `{line.strip()}` as its neighbours are"
    return ""


def odd_keys(path: Path, keys: Sequence[str | int]) -> list[str]:
    """Return, as they stand there, the keys of a mapping that are neither text nor whole numbers.

    Of ``{1.50: 1, true: 2, oak: 3}`` these are ``1.50`` and ``true``.
    """
    node = _find(path, keys)[1]
    pairs = node.value if isinstance(node, MappingNode) else []
    return [str(key.value) for key, _ in pairs if not key.tag.endswith((":str", ":int"))]


def _find(path: Path, keys: Sequence[str | int]) -> tuple[int, Any]:
    """Return the line, counted from 1, of the last of some keys that a file has, and its value."""
    node = YAML(typ="safe").compose(path.read_text(encoding="utf-8"))
    line = 1
    for key in keys:
        if isinstance(node, MappingNode):
            values = {str(name.value): (name, value) for name, value in node.value}
            place, node = values.get(str(key), (None, None))
        elif isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
            place = node = node.value[key]
        else:
            break
        if place is None:
            break
        line = place.start_mark.line + 1
    return line, node


def with_line(path: Path, error: ParamError) -> StageError:
    """Return an error about a key with the file and the line of the key in its message."""
    return StageError(f"{path}, line {_find(path, error.keys)[0]}: {error}")
