"""Stage `split_text`: draw the pairs of each split, level by level."""

from __future__ import annotations

from math import inf
from pathlib import Path

from stages.check.counts import check_labels, per_class
from stages.common import command
from stages.common.errors import StageError
from stages.common.files import read_json, write_json
from stages.common.splits import SPLITS
from stages.texts.combinations import split_combinations
from stages.texts.pairs import NEAR, check_apart, parse
from stages.texts.splits import split_text


def main(*, params: Path, pairs: Path, out: Path) -> None:
    """Draw from the table `pairs` as the file `params` says; write each split's pairs to `out`."""
    text, entry = read_json(params), f"params.yaml: texts.{params.stem}"
    table = parse(pairs.read_bytes())
    by_combination = text["draw"] == "combination"
    if by_combination and not table.combinations:
        raise StageError(
            f"{entry}.draw: combination: {text['source']} does not say of which template and "
            "fillers each pair is made; write it as templates, or draw by shuffle"
        )
    levels = max(pair.level for pair in table.pairs)
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
        if by_combination:
            splits = split_combinations(table, counts, text["seed"])
        else:
            splits = split_text(table.pairs, counts, text["seed"])
    except ValueError as error:
        raise StageError(f"{entry}: {error}") from None
    try:
        # What is held out by combination is meant to be near to what train has.
        check_apart(splits, near=inf if by_combination else NEAR)
    except ValueError as error:
        could = table.combinations and not by_combination
        hint = "; `draw: combination` allows what is near" if could else ""
        raise StageError(f"{text['source']}: {error}{hint}") from None
    write_json(out, {split: splits[split] for split in SPLITS}, indent=1)


if __name__ == "__main__":
    command.run(main)
