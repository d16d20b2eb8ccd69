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


@pytest.mark.parametrize("path", [*ROOT.glob("datasets/*/about.yaml")], ids=lambda p: p.parent.name)
def test_what_is_released_lacks_nothing(path: Path) -> None:
    assert read_about(path).missing() == []


def test_a_key_without_a_value_is_missing(tmp_path: Path) -> None:
    (tmp_path / "about.yaml").write_text("title: Leaves\nsummary:\nauthors: [A. Teacher]\n")
    about = read_about(tmp_path / "about.yaml")
    assert about.authors == ["A. Teacher"]
    assert set(about.missing()) == set(REQUIRED) - {"title", "authors"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel: Leaves\n", "1: titel: unknown key 'titel'; allowed: title, "),
        ("title: Leaves\nyear: '2026'\n", "2: year: '2026': expected a year"),
        ("year: 20260\n", "1: year: 20260: expected a year from 1900 to 2100"),
        ("version: 1.0\n", "1: version: 1.0: expected words in one line, in quotation marks if"),
        ('title: "a\\nb"\n', "1: title: 'a\\nb': expected words in one line"),
        ("summary: ''\n", "1: summary: '': expected words"),
        ("authors: A. Teacher\n", "1: authors: 'A. Teacher': expected a list"),
        ("uses: []\n", "1: uses: empty; it needs an entry"),
        ("uses:\n  - easy: yes\n", "2: uses[0]: {'easy': 'yes'}: expected words, in quotation"),
        ("synthetic: no\n", "1: synthetic: 'no': expected true or false"),
        ("licence: CC BY 4.0\n", "1: licence: 'CC BY 4.0': expected a name of the SPDX list"),
        ("citation: Me, 2026\n", "1: citation: 'Me, 2026': expected an entry of BibTeX"),
        ("citation: '@misc{a, b={```}}'\n", "1: citation: '@misc{a, b={```}}': expected an entry"),
        (WORK.replace("data", "all"), "2: origin[0].gives: "),
        (WORK.replace("    year: 2000\n", ""), "2: origin[0].year: missing. When it was"),
        ("title: a: b\n", "1, column 9: not readable as YAML: "),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "about.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StageError) as stopped:
        read_about(path)
    assert str(stopped.value).startswith(f"{path}, line {message}")
