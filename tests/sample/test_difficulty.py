"""Difficulty is what the definition says, for any part of the classes too."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from stages.sample import distances
from stages.sample.difficulty import difficulty, nearest, sizes, tiers
from tests.in_blocks import in_blocks

CLASSES = 5


def some_images() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Give images of few values, so that equal ones occur; class 4 has three rows, class 3 one."""
    generator = np.random.RandomState(3)
    labels = np.array([0] * 14 + [1] * 6 + [2] * 9 + [3] + [4] * 3)
    generator.shuffle(labels)
    return generator.randint(0, 3, (len(labels), 2, 2)).astype(np.uint8), labels


def by_definition(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], row: int) -> float:
    """Compute the difficulty of one image among `images`, one distance after the other."""
    own: list[int] = []
    other: list[int] = []
    for neighbour in range(len(images)):
        if neighbour != row:
            pairs = zip(images[row].ravel().tolist(), images[neighbour].ravel().tolist())
            squared = sum((a - b) ** 2 for a, b in pairs)
            (own if labels[neighbour] == labels[row] else other).append(squared)
    k = min(5, len(own), len(other))
    near_own, near_other = sum(sorted(own)[:k]), sum(sorted(other)[:k])
    return near_own / near_other if near_other else float("inf")


@pytest.mark.parametrize(
    "classes", [list(some) for n in (2, 3, CLASSES) for some in combinations(range(CLASSES), n)]
)
def test_a_part_of_the_classes_is_as_if_there_were_no_others(classes: list[int]) -> None:
    images, labels = some_images()
    rows = np.flatnonzero(np.isin(labels, classes))
    ratios = difficulty(nearest(in_blocks(images), labels)[rows], labels[rows], classes)
    expected = [by_definition(images[rows], labels[rows], row) for row in range(len(rows))]
    assert ratios.tolist() == expected


@pytest.mark.parametrize("rows", [1, 5, 33])
@pytest.mark.parametrize("chunk", [1, 4, 512])
def test_how_many_rows_are_in_memory_at_a_time_changes_nothing(
    rows: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, labels = some_images()
    expected = nearest(in_blocks(images), labels)
    monkeypatch.setattr(distances, "CHUNK", chunk)
    np.testing.assert_array_equal(nearest(in_blocks(images, rows), labels), expected)


def test_equal_difficulties_are_ranked_by_row() -> None:
    named = tiers(np.ones(20), np.zeros(20, np.int64))
    assert named.tolist() == ["easy"] * 16 + ["hard"] * 3 + ["hardest"]


def test_one_image_of_a_class_and_equal_images_are_infinitely_hard() -> None:
    images = np.array([5, 5, 5, 9], np.uint8).reshape(4, 1, 1)
    labels = np.array([0, 0, 1, 2])
    assert (
        difficulty(nearest(in_blocks(images), labels), labels, [0, 1, 2]).tolist() == [np.inf] * 4
    )


@pytest.mark.parametrize("n", [0, 1, 6, 7, 19, 20, 99, 100, 500])
def test_tiers_have_all_rows(n: int) -> None:
    assert sum(sizes(n).values()) == n
    named = tiers(np.arange(n)[::-1] / 1, np.zeros(n, np.int64)).tolist()
    assert {tier: named.count(tier) for tier in sizes(n)} == sizes(n)
    # The hardest come first here.
    assert named == sorted(named, key=["hardest", "hard", "easy"].index)
