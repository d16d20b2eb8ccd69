"""Sums of files are read as they are written, and nothing else is."""

from __future__ import annotations

import pytest

from stages.common.sums import from_text, to_text

# Of no bytes, and of "abc": FIPS 180-2, appendix B.1.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
TEXT = f"{ABC}  README.md\n{EMPTY}  a file.txt\n"


def test_the_lines_are_sorted_as_bytes_are() -> None:
    sums = {"a file.txt": EMPTY, "README.md": ABC}
    assert to_text(sums) == TEXT
    assert from_text(TEXT) == sums
    assert (from_text(""), to_text({})) == ({}, "")


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:-1],
        TEXT[:40],
        f"{TEXT}\n",
        f"\n{TEXT}",
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("  ", " "),
        TEXT.replace("  ", " *"),
        TEXT.upper(),
        TEXT.replace("README.md", "../README.md"),
        TEXT.replace("README.md", "/etc/passwd"),
        TEXT.replace("README.md", "b"),
        TEXT.replace("README.md", "a file.txt"),
        TEXT.replace("README.md", ""),
        f"# Mine.\n{TEXT}",
    ],
    ids=range(14),
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not as sha256sum prints it"):
        from_text(text)
