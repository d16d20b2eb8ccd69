"""Difficulty and curation are what their definitions say, told in other words."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from stages.common import distances
from stages.common.distances import closest, nearest
from stages.common.equal import near_limit
from stages.sample import curation
from stages.sample.curation import difficulty, facility_location, sizes, tiers
from tests.in_blocks import in_blocks

if TYPE_CHECKING:
    import numpy.typing as npt

# Images of few values, so that equal ones occur; class 4 has three rows, class 3 one.
LABELS = np.random.RandomState(3).permutation([0] * 14 + [1] * 6 + [2] * 9 + [3] + [4] * 3)
IMAGES = np.random.RandomState(4).randint(0, 3, (33, 2, 2)).astype(np.uint8)


def by_definition(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], row: int) -> float:
    """Return the difficulty of one image among `images`, from one distance after the other."""
    squared = ((images.astype(int) - images[row]) ** 2).sum(axis=(1, 2)).tolist()
    others = [other for other in range(len(images)) if other != row]
    own = sorted(squared[other] for other in others if labels[other] == labels[row])
    far = sorted(squared[other] for other in others if labels[other] != labels[row])
    k = min(5, len(own), len(far))
    return sum(own[:k]) / sum(far[:k]) if sum(far[:k]) else float("inf")


@pytest.mark.parametrize("classes", [some for n in (2, 5) for some in combinations(range(5), n)])
def test_difficulty_is_as_if_there_were_no_other_classes(classes: tuple[int, ...]) -> None:
    rows = np.flatnonzero(np.isin(LABELS, classes))
    ratios = difficulty(nearest(in_blocks(IMAGES), LABELS)[rows], LABELS[rows], [*classes])
    expected = [by_definition(IMAGES[rows], LABELS[rows], row) for row in range(len(rows))]
    assert ratios.tolist() == expected


@pytest.mark.parametrize(("rows", "chunk"), [(1, 512), (5, 4), (33, 1)])
def test_how_many_rows_are_in_memory_at_a_time_changes_nothing(
    rows: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = nearest(in_blocks(IMAGES), LABELS)
    monkeypatch.setattr(distances, "CHUNK", chunk)
    np.testing.assert_array_equal(nearest(in_blocks(IMAGES, rows), LABELS), expected)


@pytest.mark.parametrize("n", [0, 1, 6, 7, 19, 20, 99, 100, 500])
def test_tiers_have_all_rows_and_rank_equal_ones_by_row(n: int) -> None:
    labels = np.zeros(n, np.int64)
    names = [name for name, size in sizes(n).items() for _ in range(size)]
    assert len(names) == n
    assert tiers(np.ones(n), labels).tolist() == names
    assert tiers(np.arange(n)[::-1] / 1, labels).tolist() == names[::-1]


def plain_greedy(images: npt.NDArray[np.uint8], n: int) -> list[int]:
    """Choose by the definition: of all images, the one with which the sum is smallest."""
    flat = images.reshape(len(images), -1).astype(int)
    squared = ((flat[:, None] - flat) ** 2).sum(axis=2)
    chosen: list[int] = []
    for _ in range(n):
        left = [row for row in range(len(images)) if row not in chosen]
        sums = {row: int(squared[[*chosen, row]].min(axis=0).sum()) for row in left}
        chosen.append(min(sums, key=lambda row: (sums[row], row)))
    return chosen


@pytest.mark.parametrize("fewest", [1, 64])
@pytest.mark.parametrize("values", [1, 2, 256])
def test_facility_location_is_the_plain_greedy_choice_with_ties_too(
    values: int, fewest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curation, "FEWEST", fewest)
    images = np.random.RandomState(values).randint(0, values, (40, 2, 2)).astype(np.uint8)
    for n in (0, 1, 40):
        assert facility_location(in_blocks(images), n).tolist() == plain_greedy(images, n)


def test_near_duplicates_are_found_in_every_block() -> None:
    # Of 600 others, more than are compared at a time, one is near to each of two images: the root
    # mean square of their differences is just below 6% of 100, and 6% itself is not below.
    others = np.full((600, 1, 4), 255, np.uint8)
    others[599] = 20
    images = np.zeros((20, 1, 4), np.uint8)
    images[3] = images[17] = [14, 14, 14, 15]
    images[4] = images[18] = 14
    _, squared = closest(in_blocks(images), others)
    assert np.flatnonzero(squared < near_limit((1, 4), 100)).tolist() == [3, 17]
    # Of others that are equally near, the first is the nearest.
    images[1] = 250
    assert closest(in_blocks(images), others)[0][:3].tolist() == [599, 0, 599]
