"""Means, standard deviations and intervals, by hand."""

from __future__ import annotations

from itertools import permutations

import pytest
from scipy.stats import t

from experiments.curves.summary import T_975, points, summarize, to_metrics, to_table
from experiments.curves.sweep import Training
from experiments.curves.training import Score

# Of 4, 5 and 9 right of 10: the mean is 0.6, the squares of what is away from it sum to 0.14.
# sd = sqrt(0.14 / 2) = 0.264575, t = 4.303 with two degrees of freedom,
# half of the interval = 4.303 * 0.264575 / sqrt(3) = 0.657294.
SCORES = [Score(4, 10), Score(5, 10), Score(9, 10)]


def test_the_quantiles_are_those_of_the_t_distribution() -> None:
    assert len(T_975) == 30
    assert [round(t.ppf(0.975, df), 3) for df in range(1, 31)] == list(T_975)


def test_the_figures_by_hand() -> None:
    point = summarize(SCORES)
    assert point.trainings == 3
    assert point[1:] == pytest.approx((0.6, 0.264575, -0.057294, 1.257294), abs=5e-7)


def test_the_order_changes_no_bit() -> None:
    scores = [Score(correct, 297) for correct in (7, 100, 101, 150, 296)]
    assert len({summarize(order) for order in permutations(scores)}) == 1


def test_no_spread_is_no_interval() -> None:
    assert summarize([Score(99, 297)] * 20) == (20, 1 / 3, 0.0, 1 / 3, 1 / 3)


def test_points_are_sorted_and_written_with_fixed_decimals() -> None:
    scores = {
        Training(recipe, budget, size, seed): of_seed
        for seed, of_seed in enumerate(SCORES)
        for recipe in ("b", "a")
        for budget in ("steps", "epochs")
        for size in (10, 2)
    }
    # The recipe `b` has the same score thrice.
    scores |= {one: Score(1, 2) for one in scores if one.recipe == "b"}
    found = points(scores)
    figures = ("0.600000", "0.264575", "-0.057294", "1.257294")
    same = ("0.500000", "0.000000", "0.500000", "0.500000")
    assert to_table("mine", found) == [
        ("source", "recipe", "budget", "size", "trainings", "mean", "sd", "low", "high"),
        ("mine", "a", "epochs", 2, 3, *figures),
        ("mine", "a", "epochs", 10, 3, *figures),
        ("mine", "a", "steps", 2, 3, *figures),
        ("mine", "a", "steps", 10, 3, *figures),
        ("mine", "b", "epochs", 2, 3, *same),
        ("mine", "b", "epochs", 10, 3, *same),
        ("mine", "b", "steps", 2, 3, *same),
        ("mine", "b", "steps", 10, 3, *same),
    ]
    metrics = to_metrics(found, {"steps": 5, "recipes": {}, "seeds": 2})
    assert list(metrics) == ["10_per_class", "measured", "curve"]
    assert metrics["10_per_class"] == {
        "a": {"epochs": 0.6, "steps": 0.6},
        "b": {"epochs": 0.5, "steps": 0.5},
    }
    assert metrics["measured"] == [{"steps": 5, "recipes": {}}]
    assert len(metrics["curve"]) == 8
    assert metrics["curve"][3] == {
        "recipe": "a",
        "budget": "steps",
        "size": 10,
        "trainings": 3,
        "mean": 0.6,
        "sd": 0.264575,
        "low": -0.057294,
        "high": 1.257294,
    }
