"""Stage `normalize`: images and labels of every split, in [0, 1] or as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from stages import normalize

if TYPE_CHECKING:
    from tests.stages_conftest import Small

SPLITS = {"train": [5, 0, 7], "test": [2], "unused": [1, 3]}


@pytest.mark.parametrize("normalized", [True, False])
@pytest.mark.parametrize("left_over", [True, False])
def test_every_split_has_its_rows(small: Small, *, normalized: bool, left_over: bool) -> None:
    splits = SPLITS if left_over else {**SPLITS, "unused": []}
    table = small.folder / "split.csv"
    lines = [f"{name},{row}\n" for name, rows in splits.items() for row in rows]
    table.write_text(f"split,row\n{''.join(lines)}")
    out = small.folder / "arrays"
    normalize.main(
        params=small.params(normalize=normalized),
        source=small.folder / "source",
        split=table,
        out=out,
    )
    for name, rows in splits.items():
        images, labels = np.load(out / name / "images.npy"), np.load(out / name / "labels.npy")
        expected = small.images[rows]
        if normalized:
            expected = expected.astype(np.float32) / np.float32(50)
        assert images.dtype == (np.float32 if normalized else np.uint8)
        np.testing.assert_array_equal(images, expected)
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(labels, small.labels[rows])
