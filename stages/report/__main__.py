"""Stage `report`: write one page about all datasets, with everything in it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from stages.common import command
from stages.common.files import read_json, write_bytes
from stages.report.page import pages
from stages.report.sections import image_section, text_section
from stages.report.sheets import allowances, wanted_by
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.pickles import read_split
from tinydatasets.texts import read_splits
from tinydatasets.types import Dataset, FormatError

CURVES = Path("curves")
DATASETS = Path("datasets")
MILESTONES = Path("milestones")


def main(*, params: Path, facts: Path, times: Path, out: Path, overview: Path) -> None:
    """Write the page about the datasets of the folder `params` to `out`, and their `overview`.

    The folder `facts` has what there is to say of each, the file `times` how long each trains.
    """
    kinds = ("datasets", "texts")
    # There need be no texts, and then no folder of them.
    names = [name for kind in kinds for name in sorted(p.stem for p in params.glob(f"{kind}/*"))]
    gathered = [read_json(facts / f"{name}.json") for name in names]
    sections = [*map(section, gathered, allowed(gathered))]
    values = {
        "sections": sections,
        "claim": next((s["claim"] for s in sections if s.get("claim")), None),
        "hero": next((s["hero"] for s in sections if s.get("hero")), None),
        "benchmarks": list(BENCHMARKS.values()),
        "programs": programs(),
        "times": read_json(times),
    }
    html, markdown = pages(values)
    write_bytes(out, html)
    write_bytes(overview, markdown)


def allowed(gathered: list[dict[str, Any]]) -> list[int]:
    """Divide the bytes that pictures may take among the datasets; texts have none."""
    wanted = [
        0
        if facts["kind"] == "text"
        else wanted_by(
            facts["source"]["image_shape"],
            facts["splits"]["train"]["samples"],
            facts["splits"]["test"]["samples"],
            len(facts["recipes"]),
        )
        for facts in gathered
    ]
    return allowances(wanted)


def section(facts: dict[str, Any], allowance: int) -> dict[str, Any]:
    """Give the facts of a dataset and what the page shows beside them."""
    folder = DATASETS / facts["name"]
    if facts["kind"] == "text":
        return {**facts, **text_section(facts, read_splits(folder))}
    dataset = Dataset(read_split(folder / "train.pkl"), read_split(folder / "test.pkl"))
    measured = CURVES / f"{facts['dataset']['source']}.json"
    curve = read_json(measured) if measured.exists() else None
    return {**facts, **image_section(facts, dataset, curve, allowance)}


def programs() -> list[dict[str, Any]]:
    """Give each historic program that was measured: its title, figures and picture."""
    found = []
    for name, figures in read_json(Path("metrics", "milestones.json")).items():
        text = (MILESTONES / f"{name}.py").read_text(encoding="utf-8")
        title = (ast.get_docstring(ast.parse(text)) or name).partition("\n")[0]
        picture = (MILESTONES / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
        found.append({"name": name, "title": title, "figures": figures, "picture": picture})
    # A title begins with its year.
    return sorted(found, key=lambda program: str(program["title"])[:4])


if __name__ == "__main__":
    command.run(main, FormatError)
