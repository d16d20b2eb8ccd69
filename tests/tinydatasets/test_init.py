"""The names of the package, each imported when it is first used."""

from __future__ import annotations

import subprocess
import sys

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
    """Give what a fresh interpreter imports for some statements, besides the standard library."""
    printed = subprocess.run(
        [sys.executable, "-c", SCRIPT, *statements],
        cwd=ROOT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    return printed.stdout.split()


def test_the_import_of_the_package_imports_nothing_else() -> None:
    assert imported("import tinydatasets; tinydatasets.__version__; dir(tinydatasets)") == [
        "tinydatasets"
    ]


def test_texts_are_read_without_numpy() -> None:
    assert "numpy" not in imported("from tinydatasets import read_pairs, FormatError, Pair, Split")


def test_loading_imports_numpy_and_no_benchmark() -> None:
    found = imported("import tinydatasets", "tinydatasets.load('tinydigits-150')")
    assert {name.partition(".")[0] for name in found} == {"tinydatasets", "numpy"}
    assert not [name for name in found if "fetch" in name]


def test_the_public_names_are_there() -> None:
    assert (
        set(tinydatasets.__all__)
        == {*tinydatasets._MODULES}
        == {
            "Dataset",
            "FormatError",
            "Pair",
            "Split",
            "Text",
            "load",
            "load_text",
            "read_pairs",
            "read_split",
        }
    )
    assert {*tinydatasets.__all__, "__version__"} <= {*dir(tinydatasets)}
    for name in tinydatasets.__all__:
        value = getattr(tinydatasets, name)
        assert value is getattr(tinydatasets, name)
        assert value.__name__ == name
        assert value.__module__ == f"tinydatasets.{tinydatasets._MODULES[name]}"
    found: dict[str, object] = {}
    exec("from tinydatasets import *", found)  # noqa: S102 - as a student may write it
    assert set(found) - {"__builtins__"} == set(tinydatasets.__all__)


@pytest.mark.parametrize("name", ["read", "dumps", "lood", "__wrapped__"])
def test_another_name_is_an_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'tinydatasets' has no attribute '{name}'"):
        getattr(tinydatasets, name)


def test_the_modules_of_the_formats_are_there_without_an_import() -> None:
    names = ("classes", "pickles", "texts")
    found = imported("import tinydatasets", *(f"tinydatasets.{name}.read_with" for name in names))
    assert {f"tinydatasets.{name}" for name in names} <= set(found)
