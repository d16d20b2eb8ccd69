"""Stage `report`: write one page about all datasets, with everything in it."""

import ast
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from stages.common import command
from stages.common.files import read_json, write_bytes
from stages.common.templates import environment
from stages.common.yaml_file import read_yaml
from stages.report.sections import image_section, text_section
from stages.report.sheets import allowances, wanted_by
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.loading import Scaled, TextName, Whole
from tinydatasets.pickles import read_split
from tinydatasets.texts import read_splits
from tinydatasets.types import Dataset, FormatError

DATASETS = Path("datasets")
# What is written besides the page, with its template.
MARKDOWN = {DATASETS / "README.md": "datasets.md.j2", Path("docs/paper.md"): "paper.md.j2"}
# What the package ships, and the section for papers is about, whatever else params.yaml has.
SHIPPED = [name for names in (Scaled, Whole, TextName) for name in get_args(names)]


def main(*, facts: Path, curves: Path, milestones: Path, times: Path, out: Path) -> None:
    """Write the page about the datasets of params.yaml to `out`, and what MARKDOWN names.

    The folder `facts` has what there is to say of each dataset, `curves` the learning curves of
    each source, `milestones` the historic programs; the file `times` has how long datasets train.
    """
    params = read_yaml(Path("params.yaml"))
    names = [*sorted(params["datasets"]), *sorted(params["texts"])]
    described = [read_json(facts / f"{name}.json") for name in names]
    allowed = allowances([wanted_by(dataset) for dataset in described])
    sections = [_section(*pair, curves) for pair in zip(described, allowed, strict=True)]
    values = {
        "sections": sections,
        "shipped": [section for section in sections if section["name"] in SHIPPED],
        "claim": next((s["claim"] for s in sections if s.get("claim")), None),
        "benchmarks": list(BENCHMARKS.values()),
        "programs": _programs(milestones),
        "times": read_json(times),
        "citation": read_yaml(Path("CITATION.cff")),
    }
    templates = environment("stages.report")
    templates.filters["svg_address"] = _svg_address
    for path, name in {out: "page.html.j2", **MARKDOWN}.items():
        write_bytes(path, templates.get_template(name).render(values).encode())


def _section(facts: dict[str, Any], allowance: int, curves: Path) -> dict[str, Any]:
    """Return the facts of a dataset and what the page shows beside them."""
    folder = DATASETS / facts["name"]
    # What a program loads, of either kind.
    files = [file for file in facts["files"] if file["name"].endswith((".pkl", ".jsonl"))]
    facts = {
        **facts,
        "loaded_bytes": sum(file["bytes"] for file in files),
        "samples": sum(split["samples"] for split in facts["splits"].values()),
    }
    if facts["kind"] == "text":
        return {**facts, **text_section(facts, read_splits(folder))}
    splits = {split: read_split(folder / f"{split}.pkl") for split in facts["splits"]}
    dataset = Dataset(splits["train"], splits["test"], splits.get("val"))
    measured = curves / f"{facts['dataset']['source']}.json"
    curve = read_json(measured) if measured.exists() else None
    return {**facts, **image_section(facts, dataset, curve, allowance)}


def _programs(folder: Path) -> list[dict[str, Any]]:
    """Return the title, figures and picture of each historic program that was measured."""
    programs = []
    for name, figures in read_json(Path("metrics", "milestones.json")).items():
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        title = (ast.get_docstring(ast.parse(text)) or name).partition("\n")[0]
        picture = (folder / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
        programs.append({"name": name, "title": title, "figures": figures, "picture": picture})
    # A title begins with its year.
    return sorted(programs, key=lambda program: str(program["title"])[:4])


def _svg_address(svg: str) -> str:
    """Return an SVG as the address of an image."""
    return f"data:image/svg+xml,{quote(' '.join(svg.split()), safe='/:;,.=()*!$&@?+ -_~')}"


if __name__ == "__main__":
    command.run(main, FormatError)
