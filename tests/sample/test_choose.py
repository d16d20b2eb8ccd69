"""Which rows a dataset has, by either strategy, and in which order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.common.blocks import Data
from stages.common.neighbours import nearest
from stages.sample.choose import choose, order, restore, save_state
from stages.sample.curation import TooFewError
from tests.in_blocks import in_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

GENERATOR = np.random.RandomState(5)
LABELS = GENERATOR.permutation(np.repeat([0, 1, 2], 40))
IMAGES = (GENERATOR.randint(0, 100, (120, 3, 3)) + 50 * LABELS[:, None, None]).astype(np.uint8)


def counts(
    train: list[int], test: list[int], val: Sequence[int] = (0, 0, 0)
) -> dict[str, dict[int, int]]:
    return {
        split: dict(enumerate(of_split))
        for split, of_split in (("train", train), ("val", val), ("test", test))
    }


def chosen(strategy: str, seed: int = 7, **changes: Any) -> tuple[dict[str, Any], list[Any]]:
    asked: dict[str, Any] = {
        "counts": counts([20, 0, 10], [5, 0, 7]),
        "test_draw": "next",
        "maximum": 255,
        **changes,
    }
    blocks = in_blocks(IMAGES)
    data = Data(blocks, LABELS, neighbours=nearest(blocks, LABELS))
    drawn, table, _ = choose(data, strategy=strategy, draw="shuffle", seed=seed, **asked)
    return drawn, table


@pytest.mark.parametrize("strategy", ["random", "curated"])
def test_rows_are_of_the_classes_asked_and_none_is_taken_twice(strategy: str) -> None:
    asked = {"train": [20, 0, 10], "val": [1, 0, 3], "test": [5, 0, 7]}
    drawn, table = chosen(strategy, counts=counts(**asked))
    assert {split: np.bincount(LABELS[rows]).tolist() for split, rows in drawn.items()} == asked
    assert len({row for rows in drawn.values() for row in rows.tolist()}) == 46
    # The table has all rows of the two classes, and no other.
    assert [line[0] for line in table] == np.flatnonzero(LABELS != 1).tolist()
    assert [line[1] for line in table] == LABELS[LABELS != 1].tolist()
    tiers = [tier for _, label, tier, _ in table if label == 0]
    assert [tiers.count(tier) for tier in ("easy", "hard", "hardest")] == [32, 6, 2]


@pytest.mark.parametrize("strategy", ["random", "curated"])
def test_a_val_changes_neither_train_nor_test(strategy: str) -> None:
    without, table = chosen(strategy)
    drawn, _ = chosen(strategy, counts=counts([20, 0, 10], [5, 0, 7], [4, 0, 3]))
    rows = np.array([line[0] for line in table])
    state = save_state(np.random.RandomState(1))
    ordered = [order(of, rows, state) for of in (without, drawn)]
    for split in ("train", "test"):
        assert ordered[0][split] == ordered[1][split]
    assert (ordered[0]["val"], len(ordered[1]["val"])) == ([], 7)


def test_curated_takes_of_each_tier() -> None:
    drawn, table = chosen("curated")
    tier_of = {row: tier for row, _, tier, _ in table}
    tiers = [tier_of[row] for row in drawn["train"].tolist() if LABELS[row] == 0]
    assert [tiers.count(tier) for tier in ("easy", "hard", "hardest")] == [16, 3, 1]


def test_curated_says_where_rows_are_too_few() -> None:
    with pytest.raises(TooFewError, match="class 0 has 32 easy rows for train, but 33 of the 41"):
        chosen("curated", counts=counts([41, 0, 1], [0, 0, 1]))
    few = (
        "class 0 has 2 rows left for val that are no training row's near-duplicate, but 5 are asked"
    )
    with pytest.raises(TooFewError, match=few):
        chosen("curated", counts=counts([20, 0, 1], [16, 0, 1], [5, 0, 0]))


def test_the_seed_and_the_draw_are_those_asked() -> None:
    first, again, other = (chosen("random", seed)[0]["train"].tolist() for seed in (7, 7, 8))
    assert first == again != other
    by_choice = chosen("random", test_draw="choice")[0]["test"].tolist()
    assert chosen("random")[0]["test"].tolist() != by_choice


def test_the_order_is_that_of_one_generator() -> None:
    drawn, table = chosen("random", counts=counts([20, 0, 10], [5, 0, 7], [4, 0, 3]))
    rows = np.array([line[0] for line in table])
    splits = order(drawn, rows, save_state(np.random.RandomState(7)))
    assert list(splits) == ["train", "val", "test", "unused"]
    again = np.random.RandomState(7)
    for split in ("train", "test", "val"):
        assert splits[split] == again.permutation(drawn[split]).tolist()
    taken = {row for of_split in drawn.values() for row in of_split.tolist()}
    unused = [row for row in rows.tolist() if row not in taken]
    assert splits["unused"] == unused


@pytest.mark.parametrize("drawn", [0, 1, 623, 1000])
def test_a_generator_goes_on_from_its_saved_state(drawn: int) -> None:
    generator = np.random.RandomState(42)
    generator.random_sample(drawn)
    restored = restore(json.loads(json.dumps(save_state(generator))))
    assert restored.permutation(99).tolist() == generator.permutation(99).tolist()
