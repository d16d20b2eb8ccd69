"""Gather what there is to say of any dataset, and write its papers from it."""

import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from stages.common.errors import StageError
from stages.common.files import sha256, write_bytes, write_json
from stages.common.templates import environment
from stages.papers.about import ABOUT, QUESTIONS, read_about
from stages.papers.croissant import croissant

# What a template of the same name with `.j2` gives, and all papers.
_TEXTS = ("README.md", "DATASHEET.md", "LICENSE", "CITATION.bib")
PAPERS = (*_TEXTS, "croissant.json")
# It stands in each paper, so that one which somebody wrote by hand is never replaced.
MARK = "the pipeline of tinydatasets"
# Those whose texts are in LICENSES/.
_KNOWN = {
    "BSD-3-Clause": ("BSD 3-Clause", "https://opensource.org/license/bsd-3-clause"),
    "CC-BY-4.0": (
        "Creative Commons Attribution 4.0 International",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC-BY-SA-3.0": (
        "Creative Commons Attribution-ShareAlike 3.0 Unported",
        "https://creativecommons.org/licenses/by-sa/3.0/",
    ),
}
# What the Hugging Face Hub calls licences of the SPDX list, by what it puts in lower case.
_LOWER = "Apache-2.0 CC-BY-3.0 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 CC-BY-SA-4.0 CC0-1.0 MIT Unlicense"
_HUB = {
    **{licence: licence.lower() for licence in (*_KNOWN, *_LOWER.split())},
    "GPL-3.0-only": "gpl-3.0",
    "GPL-3.0-or-later": "gpl-3.0",
    "ODC-By-1.0": "odc-by",
    "ODbL-1.0": "odbl",
    "PDDL-1.0": "pddl",
}


def common_facts(name: str, kind: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Return what there is to say of any dataset, of ``"images"`` or ``"text"``.

    `files` says what each released file holds, in the order of the papers.
    """
    folder = Path("datasets", name)
    about = read_about(folder / ABOUT)
    contents = {file: (folder / file).read_bytes() for file in files}
    return {
        "name": name,
        "kind": kind,
        "about": asdict(about),
        "missing": about.missing(),
        "licence": _licence(about.licence),
        "files": [
            {"name": file, "bytes": len(data), "sha256": sha256(data), "holds": files[file]}
            for file, data in contents.items()
        ],
    }


def _licence(licence: str | None) -> dict[str, str]:
    """Return its `id`, `name` and `url`, its `text` here, and its name on the `hub`."""
    if licence is None:
        return {"id": "", "name": "", "url": "", "text": "", "hub": "unknown"}
    page = f"https://spdx.org/licenses/{licence}.html" if licence in _HUB else ""
    name, url = _KNOWN.get(licence, (licence, page))
    text = f"LICENSES/{licence}.txt" if licence in _KNOWN else ""
    return {
        "id": licence,
        "name": name,
        "url": url,
        "text": text,
        "hub": _HUB.get(licence, "other"),
    }


def write_papers(facts: Mapping[str, Any]) -> None:
    """Write the papers of a dataset, and the facts themselves for stage `report`.

    Raise a StageError, and write nothing, if somebody wrote one of the papers by hand.
    """
    folder = Path("datasets", facts["name"])
    templates = environment("stages.papers")
    templates.filters["wrap_text"] = wrap_text
    # A macro sees no other values.
    templates.globals["questions"] = QUESTIONS
    values = {**facts, "header": _header(facts)}
    papers = {name: templates.get_template(f"{name}.j2").render(values) for name in _TEXTS}
    macros: Any = templates.get_template("macros.j2").module
    metadata = croissant(facts, macros.made(facts))
    papers["croissant.json"] = f"{json.dumps(metadata, indent=2, ensure_ascii=False)}\n"
    for path in (folder / name for name in papers):
        if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
            raise StageError(
                f"{path.as_posix()}: this file is not the pipeline's, which would replace it. Say "
                f"in {folder.as_posix()}/about.yaml what it says, and remove or rename it."
            )
    for name, text in papers.items():
        write_bytes(folder / name, text.encode())
    write_json(Path("build/report", f"{facts['name']}.json"), facts)


def _header(facts: Mapping[str, Any]) -> str:
    """Return the head of the card in YAML, by which the Hugging Face Hub lists and shows it."""
    about, licence, has_images = facts["about"], facts["licence"], facts["kind"] == "images"
    samples = {split: counts["samples"] for split, counts in facts["splits"].items()}
    sizes = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M"}
    files = [
        {"split": "validation" if split == "val" else split, "path": f"{split}.jsonl"}
        for split, count in samples.items()
        if count
    ]
    other = {"license_name": licence["id"].lower(), "license_link": "LICENSE"}
    tasks = ["image-classification"] if has_images else ["question-answering", "text-generation"]
    values = {
        "pretty_name": about["title"] or facts["name"],
        "license": licence["hub"],
        **(other if licence["hub"] == "other" else {}),
        **({"language": about["languages"]} if about["languages"] else {}),
        "task_categories": tasks,
        "size_categories": [
            next((size for limit, size in sizes.items() if sum(samples.values()) < limit), "n>1M")
        ],
        "tags": about["keywords"] or [],
        # It reads no pickles: of images, `tinydatasets export` makes what it reads.
        **({} if has_images else {"configs": [{"config_name": "default", "data_files": files}]}),
    }
    return str(yaml.safe_dump(values, sort_keys=False, allow_unicode=True))


def wrap_text(text: str, indent: int = 0, width: int = 100) -> str:
    r"""Break the lines of a text; its lists and its separate paragraphs stay.

    Examples
    --------
    >>> wrap_text("one two\nthree\n\n- four five", width=9)
    'one two\nthree\n\n- four\n  five'
    """
    filled: list[str] = []
    for block in re.split(r"\n{2,}|\n(?=- )", text.strip()):
        is_item = block.startswith("- ")
        is_first = not filled or not (is_item and filled[-1].lstrip().startswith("- "))
        lines = textwrap.fill(
            " ".join(block.split()),
            width=width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + 2 * is_item),
            break_long_words=False,
            break_on_hyphens=False,
        )
        filled += ["", lines] if filled and is_first else [lines]
    return "\n".join(filled)
