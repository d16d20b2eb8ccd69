"""Which modules of this project a module imports, read from their text without running them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("stages", "tinydatasets")


class _Names(ast.NodeVisitor):
    """Collect what a module may import when it runs, within functions too."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        # Imports for type checkers never run.
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for below in node.orelse:
                self.visit(below)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {alias.name for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            self.found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}


def _files(root: Path, name: str) -> Iterator[Path]:
    """Give the files that importing a name runs or may read: packages, the module, its data."""
    parts = name.split(".")
    if parts[0] not in PACKAGES:
        return
    for depth in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:depth])
        if (path / "__init__.py").is_file():
            yield path / "__init__.py"
        elif path.with_suffix(".py").is_file():
            yield path.with_suffix(".py")
            yield from (data for data in path.parent.glob("*.txt") if depth > 1)


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
        checkers), of the packages that they are in, and of the ``.txt`` files beside them; sorted.

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
            names = _Names()
            names.visit(ast.parse(path.read_bytes()))
            waiting += [file for imported in names.found for file in _files(root, imported)]
    return sorted(path.relative_to(root).as_posix() for path in found)
