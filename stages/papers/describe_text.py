"""Stage `describe_text`: write the papers of a text, and what the report needs of it."""

import re
import string
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stages.common import command
from stages.common.files import read_json, sha256
from stages.common.levels import HELD_OUT
from stages.papers.render import common_facts, write_papers
from stages.params.model import SPLITS
from stages.params.read import read_text
from tinydatasets.texts import read_splits
from tinydatasets.types import FormatError

FILES = {
    "train.txt": "the training pairs as plain text: `Q: …`, newline, `A: …`, blank line",
    "val.txt": "the validation pairs, likewise",
    "test.txt": "the test pairs, likewise",
    "train.jsonl": "the training pairs as JSON Lines, with `id` and `level`",
    "val.jsonl": "the validation pairs, likewise",
    "test.jsonl": "the test pairs, likewise",
}
# What was measured of the texts that transformers learned.
TRANSFORMERS = Path("experiments/transformers/results")
# A pair such as those of the curve: "Mia runs. Tom sings. What does Mia do? Mia runs."
CONTEXT = re.compile(r"(\w+ \w+\.) (\w+ \w+\.) .+\? (\1|\2)")
RULES = (
    "Trivial rules copy the first sentence of the question, or the last one that does not ask; say "
    "the most frequent answer of the level in train; or take train's answer to the question that "
    "is nearest by its words (Jaccard index)."
)


def main(name: str) -> None:
    """Write the papers of the text `name`, and the facts that they state."""
    folder = Path("datasets", name)
    common = common_facts(name, "text", FILES)
    splits = read_splits(folder)._asdict()
    pairs = [pair for split in splits.values() for pair in split]
    first = {pair.level: pair for pair in reversed(pairs)}
    names, held_out = (dict(enumerate(common["about"][key], 1)) for key in ("levels", "held_out"))
    words = " ".join(f"{pair.question} {pair.answer}" for pair in pairs).lower().split()
    metrics = read_json(Path("metrics", f"{name}.json"))
    transformers = _figures(TRANSFORMERS / f"{name}.json", folder)
    dataset = asdict(read_text(name))
    source = Path(dataset["source"])
    labels = {str(level): f"{level}: {named}" for level, named in names.items()}
    contexts = TRANSFORMERS / "_contexts.json"
    has_contexts = any(CONTEXT.fullmatch(f"{pair.question} {pair.answer}") for pair in pairs)
    facts = {
        **common,
        "splits": {
            split: {
                "samples": len(rows),
                "by_level": {str(n): sum(pair.level == n for pair in rows) for n in first},
            }
            for split, rows in splits.items()
        },
        # Each with its first pair as an example.
        "levels": [
            {
                "name": names.get(level, ""),
                "held_out": held_out.get(level, ""),
                **first[level]._asdict(),
            }
            for level in sorted(first)
        ],
        "longest": {
            part: max(len(getattr(pair, part)) for pair in pairs) for part in ("question", "answer")
        },
        "words": len({word.strip(string.punctuation) for word in words} - {""}),
        "dataset": dataset,
        "source": {"file": source.name, "sha256": sha256(source.read_bytes())},
        "metrics": metrics,
        "transformers": transformers,
        # On val and test together, the accuracy of each trivial rule and of each transformer.
        "results": [
            {
                "label": labels.get(row["level"], row["level"]),
                "pairs": row["pairs"],
                "rules": {rule: row[rule] for rule in row if rule not in {"level", "pairs"}},
                "transformers": {
                    unit: figures
                    for unit, of_unit in (transformers or {}).items()
                    for figures in of_unit["levels"]
                    if (figures["split"], figures["level"]) == (HELD_OUT, row["level"])
                },
            }
            for row in metrics["baselines"]
        ],
        "rules": RULES,
        "contexts": read_json(contexts) if has_contexts and contexts.exists() else None,
    }
    write_papers(facts)


def _figures(path: Path, folder: Path) -> dict[str, Any] | None:
    """Return what was measured of transformers, if they learned the pairs of today."""
    figures: dict[str, Any] = read_json(path) if path.exists() else {}
    pairs = b"".join((folder / f"{split}.jsonl").read_bytes() for split in SPLITS)
    return figures if figures.pop("pairs_sha256", None) == sha256(pairs) else None


if __name__ == "__main__":
    command.run(main, FormatError)
