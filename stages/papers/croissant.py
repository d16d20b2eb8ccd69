"""The metadata of a dataset in MLCommons' format Croissant, version 1.1."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_FORMATS = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonlines",
    "pkl": "application/octet-stream",
    "txt": "text/plain",
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
    "prov": "http://www.w3.org/ns/prov#",
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


def croissant(facts: Mapping[str, Any], made: str) -> dict[str, Any]:
    """Return the description of a dataset for programs, a document of JSON-LD.

    Its records are the lines of ``samples.csv``, or of a text those of the JSON Lines. `made` says
    in words what the pipeline did. What is said of responsible AI is in the vocabulary RAI, and
    where all comes from in the W3C's PROV, as NeurIPS 2026 asks for.
    """
    about, licence = facts["about"], facts["licence"]
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
        words = "Where each sample comes from and how hard it is, in the order of the splits."
        columns = _SAMPLES if facts["tiers"] else _SAMPLES[:-2]
        names = facts["source"]["classes"]
        records = [_table("samples", words, "samples.csv", columns), _classes(names)]
    else:
        words = "The pairs of {}, in the order of the source."
        records = [
            _table(split, words.format(split), f"{split}.jsonl", _PAIRS)
            for split, counts in facts["splits"].items()
            if counts["samples"]
        ]
    document = {
        "@context": dict(sorted(CONTEXT.items())),
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        # Names may have no spaces or umlauts there.
        "name": re.sub(r"[^\w-]", "-", about["title"] or facts["name"], flags=re.ASCII),
        "description": about["summary"] or "A draft: its author has not described it yet.",
        "url": "README.md",
        "license": licence["url"] or licence["id"],
        "version": about["version"],
        "datePublished": about["year"] and str(about["year"]),
        "creator": [{"@type": "sc:Organization", "name": name} for name in about["authors"] or []],
        "keywords": about["keywords"],
        "inLanguage": about["languages"],
        "citeAs": about["citation"],
        "sdPublisher": {"@type": "sc:Organization", "name": "the pipeline of tinydatasets"},
        "rai:dataCollection": about["collection"],
        "rai:dataAnnotationProtocol": about["labels"],
        "rai:dataBiases": about["biases"],
        "rai:dataLimitations": [
            *(about["limits"] or []),
            *(f"Not for: {misuse}" for misuse in about["misuses"] or []),
        ],
        "rai:personalSensitiveInformation": about["people"],
        "rai:dataUseCases": about["uses"],
        "rai:dataSocialImpact": about["impact"],
        "rai:hasSyntheticData": about["synthetic"],
        "rai:dataReleaseMaintenancePlan": about["maintenance"],
        "prov:wasDerivedFrom": _sources(facts),
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": "make repro, in a clone of tinydatasets",
            "description": made,
        },
        "distribution": files,
        "recordSet": records,
    }
    return {key: value for key, value in document.items() if value or value is False}


def _classes(names: Sequence[str]) -> dict[str, Any]:
    """Return the record set of labels and names, within the document: so that no name is guessed.

    A name read from a CSV may become something else: ``01`` a number, ``NA`` a missing value.
    """
    fields = [
        _node("Field", "classes/label", "The label.", dataType="sc:Integer"),
        _node("Field", "classes/name", "The name of the class.", dataType="sc:Text"),
    ]
    data = [{"classes/label": label, "classes/name": name} for label, name in enumerate(names)]
    values = {"dataType": "sc:Enumeration", "key": {"@id": "classes/label"}}
    return _node("RecordSet", "classes", "The classes.", **values, field=fields, data=data)


def _sources(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the file that the pipeline took the samples from, and the works that it is from."""
    source = facts["source"]
    file = source.get("file", facts["dataset"]["source"])
    label = f"{file} of {source['package']}" if "package" in source else file
    works = [work for work in facts["about"]["origin"] if work["gives"] != "idea"]
    return [
        {"@type": "prov:Entity", "prov:label": label, "sha256": source["sha256"]},
        *(
            {
                "@type": "prov:Entity",
                **({"@id": work["url"]} if work["url"] else {}),
                "prov:label": work["title"],
                "license": work["licence"],
            }
            for work in works
        ),
    ]


def _table(name: str, about: str, file: str, columns: Iterable[tuple[str, str, str]]) -> Any:
    fields = [
        _node(
            "Field",
            f"{name}/{column}",
            words,
            dataType=kind,
            source={"fileObject": {"@id": file}, "extract": {"column": column}},
            **({"references": {"field": {"@id": "classes/label"}}} if column == "label" else {}),
        )
        for column, kind, words in columns
    ]
    return _node("RecordSet", name, about, field=fields)


def _node(kind: str, identity: str, description: str, **values: Any) -> dict[str, Any]:
    return {
        "@type": f"cr:{kind}",
        "@id": identity,
        "name": identity.rpartition("/")[2],
        "description": description,
        **values,
    }
