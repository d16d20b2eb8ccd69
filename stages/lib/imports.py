"""Which modules of this project a module imports, read from their text without running them."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("stages", "tinydatasets")
# Words, and the templates of pages.
DATA = (".j2", ".txt")


def _names(statements: list[ast.stmt]) -> Iterator[str]:
    """Give what some statements may import when they run, within functions too."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        for part in ("body", "orelse", "handlers", "finalbody", "cases"):
            # Imports for type checkers never run.
            if part != "body" or not _is_for_type_checkers(node):
                yield from _names(getattr(node, part, []))


def _is_for_type_checkers(node: ast.stmt) -> bool:
    test = getattr(node, "test", None)
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


@functools.cache
def _files(root: Path, name: str) -> list[Path]:
    """Give the files that importing a name runs or may read: packages, the module, its data."""
    parts = name.split(".")
    if parts[0] not in PACKAGES:
        return []
    found = []
    for depth in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:depth])
        if (path / "__init__.py").is_file():
            found.append(path / "__init__.py")
        elif path.with_suffix(".py").is_file():
            found.append(path.with_suffix(".py"))
            if depth > 1:
                found += [data for data in path.parent.iterdir() if data.suffix in DATA]
    return found


@functools.cache
def _imports(path: Path) -> set[str]:
    """Give the names that a module imports; most are imported by several stages."""
    return {*_names(ast.parse(path.read_bytes()).body)}


def modules_of(root: Path, name: str) -> list[str]:
    """Find every file of this project that a module needs.

    Parameters
    ----------
    root : Path
        The folder of the repository.
    name : str
        The module, such as ``"stages.sample"``.

    Returns
    -------
    list of str
        The paths from `root` of the module, of all that it imports at any time (not those for type
        checkers), of the packages that they are in, and of the words and templates beside
        them; sorted.

    Examples
    --------
    >>> found = modules_of(Path(), "stages.lib.params.counts")
    >>> found  # doctest: +NORMALIZE_WHITESPACE
    ['stages/__init__.py', 'stages/lib/__init__.py', 'stages/lib/params/__init__.py',
     'stages/lib/params/counts.py']
    """
    found: set[Path] = set()
    waiting = [*_files(root, name)]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".py":
            waiting += [file for name in _imports(path) for file in _files(root, name)]
    return sorted(path.relative_to(root).as_posix() for path in found)
