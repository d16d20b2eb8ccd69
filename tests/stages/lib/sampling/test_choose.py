"""Which rows a dataset has, by either strategy, and in which order."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from stages.lib.sampling.choose import choose, order, restore, save_state
from stages.lib.sampling.curation import TooFewError
from stages.lib.sampling.difficulty import nearest

GENERATOR = np.random.RandomState(5)
LABELS = GENERATOR.permutation(np.repeat([0, 1, 2], 40))
IMAGES = (GENERATOR.randint(0, 100, (120, 3, 3)) + 50 * LABELS[:, None, None]).astype(np.uint8)


def chosen(strategy: str, seed: int = 7, **changes: Any) -> tuple[Any, Any, list[Any]]:
    asked: dict[str, Any] = {
        "train_per_class": [20, 0, 10],
        "test_per_class": [5, 0, 7],
        "test_draw": "next",
        "maximum": 255,
        **changes,
    }
    neighbours = nearest(IMAGES, LABELS)
    generator = np.random.RandomState(seed)
    return choose(IMAGES, LABELS, neighbours, strategy=strategy, generator=generator, **asked)


@pytest.mark.parametrize("strategy", ["random", "curated"])
def test_rows_are_of_the_classes_asked_and_none_is_taken_twice(strategy: str) -> None:
    train, test, table = chosen(strategy)
    assert np.bincount(LABELS[train], minlength=3).tolist() == [20, 0, 10]
    assert np.bincount(LABELS[test], minlength=3).tolist() == [5, 0, 7]
    assert len({*train.tolist(), *test.tolist()}) == 42
    # The table has all rows of the two classes, and no other.
    assert [line[0] for line in table] == np.flatnonzero(LABELS != 1).tolist()
    assert [line[1] for line in table] == LABELS[LABELS != 1].tolist()
    tiers = [tier for _, label, tier, _ in table if label == 0]
    assert [tiers.count(tier) for tier in ("easy", "hard", "hardest")] == [32, 6, 2]


def test_curated_takes_of_each_tier() -> None:
    train, _, table = chosen("curated")
    tier_of = {row: tier for row, _, tier, _ in table}
    tiers = [tier_of[row] for row in train.tolist() if LABELS[row] == 0]
    assert [tiers.count(tier) for tier in ("easy", "hard", "hardest")] == [16, 3, 1]


def test_curated_says_where_rows_are_too_few() -> None:
    with pytest.raises(TooFewError, match="class 0 has 32 easy rows, but 33 of the 41 for train"):
        chosen("curated", train_per_class=[41, 0, 1], test_per_class=[0, 0, 1])


def test_the_seed_and_the_draw_are_those_asked() -> None:
    first, again, other = (chosen("random", seed)[0].tolist() for seed in (7, 7, 8))
    assert first == again != other
    by_choice = chosen("random", test_draw="choice")[1].tolist()
    assert chosen("random")[1].tolist() != by_choice


def test_the_order_is_that_of_one_generator() -> None:
    train, test, table = chosen("random")
    rows = np.array([line[0] for line in table])
    generator = np.random.RandomState(7)
    splits = order(train, test, rows, generator)
    again = np.random.RandomState(7)
    assert splits["train"] == again.permutation(train).tolist()
    assert splits["test"] == again.permutation(test).tolist()
    unused = [row for row in rows.tolist() if row not in {*train.tolist(), *test.tolist()}]
    assert splits["unused"] == unused


@pytest.mark.parametrize("drawn", [0, 1, 623, 1000])
def test_a_generator_goes_on_from_its_saved_state(drawn: int) -> None:
    generator = np.random.RandomState(42)
    generator.random_sample(drawn)
    restored = restore(json.loads(json.dumps(save_state(generator))))
    assert restored.permutation(99).tolist() == generator.permutation(99).tolist()
