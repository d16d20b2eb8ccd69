"""The draw of each split, level by level."""

from __future__ import annotations

from stages.texts.splits import split_text
from tinydatasets import Pair


def test_two_pairs_of_a_level_are_split_one_none_one() -> None:
    pairs = [Pair(f"{level}-{n:02}", level, "Q?", "A.") for level in (1, 2, 3) for n in (1, 2)]
    one, none = dict.fromkeys((1, 2, 3), 1), dict.fromkeys((1, 2, 3), 0)
    found = split_text(pairs, {"train": one, "val": none, "test": one}, 42)
    assert found["val"] == found["unused"] == []
    assert [pair.level for pair in found["train"]] == [pair.level for pair in found["test"]]
    assert sorted([*found["train"], *found["test"]]) == pairs


def test_what_no_split_takes_is_unused() -> None:
    pairs = [Pair(f"1-{n:02}", 1, "Q?", "A.") for n in range(1, 10)]
    found = split_text(pairs, {"train": {1: 3}, "val": {1: 1}, "test": {1: 2}}, 1)
    assert [len(found[split]) for split in ("train", "val", "test", "unused")] == [3, 1, 2, 3]
    assert sorted(pair for split in found.values() for pair in split) == pairs
