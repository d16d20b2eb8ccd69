"""Stage `describe`: write the papers of a dataset of images, and what the report needs of it."""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.files import read_csv, read_json, write_json
from stages.common.sums import from_text
from stages.papers.about import read_about
from stages.papers.images import image_facts
from stages.papers.render import write_papers
from stages.serialize.archive import folder_in


def main(
    *,
    params: Path,
    source: Path,
    recipes: Path,
    about: Path,
    details: Path,
    predictions: Path,
    dataset: Path,
    out: Path,
) -> None:
    """Write the papers of the folder `dataset`, and the facts that they state to `out`."""
    sums = from_text((dataset / "SHA256SUMS").read_text(encoding="utf-8"))
    facts = image_facts(
        dataset.name,
        read_about(about),
        dataset=read_json(params),
        source=read_json(source),
        recipes=read_json(recipes),
        details=read_json(details),
        predictions={path.stem: read_csv(path) for path in sorted(predictions.glob("*.csv"))},
        samples=read_csv(dataset / "samples.csv"),
        folders={
            name.removesuffix(".zip"): folder_in(dataset / name)
            for name in sums
            if name.endswith(".zip")
        },
        files={name: ((dataset / name).stat().st_size, sums[name]) for name in sums},
    )
    write_papers(dataset, facts)
    write_json(out, facts)


if __name__ == "__main__":
    command.run(main)
