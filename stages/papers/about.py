"""The model of ``about.yaml``: what only a dataset's author can say of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from stages.check.entry import Entry
from stages.check.own_file import read_own_file

if TYPE_CHECKING:
    from pathlib import Path

# A licence of the SPDX list, or an expression of several.
_LICENCE = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_BIBTEX = re.compile(r"@\w+\s*\{\s*[\w:.-]+\s*,.*\}", re.DOTALL)
EXPECTED = {
    "string_type": "words, in quotation marks if they are a number or have a colon in them",
    "list_type": "a list, such as [one, two]",
    "string_too_short": "words; leave nothing after the colon until you know them",
    "too_short": "an entry in the list; leave nothing after the colon until you know one",
    "greater_than_equal": "a year since 1900",
    "less_than_equal": "a year until 2100",
    "literal_error": "data, copy or selection",
}


def _licence(value: str) -> str:
    if not _LICENCE.fullmatch(value):
        raise PydanticCustomError("order", "expected a name of the SPDX list, such as CC-BY-4.0")
    return value


def _bibtex(value: str) -> str:
    if not _BIBTEX.fullmatch(value.strip()) or "```" in value:
        raise PydanticCustomError(
            "order", "expected an entry of BibTeX, such as @misc{{key, title={{...}}}}"
        )
    return value.strip()


def _line(value: str) -> str:
    if "\n" in value:
        raise PydanticCustomError("order", "expected words in one line")
    return value


Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Line = Annotated[Words, AfterValidator(_line)]
Lines = Annotated[list[Line], Field(min_length=1)]
Several = Annotated[list[Words], Field(min_length=1)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Licence = Annotated[Words, AfterValidator(_licence)]
BibTeX = Annotated[Words, AfterValidator(_bibtex)]


class Work(Entry):
    """Something that the dataset was made from, by somebody else."""

    gives: Literal["data", "copy", "selection"]
    """`data` for who published the samples first, `copy` for where the pipeline takes them from,
    `selection` for who chose which of them are in the dataset."""
    title: Line
    """Its title."""
    authors: Lines
    """Who made it."""
    year: Year
    """When it was published."""
    licence: Licence
    """Its licence, by its name in the SPDX list."""
    url: Line | None = None
    """Where it is."""
    note: Words | None = None
    """What else there is to know about it and its licence."""
    notice: Words | None = None
    """A text that its licence asks to pass on."""
    citation: BibTeX | None = None
    """How to cite it, in BibTeX."""


class About(Entry):
    """All of ``about.yaml``. A key without a value is one that its author has yet to write."""

    title: Line | None = None
    """The name of the dataset, as people write it."""
    summary: Words | None = None
    """What it is, in one or two sentences."""
    keywords: Lines | None = None
    """Words by which somebody may search for it; a list."""
    authors: Lines | None = None
    """Who made it; a list."""
    year: Year | None = None
    """When it was published."""
    version: Line | None = None
    """Its version."""
    licence: Licence | None = None
    """The licence of the dataset, by its name in the SPDX list."""
    citation: BibTeX | None = None
    """How to cite it, in BibTeX."""
    origin: list[Work] = Field(default=[])
    """What it was made from; nothing, if its authors made all of it."""
    levels: list[Line] = Field(default=[])
    """The names of the levels of questions and answers, from the first."""
    languages: list[Line] = Field(default=[])
    """The languages of a text, by their codes in ISO 639, such as en."""
    purpose: Words | None = None
    """What it was made for, and what there was no dataset for before."""
    funding: Words | None = None
    """Who paid for it."""
    collection: Words | None = None
    """Who collected the data, how, when, and who agreed to it."""
    labels: Words | None = None
    """Who labelled the samples, and how."""
    people: Words | None = None
    """Whether it is about people, shows anybody, or may hurt anybody."""
    contents: Words | None = None
    """What else holds for its samples; may be left out."""
    curation: Words | None = None
    """What else was done to choose the samples; may be left out."""
    uses: Several | None = None
    """What it is good for; a list."""
    misuses: Several | None = None
    """What it must not be used for; a list."""
    limits: Several | None = None
    """What is known to be wrong or weak; a list."""
    maintenance: Words | None = None
    """Who looks after it, how to report an error, and what happens to old versions."""

    def missing(self) -> list[str]:
        """Give the keys that the author has yet to write, in the order of the model."""
        return [key for key in REQUIRED if getattr(self, key) is None]


OPTIONAL = ("origin", "levels", "languages", "contents", "curation")
REQUIRED = tuple(key for key in About.model_fields if key not in OPTIONAL)


def read_about(path: Path) -> About:
    """Read and check ``about.yaml``.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    About
        All of it.

    Raises
    ------
    StageError
        If anything in it is wrong: the line, the key, the value and what is allowed.
    """
    return read_own_file(About, path, EXPECTED)


def question(key: str) -> str:
    """Give what the author is asked for by a key.

    Examples
    --------
    >>> question("funding")
    'Who paid for it.'
    """
    return " ".join(str(About.model_fields[key].description).split())
