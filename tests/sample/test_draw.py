"""The draw is that of the design, told in other words, and no row is drawn twice."""

from __future__ import annotations

import numpy as np
import pytest

from stages.common.draw import draw

LABELS = np.random.RandomState(0).permutation(np.repeat([0, 1, 2], [9, 14, 5]))


@pytest.mark.parametrize("test_draw", ["next", "choice"])
@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
def test_it_is_that_of_the_design(test_draw: str, seed: int) -> None:
    counts = {
        "train": {0: 3, 1: 0, 2: 5},
        "val": {0: 1, 1: 2, 2: 0},
        "test": {0: 5, 1: 3, 2: 0},
    }
    drawn = draw(LABELS, counts, np.random.RandomState(seed), test_draw)
    generator = np.random.RandomState(seed)
    expected: dict[str, list[int]] = {"train": [], "val": [], "test": []}
    for label in (0, 1, 2):
        rows = np.array([row for row, value in enumerate(LABELS) if value == label])
        generator.shuffle(rows)
        train, val, test = (counts[split][label] for split in ("train", "val", "test"))
        expected["train"] += rows[:train].tolist()
        rest = rows[train:].tolist()
        if test_draw == "choice":
            held_out = generator.choice(rest, size=test, replace=False).tolist() if rest else []
        else:
            held_out = rest[:test]
        expected["test"] += held_out
        expected["val"] += [row for row in rest if row not in held_out][:val]
    assert {split: rows.tolist() for split, rows in drawn.items()} == expected
    assert len({row for rows in expected.values() for row in rows}) == 19


def test_a_class_of_which_nothing_is_taken_draws_nothing() -> None:
    generator, other = np.random.RandomState(1), np.random.RandomState(1)
    counts = {"train": {0: 2, 2: 3}, "val": {0: 0, 2: 1}, "test": {0: 2, 2: 1}}
    with_none = draw(LABELS, {split: {**of, 1: 0} for split, of in counts.items()}, generator)
    without = draw(LABELS, counts, other)
    assert [rows.tolist() for rows in with_none.values()] == [
        rows.tolist() for rows in without.values()
    ]
    assert generator.random_sample() == other.random_sample()
