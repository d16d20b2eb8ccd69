"""Stage `split_text`: draw the pairs of each split, level by level."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from stages.check.counts import check_labels, per_class
from stages.check.read import read_entry
from stages.common import command
from stages.common.errors import ParamError, StageError
from stages.common.files import write_json
from stages.common.splits import SPLITS
from stages.texts.draws import split_combinations, split_shuffled
from stages.texts.pairs import NEAR, Table, check_apart, parse_pairs

if TYPE_CHECKING:
    from stages.check.model import Text
    from tinydatasets.types import Pair


def main(*, name: str, pairs: Path, out: Path) -> None:
    """Draw from the table `pairs` as the entry `name` of params.yaml says; write it to `out`."""
    try:
        splits = split_text(read_entry("texts", name), parse_pairs(pairs.read_bytes()))
    except ParamError as error:
        raise error.within("texts", name) from None
    write_json(out, splits, indent=1)


def split_text(text: Text, table: Table) -> dict[str, list[Pair]]:
    """Return the pairs of each split as an entry of params.yaml says.

    Raises
    ------
    ParamError
        If its counts or its draw don't fit the pairs; the keys are those within the entry.
    StageError
        If two questions are too similar.
    """
    by_combination = text.draw == "combination"
    if by_combination and not table.combinations:
        raise ParamError(
            "draw",
            message=f"combination: {text.source} does not say of which template and fillers each "
            "pair is made; write it as templates, or draw by shuffle",
        )
    levels = max(pair.level for pair in table.pairs)
    counts = {}
    for split in SPLITS:
        key = f"{split}_per_level"
        asked = getattr(text, key)
        check_labels(key, asked, range(1, levels + 1), "levels")
        counts[split] = per_class(asked, levels, first=1)
    draw = split_combinations if by_combination else split_shuffled
    splits = draw(table, counts, text.seed)
    try:
        # What is held out by combination is meant to be near to what train has.
        check_apart(splits, near=inf if by_combination else NEAR)
    except ValueError as error:
        could = table.combinations and not by_combination
        hint = "; `draw: combination` allows what is near" if could else ""
        raise StageError(f"{text.source}: {error}{hint}") from None
    return splits


if __name__ == "__main__":
    command.run(main)
