"""What curation does where rows are few."""

from __future__ import annotations

import numpy as np
import pytest

from stages.lib.sampling.curation import TooFewError, curate


def counts(train: dict[int, int], test: dict[int, int]) -> dict[str, dict[int, int]]:
    return {"train": train, "val": {0: 0, 1: 0}, "test": test}


def test_too_few_rows_are_said() -> None:
    generator = np.random.RandomState(0)
    images = np.zeros((8, 1, 1), np.uint8)
    images[4:] = 9
    labels = np.repeat([0, 1], 4)
    named = np.full(8, "easy")
    with pytest.raises(TooFewError, match="class 0 has 0 rows left that are no training row's"):
        curate(
            images,
            labels,
            named,
            counts({0: 1, 1: 1}, {0: 1, 1: 0}),
            generator=generator,
            maximum=9,
        )
    with pytest.raises(TooFewError, match="class 1 has 4 easy rows, but 6 of the 7 for"):
        curate(
            images,
            labels,
            named,
            counts({0: 1, 1: 7}, {0: 1, 1: 0}),
            generator=generator,
            maximum=9,
        )


def test_a_class_whose_rows_are_all_for_training_leaves_none() -> None:
    images = np.arange(8, dtype=np.uint8).reshape(8, 1, 1)
    labels = np.repeat([0, 1], 4)
    named = np.full(8, "easy")
    generator = np.random.RandomState(0)
    asked = {0: 4, 1: 1}
    one = counts(asked, {0: 0, 1: 1})
    chosen = curate(images, labels, named, one, generator=generator, maximum=9)
    assert sorted(chosen["train"][:4]) == [0, 1, 2, 3]
    assert labels[chosen["test"]].tolist() == [1]
    assert chosen["val"].tolist() == []
    with pytest.raises(TooFewError, match="class 0 has 0 rows left"):
        curate(images, labels, named, counts(asked, {0: 1, 1: 1}), generator=generator, maximum=9)
