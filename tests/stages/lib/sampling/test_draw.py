"""The draw is that of the design, told in other words, and no row is drawn twice."""

from __future__ import annotations

import numpy as np
import pytest

from stages.lib.sampling.draw import draw

LABELS = np.random.RandomState(0).permutation(np.repeat([0, 1, 2], [9, 14, 5]))


@pytest.mark.parametrize("test_draw", ["next", "choice"])
@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
def test_it_is_that_of_the_design(test_draw: str, seed: int) -> None:
    train_per_class, test_per_class = {0: 4, 1: 0, 2: 5}, {0: 5, 1: 3, 2: 0}
    train, test = draw(
        LABELS, train_per_class, test_per_class, np.random.RandomState(seed), test_draw
    )
    generator = np.random.RandomState(seed)
    expected_train: list[int] = []
    expected_test: list[int] = []
    for label in (0, 1, 2):
        rows = np.array([row for row, value in enumerate(LABELS) if value == label])
        generator.shuffle(rows)
        k, m = train_per_class[label], test_per_class[label]
        expected_train += rows[:k].tolist()
        rest = rows[k:]
        if test_draw == "choice":
            expected_test += generator.choice(rest, size=m, replace=False).tolist()
        else:
            expected_test += rest[:m].tolist()
    assert (train.tolist(), test.tolist()) == (expected_train, expected_test)
    assert len({*expected_train, *expected_test}) == 17


def test_a_class_of_which_nothing_is_taken_draws_nothing() -> None:
    generator, other = np.random.RandomState(1), np.random.RandomState(1)
    with_none = draw(LABELS, {0: 2, 1: 0, 2: 3}, {0: 2, 1: 0, 2: 1}, generator)
    without = draw(LABELS, {0: 2, 2: 3}, {0: 2, 2: 1}, other)
    assert [rows.tolist() for rows in with_none] == [rows.tolist() for rows in without]
    assert generator.random_sample() == other.random_sample()
