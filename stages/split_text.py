"""Stage `split_text`: check the authored pairs and draw those of each split, level by level.

The draw is that of the images. The rest is not: a text has no arrays, no rows of a package, and a
third split, so it has a short chain of its own.
"""

from __future__ import annotations

from pathlib import Path

from stages.lib import command
from stages.lib.command import StageError
from stages.lib.files import read_json, write_json
from stages.lib.params.counts import check_labels, per_class
from stages.lib.sampling.draw import SPLITS
from stages.lib.texts.pairs import check_apart, parse
from stages.lib.texts.splits import split_text


def main(*, params: Path, source: Path, out: Path) -> None:
    """Check the pairs of the file `source`; write those of each split of `params` to `out`."""
    text, entry = read_json(params), f"params.yaml: texts.{params.stem}"
    try:
        pairs = parse(source.read_bytes())
    except ValueError as error:
        raise StageError(f"{source}: {error}") from None
    levels = max(pair.level for pair in pairs)
    counts = {}
    for split in SPLITS:
        key = f"{split}_per_level"
        # The keys of a JSON object are strings.
        asked = text[key]
        if isinstance(asked, dict):
            asked = {int(level): count for level, count in asked.items()}
        try:
            check_labels(key, asked, range(1, levels + 1), "levels")
        except ValueError as error:
            raise StageError(f"{entry}{error}") from None
        counts[split] = per_class(asked, levels, first=1)
    try:
        splits = split_text(pairs, counts, text["seed"])
    except ValueError as error:
        raise StageError(f"{entry}: {error}") from None
    try:
        check_apart(splits)
    except ValueError as error:
        raise StageError(f"{source}: {error}") from None
    write_json(out, {split: splits[split] for split in SPLITS}, indent=1)


if __name__ == "__main__":
    command.run(main)
