"""The names of the package, each imported when it is first used."""

import re
import subprocess
import sys
import typing
from typing import Any

import pytest

import tinydatasets
from tests.conftest import ROOT
from tinydatasets import loading
from tinydatasets.fetch.benchmarks import BENCHMARKS

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
    command = [sys.executable, "-c", SCRIPT, *statements]
    return subprocess.check_output(command, cwd=ROOT, text=True, timeout=60).split()


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
    names = "Dataset FormatError Pair Split Text load load_text names path".split()
    names += ["read_pairs", "read_split"]
    assert sorted(tinydatasets.__all__) == names
    assert {*names, "__version__"} <= {*dir(tinydatasets)}
    namespace: dict[str, Any] = {}
    exec("from tinydatasets import *", namespace)  # noqa: S102 - as a student may write it
    assert {*namespace} - {"__builtins__"} == {*names}
    assert [namespace[name].__name__ for name in names] == names
    with pytest.raises(AttributeError, match="module 'tinydatasets' has no attribute 'lood'"):
        getattr(tinydatasets, "lood")  # noqa: B009 - as mypy would not have it


def test_the_help_of_the_package_begins_with_what_it_ships() -> None:
    first = str(tinydatasets.__doc__).split("`load`")[0]
    shipped = {path.parent.name for path in ROOT.glob("datasets/tiny*/SHA256SUMS")}
    assert {*re.findall("``(.+?)``", first)} == shipped
    literals = (loading.Scaled, loading.Whole, loading.TextName)
    names = {name for literal in literals for name in typing.get_args(literal)}
    assert names == {*shipped, *BENCHMARKS}
