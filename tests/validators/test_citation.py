"""CITATION.cff is right, and other formats can be made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cffconvert.citation import Citation

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def citation() -> Citation:
    return Citation((ROOT / "CITATION.cff").read_text(encoding="utf-8"), src="CITATION.cff")


def test_it_is_valid(citation: Citation) -> None:
    citation.validate()


def test_it_becomes_bibtex(citation: Citation) -> None:
    bibtex = citation.as_bibtex()
    assert bibtex.startswith("@misc{")
    assert "tinydatasets" in bibtex
