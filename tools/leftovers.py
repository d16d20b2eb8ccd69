"""Name what to look at after a run: models that may guess, equal images, what is left."""

from collections.abc import Iterable
from pathlib import Path

from stages.common import command
from stages.common.equal import Overlap, warn_of_equal, warn_of_overlap
from stages.common.files import read_json
from stages.common.intervals import is_guess, most_frequent
from stages.common.templates import percent
from stages.common.yaml_file import read_yaml

# What the pipeline writes of a dataset, from the draft of its description on.
MARKS = (
    *("datasets/*/about.yaml", "datasets/*/SHA256SUMS", "datasets/*/train.jsonl"),
    *("build/*/sample", "build/*/pairs.tsv"),
)


def name_guesses(name: str) -> None:
    """Print which recipes are no better than guessing, by the split with most rows."""
    path = Path("build", name, "details.json")
    for recipe, scores in (read_json(path) if path.exists() else {}).items():
        split, score = max(scores.items(), key=lambda item: item[1]["rows"])
        if is_guess(score):
            low, high = map(percent, score["interval_95"])
            print(
                f"{name}: {recipe} may be no better than guessing: {percent(score['accuracy'])}% "
                f"({low} to {high}) of {score['rows']} {split} rows are right; naming the most "
                f"frequent class each time gives {percent(most_frequent(score))}%"
            )


def warn_of_images(own: Iterable[str], datasets: Iterable[str]) -> None:
    """Warn of equal images of users' sources, and of nearly equal ones of two splits."""
    for name in own:
        path = Path("build/sources", name, "facts.json")
        if path.exists():
            warn_of_equal(name, **read_json(path)["equal"])
    for name in datasets:
        path = Path("build/report", f"{name}.json")
        for counted in read_json(path)["equal"]["counts"] if path.exists() else []:
            warn_of_overlap(name, Overlap(**counted))


def main() -> None:
    """Print which recipes may guess, and what is left that the pipeline no longer builds."""
    params = read_yaml(Path("params.yaml"))
    parts = {part: params.get(part) or {} for part in ("sources", "own", "datasets", "texts")}
    for name in parts["datasets"]:
        name_guesses(name)
    warn_of_images(parts["own"], parts["datasets"])
    names = {*parts["datasets"], *parts["texts"]}
    sources = {*parts["sources"], *parts["own"]}
    made = {path.parent for mark in MARKS for path in Path().glob(mark)}
    left = {path for path in made if path.name not in names}
    gone = {path.name for path in left}
    left |= {path for path in Path().glob("metrics/*.json") if path.stem in gone}
    left |= {path for path in Path().glob("build/sources/*") if path.name not in sources}
    # Images as earlier versions released them.
    left |= {path for name in names for path in Path().glob(f"datasets/{name}/{name}-*.zip")}
    if left:
        print("No longer built, but left here (docs/subsets.md says what to remove):")
        print(*sorted(left), sep="\n")


if __name__ == "__main__":
    command.run(main)
