"""Write the papers of a dataset from what is known of it."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING, Any

import yaml

from stages.common.errors import StageError
from stages.common.files import write_bytes
from stages.common.templates import environment
from stages.papers.about import QUESTIONS
from stages.papers.croissant import croissant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WIDTH = 100
# What a template of the same name with `.j2` gives, and all papers.
_TEXTS = ("README.md", "DATASHEET.md", "LICENSE", "CITATION.bib")
PAPERS = (*_TEXTS, "croissant.json")
# It stands in each paper, so that one which somebody wrote by hand is never replaced.
MARK = "the pipeline of tinydatasets"


def write_papers(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the papers of a dataset to its folder.

    Raises
    ------
    StageError
        If somebody wrote one of them by hand. Nothing is written then.
    """
    files = render_papers(facts)
    for path in (folder / name for name in files):
        if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
            raise StageError(
                f"{path.as_posix()}: this file is not the pipeline's, which would replace it. Say "
                f"in {folder.as_posix()}/about.yaml what it says, and remove or rename it."
            )
    for name, data in files.items():
        write_bytes(folder / name, data)


def render_papers(facts: Mapping[str, Any]) -> dict[str, bytes]:
    """Return each of `PAPERS` by its name, from all that there is to say of a dataset."""
    templates = environment("stages.papers")
    templates.filters["fill"] = fill
    # A macro sees no other values.
    templates.globals["questions"] = QUESTIONS
    values = {**facts, "header": _header(facts)}
    files = {name: templates.get_template(f"{name}.j2").render(values) for name in _TEXTS}
    files["croissant.json"] = f"{json.dumps(croissant(facts), indent=2, ensure_ascii=False)}\n"
    return {name: text.encode() for name, text in files.items()}


def _header(facts: Mapping[str, Any]) -> str:
    """Return the head of the card as the Hugging Face Hub reads it, in YAML.

    It has licence, title, size and keywords, and which files the Hub shows as which split.
    """
    about, licence, of_images = facts["about"], facts["licence"], facts["kind"] == "images"
    path = f"{facts['name']}-{{}}.zip" if of_images else "{}.jsonl"
    files = [
        {"split": "validation" if split == "val" else split, "path": path.format(split)}
        for split, of_split in facts["splits"].items()
        if of_split["samples"]
    ]
    of_other = {"license_name": licence["id"].lower(), "license_link": "LICENSE"}
    values = {
        "pretty_name": about["title"] or facts["name"],
        "license": licence["hub"],
        **(of_other if licence["hub"] == "other" else {}),
        **({"language": about["languages"]} if about["languages"] else {}),
        "task_categories": (
            ["image-classification"] if of_images else ["question-answering", "text-generation"]
        ),
        "size_categories": [_size(facts["splits"])],
        "tags": about["keywords"] or [],
        "configs": [{"config_name": "default", "data_files": files}],
    }
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    return text


def _size(splits: Mapping[str, Any]) -> str:
    samples = sum(split["samples"] for split in splits.values())
    sizes = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M"}
    return next((name for limit, name in sizes.items() if samples < limit), "n>1M")


def fill(text: str, indent: int = 0, width: int = WIDTH) -> str:
    r"""Break the lines of a text; its lists and its separate paragraphs stay.

    Examples
    --------
    >>> fill("one two\nthree\n\n- four five", width=9)
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
