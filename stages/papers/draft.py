"""The draft of ``about.yaml`` for a dataset that has none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from stages.common.files import write_bytes
from stages.papers.about import OPTIONAL, REQUIRED, About, Work, question, read_about

if TYPE_CHECKING:
    from stages.check.model import Params

ABOUT = "about.yaml"
_HEAD = """\
# A draft, made by the pipeline, of what only the author of {name} can say. Write what you know
# after each colon, and run `make repro`. The papers in this folder follow: README.md, DATASHEET.md,
# LICENSE, CITATION.bib and croissant.json. They say what is missing. docs/papers.md has more.
"""


class _Dumper(yaml.SafeDumper):
    """Write a text of several lines as it stands."""


_Dumper.add_representer(
    str,
    lambda dumper, value: dumper.represent_scalar(
        "tag:yaml.org,2002:str", value, style="|" if "\n" in value else None
    ),
)


# What is true of every dataset from the same source.
_SHARED = ("licence", "collection", "labels", "people")


def draft(name: str, known: About) -> str:
    """Give a draft, in which all is missing but what is known of the source.

    Parameters
    ----------
    name : str
        The name of the dataset.
    known : About
        What is known: of it, the origin, and the keys that are true of every dataset from a source.

    Returns
    -------
    str
        The text of an ``about.yaml``.

    Examples
    --------
    >>> draft("leaves", About(licence="MIT")).splitlines()[22:24]
    ['# The licence of the dataset, by its name in the SPDX list.', 'licence: MIT']
    """
    parts = [_HEAD.format(name=name)]
    for key in REQUIRED:
        value = getattr(known, key) if key in _SHARED else None
        entry = _entry(key, value) if value else f"{key}:\n"
        parts.append(f"# {question(key)}\n{entry}")
    optional = [key for key in OPTIONAL if key != "origin"]
    parts += [f"# {question(key)}\n# {key}:\n" for key in optional]
    if known.origin:
        works = [work.model_dump(exclude_none=True) for work in known.origin]
        parts.append(f"# {question('origin')}\n{_entry('origin', works)}")
    return "\n".join(parts)


def _entry(key: str, value: object) -> str:
    text: str = yaml.dump(
        {key: value}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96
    )
    return text


def is_untouched(name: str, path: Path) -> bool:
    """Tell whether an ``about.yaml`` is a draft as the pipeline made it.

    What it was drafted from may be gone from ``params.yaml``: any other description could be it.
    """
    text = path.read_text(encoding="utf-8")
    others = [read_about(other) for other in path.parent.parent.glob(f"*/{ABOUT}") if other != path]
    return text in {draft(name, known) for known in (About(), *map(_from, others))}


def add_drafts(params: Params) -> list[Path]:
    """Write a draft for each dataset and text that has no ``about.yaml``.

    What is true of every dataset from its source is taken from another one that says it.

    Parameters
    ----------
    params : Params
        As checked.

    Returns
    -------
    list of Path
        The files that were written.
    """
    sources = {
        **{name: dataset.source for name, dataset in params.datasets.items()},
        **{name: text.source for name, text in params.texts.items()},
    }
    paths = {name: Path("datasets", name, ABOUT) for name in sources}
    missing = [name for name in sources if not paths[name].exists()]
    for name in missing:
        others = [
            paths[other]
            for other, source in sources.items()
            if source == sources[name] and other not in missing
        ]
        known = [about for about in map(read_about, others) if about.licence]
        write_bytes(paths[name], draft(name, _from(known[0]) if known else About()).encode())
    return [paths[name] for name in missing]


def _from(about: About) -> About:
    """Give what a dataset has in common with another one from its source."""
    origin = [work for work in about.origin if work.gives != "selection"]
    # What has no origin is its authors' own work: the new one is made from it.
    own = {"title": about.title, "authors": about.authors, "year": about.year}
    if not origin and all(own.values()):
        entry = {**own, "gives": "data", "licence": about.licence, "citation": about.citation}
        origin = [Work.model_validate(entry)]
    return about.model_copy(update={"origin": origin})
