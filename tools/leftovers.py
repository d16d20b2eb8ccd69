"""Name what is left of entries that ``params.yaml`` no longer has. Nothing is removed."""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.yaml_file import read_yaml

# What the pipeline writes of a dataset, from the draft of its description on.
MARKS = (
    *("datasets/*/about.yaml", "datasets/*/SHA256SUMS", "datasets/*/train.jsonl"),
    *("build/*/sample", "build/*/pairs.tsv"),
)


def main() -> None:
    """Print what is left of entries that params.yaml no longer has."""
    params = read_yaml(Path("params.yaml"))
    parts = {part: params.get(part) or {} for part in ("sources", "own", "datasets", "texts")}
    names = {*parts["datasets"], *parts["texts"]}
    sources = {*parts["sources"], *parts["own"]}
    made = {path.parent for mark in MARKS for path in Path().glob(mark)}
    left = {path for path in made if path.name not in names}
    gone = {path.name for path in left}
    for pattern in ("metrics/*.json", "build/report/*.json"):
        left |= {path for path in Path().glob(pattern) if path.stem in gone}
    left |= {path for path in Path().glob("build/sources/*") if path.name not in sources}
    if left:
        print("No longer in params.yaml, but left here (docs/subsets.md says what to remove):")
        print(*sorted(left), sep="\n")


if __name__ == "__main__":
    command.run(main)
