"""The names of the package, each imported when it is first used."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import tinydatasets
from tests.conftest import ROOT

# All that was imported besides Python's own, after each statement.
SCRIPT = """
import sys
def others():
    return sorted(
        name for name in sys.modules
        if name.partition(".")[0] not in sys.stdlib_module_names and name != "__main__"
    )
before = others()
for statement in sys.argv[1:]:
    exec(statement)
print(*(name for name in others() if name not in before))
"""


def imported(*statements: str) -> list[str]:
    """Return what a fresh interpreter imports for some statements, besides the standard library."""
    printed = subprocess.run(
        [sys.executable, "-c", SCRIPT, *statements],
        cwd=ROOT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        timeout=60,
    )
    return printed.stdout.split()


def test_only_what_is_used_is_imported() -> None:
    assert imported("import tinydatasets; dir(tinydatasets)") == ["tinydatasets"]
    assert "numpy" not in imported("from tinydatasets import read_pairs, FormatError, Pair, Split")
    modules = imported("import tinydatasets", "tinydatasets.load('tinydigits-150')")
    assert {name.partition(".")[0] for name in modules} == {"tinydatasets", "numpy"}
    assert not [name for name in modules if "fetch" in name]
    names = ("classes", "pickles", "texts")
    modules = imported("import tinydatasets", *(f"tinydatasets.{name}.read_with" for name in names))
    assert {f"tinydatasets.{name}" for name in names} <= {*modules}


def test_the_public_names_are_there() -> None:
    names = "Dataset FormatError Pair Split Text load load_text read_pairs read_split".split()
    assert sorted(tinydatasets.__all__) == names
    assert {*names, "__version__"} <= {*dir(tinydatasets)}
    imported_names: dict[str, Any] = {}
    exec("from tinydatasets import *", imported_names)  # noqa: S102 - as a student may write it
    assert set(imported_names) - {"__builtins__"} == {*names}
    for name in names:
        assert imported_names[name] is getattr(tinydatasets, name)
        assert imported_names[name].__name__ == name


@pytest.mark.parametrize("name", ["read", "lood", "__wrapped__"])
def test_another_name_is_an_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'tinydatasets' has no attribute '{name}'"):
        getattr(tinydatasets, name)
