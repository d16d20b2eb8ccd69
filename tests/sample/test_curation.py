"""What curation chooses, and what it does where rows are few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from stages.sample import curation, distances
from stages.sample.curation import (
    TooFewError,
    by_shuffle,
    curate,
    facility_location,
    near_duplicates,
)
from tests.in_blocks import in_blocks

if TYPE_CHECKING:
    import numpy.typing as npt


def counts(train: dict[int, int], test: dict[int, int]) -> dict[str, dict[int, int]]:
    return {"train": train, "val": {0: 0, 1: 0}, "test": test}


def test_too_few_rows_are_said() -> None:
    generator = np.random.RandomState(0)
    images = np.zeros((8, 1, 1), np.uint8)
    images[4:] = 9
    blocks = in_blocks(images)
    labels = np.repeat([0, 1], 4)
    named = np.full(8, "easy")
    with pytest.raises(TooFewError, match="class 0 has 0 rows left for test that are no train"):
        curate(
            blocks,
            labels,
            named,
            counts({0: 1, 1: 1}, {0: 1, 1: 0}),
            turns=by_shuffle(generator, 8),
            maximum=9,
        )
    with pytest.raises(TooFewError, match="class 1 has 4 easy rows for train, but 6 of the 7 that"):
        curate(
            blocks,
            labels,
            named,
            counts({0: 1, 1: 7}, {0: 1, 1: 0}),
            turns=by_shuffle(generator, 8),
            maximum=9,
        )


def test_a_class_whose_rows_are_all_for_training_leaves_none() -> None:
    blocks = in_blocks(np.arange(8, dtype=np.uint8).reshape(8, 1, 1))
    labels = np.repeat([0, 1], 4)
    named = np.full(8, "easy")
    generator = np.random.RandomState(0)
    asked = {0: 4, 1: 1}
    one = counts(asked, {0: 0, 1: 1})
    chosen = curate(blocks, labels, named, one, turns=by_shuffle(generator, 8), maximum=9)
    assert sorted(chosen["train"][:4]) == [0, 1, 2, 3]
    assert labels[chosen["test"]].tolist() == [1]
    assert chosen["val"].tolist() == []
    one = counts(asked, {0: 1, 1: 1})
    with pytest.raises(TooFewError, match="class 0 has 0 rows left"):
        curate(blocks, labels, named, one, turns=by_shuffle(generator, 8), maximum=9)


def plain_greedy(images: npt.NDArray[np.uint8], n: int) -> list[int]:
    """Choose by the definition: of all images, the one with which the sum is smallest."""
    flat = images.reshape(len(images), -1).astype(int)
    distances = ((flat[:, None] - flat) ** 2).sum(axis=2)
    chosen: list[int] = []
    for _ in range(n):
        sums = {
            row: int(distances[[*chosen, row]].min(axis=0).sum())
            for row in range(len(images))
            if row not in chosen
        }
        chosen.append(min(sums, key=lambda row: (sums[row], row)))
    return chosen


@pytest.mark.parametrize("fewest", [1, 5, 64])
@pytest.mark.parametrize("values", [1, 2, 4, 256])
def test_facility_location_is_the_plain_greedy_choice_with_ties_too(
    values: int, fewest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curation, "FEWEST", fewest)
    images = np.random.RandomState(values).randint(0, values, (40, 2, 2)).astype(np.uint8)
    for n in (0, 1, 25, 40):
        assert facility_location(in_blocks(images), n).tolist() == plain_greedy(images, n)


def test_near_duplicates_are_found_in_every_block() -> None:
    # Of 600 others, more than are compared at a time, one is near to each of two images: the root
    # mean square of their differences is just below 6% of 100, and 6% itself is not below.
    others = np.full((600, 1, 4), 255, np.uint8)
    others[599] = 20
    images = np.zeros((20, 1, 4), np.uint8)
    images[3] = images[17] = [14, 14, 14, 15]
    images[4] = images[18] = 14
    near = near_duplicates(in_blocks(images), others, 100)
    assert np.flatnonzero(near).tolist() == [3, 17]


def test_all_pairs_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.RandomState(8)
    some, others = (generator.randint(0, 16, (n, 2, 2)).astype(np.uint8) for n in (31, 500))
    squared = (some[:, None].astype(int) - others[None]) ** 2
    expected = (squared.sum(axis=(2, 3)) < 0.06**2 * 16**2 * 4).any(axis=1)
    assert 5 < expected.sum() < 26
    for chunk in (1, 7, 31, 512):
        monkeypatch.setattr(distances, "CHUNK", chunk)
        assert near_duplicates(in_blocks(some), others, 16).tolist() == expected.tolist()
