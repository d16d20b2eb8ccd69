"""The metadata of a dataset in MLCommons' format Croissant, version 1.1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMATS = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonlines",
    "pkl": "application/octet-stream",
    "txt": "text/plain",
    "zip": "application/zip",
}
# What the words of the format mean, as its specification has them.
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a dataset for programs.

    Parameters
    ----------
    facts : mapping
        What `image_facts` or `text_facts` gives.

    Returns
    -------
    dict
        A document of JSON-LD. Its files are named from the folder that it is in. It gives records:
        those of images from the archives of PNG files, those of texts from the JSON Lines.
    """
    about = facts["about"]
    of_images = facts["kind"] == "images"
    document = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        # Names may have no spaces or umlauts there.
        "name": re.sub(r"[^\w-]", "-", about["title"] or facts["name"], flags=re.ASCII),
        "description": about["summary"] or "A draft: its author has not described it yet.",
        "url": "README.md",
        "license": facts["licence"]["url"] or facts["licence"]["id"] or None,
        "version": about["version"],
        "datePublished": about["year"] and str(about["year"]),
        "creator": [{"@type": "sc:Organization", "name": name} for name in about["authors"] or []],
        "keywords": about["keywords"],
        "citeAs": about["citation"],
        "sdPublisher": {"@type": "sc:Organization", "name": "the pipeline of tinydatasets"},
        "isBasedOn": [work["url"] for work in about["origin"] if work["url"]],
        "distribution": [_file(file) for file in facts["files"]],
        "recordSet": [
            (_images(split, facts) if of_images else _pairs(split))
            for split, of_split in facts["splits"].items()
            if of_split["samples"]
        ],
    }
    if of_images:
        document["distribution"] += [_archived(facts, split) for split in facts["splits"]]
        document["recordSet"].append(_samples(has_difficulty=bool(facts["tiers"])))
    return {key: value for key, value in document.items() if value}


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["name"],
        "name": file["name"],
        "description": file["holds"],
        "contentUrl": file["name"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": _FORMATS[file["name"].rpartition(".")[2]],
        "sha256": file["sha256"],
    }


def _archived(facts: Mapping[str, Any], split: str) -> dict[str, Any]:
    archive = f"{facts['name']}-{split}"
    return {
        "@type": "cr:FileSet",
        "@id": f"{split}-images",
        "name": f"{split}-images",
        "description": f"The images of {split}.",
        "containedIn": {"@id": f"{archive}.zip"},
        "encodingFormat": "image/png",
        # Of no older archive that a program extracted from a file of this name.
        "includes": f"{facts['folders'][archive]}/*/*.png",
    }


def _records(name: str, description: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": description,
        "field": fields,
    }


def _field(
    records: str, name: str, kind: str, description: str, source: dict[str, Any]
) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{records}/{name}",
        "name": name,
        "description": description,
        "dataType": kind,
        "source": source,
    }


def _images(split: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    images = {"@id": f"{split}-images"}
    are_numbers = all(name.isdecimal() for name in facts["classes"])
    return _records(
        split,
        f"The samples of {split}, in the order of the classes.",
        [
            _field(
                split,
                "image",
                "sc:ImageObject",
                "The image.",
                {"fileSet": images, "extract": {"fileProperty": "content"}},
            ),
            _field(
                split,
                "label",
                "sc:Integer" if are_numbers else "sc:Text",
                (
                    "The folder that it is in: the name of its class, with codes for what a path "
                    "may not have."
                ),
                {
                    "fileSet": images,
                    "extract": {"fileProperty": "fullpath"},
                    "transform": {"regex": r"(?:.*/)?([^/]+)/[^/]+\.png$"},
                },
            ),
        ],
    )


def _samples(*, has_difficulty: bool) -> dict[str, Any]:
    columns = {
        "split": ("sc:Text", "The split that it is in."),
        "row": ("sc:Text", "Its row in the source."),
        "label": ("sc:Integer", "Its label."),
        "tier": ("sc:Text", "Its rank by difficulty within its class: easy, hard or hardest."),
        "difficulty": (
            "sc:Float",
            "How near it is to its own class, against the others; above 1, others are nearer.",
        ),
    }
    return _records(
        "samples",
        "Where each sample comes from and how hard it is, in the order of the pickles.",
        [
            _field("samples", name, kind, words, _column("samples.csv", name))
            for name, (kind, words) in columns.items()
            if has_difficulty or name not in ("tier", "difficulty")
        ],
    )


def _pairs(split: str) -> dict[str, Any]:
    columns = {
        "id": ("sc:Text", "The name of the pair: its level and its number."),
        "level": ("sc:Integer", "Its level, from 1."),
        "question": ("sc:Text", "The question."),
        "answer": ("sc:Text", "The answer."),
    }
    return _records(
        split,
        f"The pairs of {split}, in the order of the source.",
        [
            _field(split, name, kind, words, _column(f"{split}.jsonl", name))
            for name, (kind, words) in columns.items()
        ],
    )


def _column(file: str, name: str) -> dict[str, Any]:
    return {"fileObject": {"@id": file}, "extract": {"column": name}}
