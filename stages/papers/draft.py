"""The draft of ``about.yaml`` for a dataset that has none."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from stages.common.files import write_bytes
from stages.common.templates import environment
from stages.papers.about import ABOUT, OPTIONAL, QUESTIONS, About, read_about

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stages.check.model import Params


class _Dumper(yaml.SafeDumper):
    """Write a text of several lines as it stands."""


_Dumper.add_representer(
    str,
    lambda dumper, value: dumper.represent_scalar(
        "tag:yaml.org,2002:str", value, style="|" if "\n" in value else None
    ),
)


def draft(name: str, known: Mapping[str, Any]) -> str:
    """Return the text of an ``about.yaml`` that lacks all but what is known of the source.

    Examples
    --------
    >>> draft("leaves", {"licence": "MIT"}).splitlines()[22:24]
    ['# The licence of the dataset, by its name in the SPDX list.', 'licence: MIT']
    """
    templates = environment("stages.papers")
    templates.filters["yaml"] = _to_yaml
    template = templates.get_template("about.yaml.j2")
    return template.render(name=name, known=known, questions=QUESTIONS, optional=OPTIONAL)


def _to_yaml(entry: dict[str, object]) -> str:
    return str(yaml.dump(entry, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96))


def add_drafts(params: Params) -> list[Path]:
    """Write a draft for each dataset and text that has no ``about.yaml``; return their paths.

    What is true of every dataset from its source is taken from another one that says it.
    """
    sources = {name: dataset.source for name, dataset in params.datasets.items()}
    sources |= {name: text.source for name, text in params.texts.items()}
    paths = {name: Path("datasets", name, ABOUT) for name in sources}
    missing = [name for name in sources if not paths[name].exists()]
    for name in missing:
        others = [
            read_about(paths[other])
            for other, source in sources.items()
            if source == sources[name] and other not in missing
        ]
        known = next((_shared_by(about) for about in others if about.licence), {})
        write_bytes(paths[name], draft(name, known).encode())
    return [paths[name] for name in missing]


def _shared_by(about: About) -> dict[str, Any]:
    """Return what is true of every dataset from the same source."""
    origin = [asdict(work) for work in about.origin if work.gives != "selection"]
    # What has no origin is its authors' own work: the new one is made from it.
    if not origin and about.title and about.authors and about.year:
        keys = ("title", "authors", "year", "licence", "citation")
        origin = [{"gives": "data", **{key: getattr(about, key) for key in keys}}]
    works = [{key: value for key, value in work.items() if value is not None} for work in origin]
    values = {key: getattr(about, key) for key in ("licence", "collection", "labels", "people")}
    return {key: value for key, value in {**values, "origin": works}.items() if value}
