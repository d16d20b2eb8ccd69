"""Means, standard deviations and intervals, by hand."""

from __future__ import annotations

from itertools import permutations

import pytest
from scipy.stats import t

from experiments.curves.summary import T_975, summarize
from experiments.curves.training import Score


def test_the_quantiles_are_those_of_the_t_distribution() -> None:
    assert [round(t.ppf(0.975, df), 3) for df in range(1, 31)] == list(T_975)


@pytest.mark.parametrize(
    ("correct", "figures"),
    [
        # The mean is 0.6, the squares of what is away from it sum to 0.14: sd = sqrt(0.14 / 2).
        # t = 4.303 with two degrees of freedom, half = 4.303 * 0.264575 / sqrt(3) = 0.657294.
        ([4, 5, 9], (3, 0.6, 0.264575, -0.057294, 1.257294)),
        ([5] * 20, (20, 0.5, 0.0, 0.5, 0.5)),
    ],
)
def test_the_figures_by_hand(correct: list[int], figures: tuple[float, ...]) -> None:
    assert tuple(summarize([Score(n, 10) for n in correct]).values()) == figures


def test_the_order_changes_no_bit() -> None:
    scores = [Score(correct, 297) for correct in (7, 100, 101, 150, 296)]
    assert len({str(summarize(order)) for order in permutations(scores)}) == 1
