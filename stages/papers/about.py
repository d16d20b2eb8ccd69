"""What only a dataset's author can say of it: the model of ``about.yaml``, and its draft."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import TypeAdapter

from stages.common.files import write_bytes
from stages.common.templates import environment
from stages.common.yaml_model import read_model
from stages.params.model import Bool, Entry, Params, Strict

ABOUT = "about.yaml"


class Expected:
    """Words for what should stand there, which pydantic's errors then say."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Return the schema of the type with the words in it."""
        return {
            "type": "custom-error",
            "schema": handler(source),
            "custom_error_type": "expected",
            "custom_error_message": self.words,
        }


Words = Annotated[str, Strict(min_length=1, strip_whitespace=True)]
_LINE = "words in one line, in quotation marks if they are a number or have a colon in them"
Line = Annotated[Words, Strict(pattern=r"^[^\n]+$"), Expected(_LINE)]
Lines = Annotated[list[Line], Strict(min_length=1)]
Several = Annotated[list[Words], Strict(min_length=1)]
Year = Annotated[int, Strict(ge=1900, le=2100), Expected("a year from 1900 to 2100")]
# A licence of the SPDX list, or an expression of several.
_SPDX = "^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$"
_SPDX_WORDS = "a name of the SPDX list, such as CC-BY-4.0"
Licence = Annotated[Words, Strict(pattern=_SPDX), Expected(_SPDX_WORDS)]
# Without the three backticks that would end its block in the card.
_BIBTEX = r"^@\w+\s*\{\s*[\w:.-]+\s*,([^`]|`{1,2}[^`])*\}$"
_BIBTEX_WORDS = "an entry of BibTeX, such as @misc{key, title={...}}"
BibTeX = Annotated[Words, Strict(pattern=_BIBTEX), Expected(_BIBTEX_WORDS)]


@dataclass(frozen=True, kw_only=True)
class Work(Entry):
    """Something that the dataset was made from, by somebody else."""

    gives: Literal["data", "copy", "selection", "idea"]
    """`data` for who published the samples first, `copy` for where the pipeline takes them from,
    `selection` for who chose which of them are in the dataset, `idea` for what has none of them."""
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


@dataclass(frozen=True, kw_only=True)
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
    origin: list[Work] = field(default_factory=list)
    """What it was made from; nothing, if its authors made all of it."""
    levels: list[Line] = field(default_factory=list)
    """The names of the levels of questions and answers, from the first."""
    held_out: list[Words] = field(default_factory=list)
    """What val and test have of each level that train lacks, a sentence each, from the first."""
    languages: list[Line] = field(default_factory=list)
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
    biases: Several | None = None
    """Who or what it has too much or too little of; a list."""
    impact: Words | None = None
    """What good and what harm its use may do to people."""
    synthetic: Bool | None = None
    """Whether a program or a model made any of its samples: true or false."""
    maintenance: Words | None = None
    """Who looks after it, how to report an error, and what happens to old versions."""

    def missing(self) -> list[str]:
        """Return the keys that the author has yet to write, in the order of the model."""
        return [key for key in REQUIRED if getattr(self, key) is None]


# What the author is asked for by each key.
QUESTIONS = {
    key: " ".join(schema["description"].split())
    for key, schema in TypeAdapter(About).json_schema()["properties"].items()
}
OPTIONAL = ("origin", "levels", "held_out", "languages", "contents", "curation")
REQUIRED = tuple(key for key in QUESTIONS if key not in OPTIONAL)


def read_about(path: Path) -> About:
    """Read an ``about.yaml``; raise a StageError with line and key if anything in it is wrong."""
    return read_model(About, path)


def add_drafts(params: Params) -> list[Path]:
    """Write a draft for each dataset and text that has no ``about.yaml``; return their paths.

    What is true of every dataset from its source is taken from another one that says it.
    """
    sources = {name: dataset.source for name, dataset in params.datasets.items()}
    sources |= {name: text.source for name, text in params.texts.items()}
    paths = {name: Path("datasets", name, ABOUT) for name in sources}
    described = {name: read_about(path) for name, path in paths.items() if path.exists()}
    templates = environment("stages.papers")
    templates.filters["yaml"] = _to_yaml
    template = templates.get_template("about.yaml.j2")
    missing = {name: path for name, path in paths.items() if name not in described}
    for name, path in missing.items():
        others = [about for other, about in described.items() if sources[other] == sources[name]]
        known = next((_shared_by(about) for about in others if about.licence), {})
        text = template.render(name=name, known=known, questions=QUESTIONS, optional=OPTIONAL)
        write_bytes(path, text.encode())
    return [*missing.values()]


def _shared_by(about: About) -> dict[str, Any]:
    """Return what is true of every dataset from the same source."""
    origin = [asdict(work) for work in about.origin if work.gives in ("data", "copy")]
    # What has no origin is its authors' own work: the new one is made from it.
    if not origin and about.title and about.authors and about.year:
        said = ("title", "authors", "year", "licence", "citation")
        origin = [{"gives": "data", **{key: getattr(about, key) for key in said}}]
    works = [{key: value for key, value in work.items() if value is not None} for work in origin]
    keys = ("licence", "collection", "labels", "people", "synthetic")
    values = {**{key: getattr(about, key) for key in keys}, "origin": works}
    return {key: value for key, value in values.items() if value not in (None, [])}


class _Dumper(yaml.SafeDumper):
    """Write a text of several lines as it stands."""

    def represent_str(self, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return self.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _Dumper.represent_str)


def _to_yaml(entry: dict[str, object]) -> str:
    return str(yaml.dump(entry, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96))
