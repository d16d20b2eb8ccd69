"""What an author may write in about.yaml, and what is said of anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stages.common.errors import StageError
from stages.papers.about import REQUIRED, read_about
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORK = (
    "origin:\n  - gives: data\n    title: X\n    authors: [A]\n    year: 2000\n    licence: MIT\n"
)


def read(path: Path, text: str) -> object:
    (path / "about.yaml").write_text(text, encoding="utf-8")
    return read_about(path / "about.yaml")


@pytest.mark.parametrize("path", [*ROOT.glob("datasets/*/about.yaml")], ids=lambda p: p.parent.name)
def test_what_is_released_lacks_nothing(path: Path) -> None:
    assert read_about(path).missing() == []


def test_a_key_without_a_value_is_missing(tmp_path: Path) -> None:
    (tmp_path / "about.yaml").write_text("title: Leaves\nsummary:\nauthors: [A. Teacher]\n")
    missing = read_about(tmp_path / "about.yaml").missing()
    assert set(missing) == set(REQUIRED) - {"title", "authors"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel: Leaves\n", "line 1: titel: unknown key 'titel'; allowed: title, "),
        ("title: Leaves\nyear: '2026'\n", "line 2: year: '2026': expected "),
        ("year: 20260\n", "line 1: year: 20260: expected a year until 2100"),
        ("version: 1.0\n", "line 1: version: 1.0: expected words, in quotation marks if"),
        (
            "authors: A. Teacher\n",
            "line 1: authors: 'A. Teacher': expected a list, such as [one, two]",
        ),
        ("uses: []\n", "line 1: uses: empty; it needs an entry"),
        ("title: ''\n", "line 1: title: '': expected words; leave nothing after the colon"),
        ("licence: CC BY 4.0\n", "line 1: licence: 'CC BY 4.0': expected a name of the SPDX list"),
        ("citation: Me, 2026\n", "line 1: citation: 'Me, 2026': expected an entry of BibTeX"),
        (WORK.replace("data", "all"), "line 2: origin[0].gives: 'all': expected data, copy or"),
        (WORK.replace("    year: 2000\n", ""), "line 2: origin[0].year: missing. When it was"),
        (
            "uses:\n  - easy: yes\n",
            "line 2: uses[0]: {'easy': 'yes'}: expected words, in quotation",
        ),
        ("title: a: b\n", "line 1, column 9: not readable as YAML: a colon and a space"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(StageError) as stopped:
        read(tmp_path, text)
    assert message in str(stopped.value)
    assert str(stopped.value).startswith(f"{tmp_path}/about.yaml, line ")
