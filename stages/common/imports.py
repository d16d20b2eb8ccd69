"""Which modules of this project a module imports, read from their text without running them."""

from __future__ import annotations

import ast
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


class Modules:
    """The modules of a repository, each read once.

    Parameters
    ----------
    root : Path
        The folder of the repository.

    Examples
    --------
    >>> found = Modules(Path()).needed_by("stages.check.counts")
    >>> found  # doctest: +NORMALIZE_WHITESPACE
    ['stages/__init__.py', 'stages/common/__init__.py', 'stages/check/__init__.py',
     'stages/check/counts.py']
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, list[Path]] = {}
        self._imports: dict[Path, set[str]] = {}

    def needed_by(self, name: str) -> list[str]:
        """Find every file of this project that a module needs.

        Parameters
        ----------
        name : str
            The module, such as ``"stages.sample"``.

        Returns
        -------
        list of str
            The paths from the root of the module, of all that it imports at any time (not those for
            type checkers), of the packages that they are in, and of the words and templates beside
            them; sorted.
        """
        found: set[Path] = set()
        waiting = [*self._files_of(name)]
        while waiting:
            path = waiting.pop()
            if path in found:
                continue
            found.add(path)
            if path.suffix == ".py":
                waiting += [file for each in self._imported(path) for file in self._files_of(each)]
        return sorted(path.relative_to(self._root).as_posix() for path in found)

    def _files_of(self, name: str) -> list[Path]:
        """Give the files that importing a name runs or may read: packages, the module, its data."""
        if name not in self._files:
            self._files[name] = [*_find(self._root, name)]
        return self._files[name]

    def _imported(self, path: Path) -> set[str]:
        if path not in self._imports:
            self._imports[path] = {*_names(ast.parse(path.read_bytes()).body)}
        return self._imports[path]


def _find(root: Path, name: str) -> Iterator[Path]:
    parts = name.split(".")
    if parts[0] not in PACKAGES:
        return
    for depth in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:depth])
        if (path / "__init__.py").is_file():
            yield path / "__init__.py"
        elif path.with_suffix(".py").is_file():
            yield path.with_suffix(".py")
            yield from (file for file in path.parent.iterdir() if file.suffix in DATA and depth > 1)
