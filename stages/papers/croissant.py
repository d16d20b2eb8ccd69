"""The metadata of a dataset in MLCommons' format Croissant, version 1.1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FORMATS = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonlines",
    "pkl": "application/octet-stream",
    "txt": "text/plain",
    "zip": "application/zip",
}
# The words of the format that its vocabulary has by the same name.
_WORDS = """
citeAs column containedIn equivalentProperty extract field fileObject fileProperty fileSet format
includes isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace
samplingRate separator source subField transform
"""
# What all words mean, as the specification has it.
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    **{word: f"cr:{word}" for word in _WORDS.split()},
}
_DIFFICULTY = "How near it is to its own class, against the others; above 1, others are nearer."
# Of each column its name, its type and what it holds; of images, the last two where compared.
_SAMPLES = (
    ("split", "sc:Text", "The split that it is in."),
    ("row", "sc:Text", "Its row in the source."),
    ("label", "sc:Integer", "Its label."),
    ("tier", "sc:Text", "Its rank by difficulty within its class: easy, hard or hardest."),
    ("difficulty", "sc:Float", _DIFFICULTY),
)
_PAIRS = (
    ("id", "sc:Text", "The name of the pair: its level and its number."),
    ("level", "sc:Integer", "Its level, from 1."),
    ("question", "sc:Text", "The question."),
    ("answer", "sc:Text", "The answer."),
)


def croissant(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a dataset for programs, a document of JSON-LD.

    Its records are those of the archives of PNG files, or of a text those of the JSON Lines.
    """
    about, licence, splits = facts["about"], facts["licence"], facts["splits"]
    files = [
        _node(
            "FileObject",
            file["name"],
            file["holds"],
            contentUrl=file["name"],
            contentSize=f"{file['bytes']} B",
            encodingFormat=_FORMATS[file["name"].rpartition(".")[2]],
            sha256=file["sha256"],
        )
        for file in facts["files"]
    ]
    if facts["kind"] == "images":
        files += [_archived(facts, split) for split in splits]
        words = "Where each sample comes from and how hard it is, in the order of the pickles."
        columns = _SAMPLES if facts["tiers"] else _SAMPLES[:-2]
        records = [_images(split, facts["classes"]) for split in splits]
        records.append(_table("samples", words, "samples.csv", columns))
    else:
        words = "The pairs of {}, in the order of the source."
        records = [
            _table(split, words.format(split), f"{split}.jsonl", _PAIRS)
            for split, counts in splits.items()
            if counts["samples"]
        ]
    document = {
        "@context": dict(sorted(CONTEXT.items())),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        # Names may have no spaces or umlauts there.
        "name": re.sub(r"[^\w-]", "-", about["title"] or facts["name"], flags=re.ASCII),
        "description": about["summary"] or "A draft: its author has not described it yet.",
        "url": "README.md",
        "license": licence["url"] or licence["id"],
        "version": about["version"],
        "datePublished": about["year"] and str(about["year"]),
        "creator": [{"@type": "sc:Organization", "name": name} for name in about["authors"] or []],
        "keywords": about["keywords"],
        "citeAs": about["citation"],
        "sdPublisher": {"@type": "sc:Organization", "name": "the pipeline of tinydatasets"},
        "isBasedOn": [
            work["url"] for work in about["origin"] if work["url"] and work["gives"] != "idea"
        ],
        "distribution": files,
        "recordSet": records,
    }
    return {key: value for key, value in document.items() if value}


def _archived(facts: Mapping[str, Any], split: str) -> dict[str, Any]:
    archive = f"{facts['name']}-{split}"
    return _node(
        "FileSet",
        f"{split}-images",
        f"The images of {split}.",
        containedIn={"@id": f"{archive}.zip"},
        encodingFormat="image/png",
        # Of no older archive that a program extracted from a file of this name.
        includes=f"{facts['folders'][archive]}/*/*.png",
    )


def _images(split: str, classes: Iterable[str]) -> dict[str, Any]:
    kind = "sc:Integer" if all(name.isdecimal() for name in classes) else "sc:Text"
    words = (
        "The folder that it is in: the name of its class, with codes for what a path may not have."
    )
    regex = {"regex": r"(?:.*/)?([^/]+)/[^/]+\.png$"}
    content, path = ({"fileProperty": part} for part in ("content", "fullpath"))
    images = {"@id": f"{split}-images"}
    fields = [
        _field(split, "image", "sc:ImageObject", "The image.", fileSet=images, extract=content),
        _field(split, "label", kind, words, fileSet=images, extract=path, transform=regex),
    ]
    about = f"The samples of {split}, in the order of the classes."
    return _node("RecordSet", split, about, field=fields)


def _table(name: str, about: str, file: str, columns: Iterable[tuple[str, str, str]]) -> Any:
    fields = [
        _field(name, column, kind, words, fileObject={"@id": file}, extract={"column": column})
        for column, kind, words in columns
    ]
    return _node("RecordSet", name, about, field=fields)


def _field(records: str, name: str, kind: str, words: str, **source: Any) -> dict[str, Any]:
    return _node("Field", f"{records}/{name}", words, dataType=kind, source=source)


def _node(kind: str, identity: str, description: str, **values: Any) -> dict[str, Any]:
    return {
        "@type": f"cr:{kind}",
        "@id": identity,
        "name": identity.rpartition("/")[2],
        "description": description,
        **values,
    }
