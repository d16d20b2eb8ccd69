"""CITATION.cff is right, and other formats can be made of it."""

from __future__ import annotations

from pathlib import Path

from cffconvert.citation import Citation

ROOT = Path(__file__).parent.parent.parent


def test_it_is_valid_and_becomes_bibtex() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    citation = Citation(text, src="CITATION.cff")
    citation.validate()
    bibtex = citation.as_bibtex()
    assert bibtex.startswith("@misc{")
    assert "tinydatasets" in bibtex
