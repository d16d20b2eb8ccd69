"""Equal images are found as plain Python finds them, whatever the order of the source."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stages.common.equal import compare_images, digests, find_equal

# Of each row an image, a label and an id, few of each.
ROWS = st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=30)


@given(ROWS)
def test_it_is_what_plain_python_finds(rows: list[tuple[int, int, int]]) -> None:
    pixels, labels, ids = np.array(rows).T
    images = np.repeat(pixels, 12).reshape(len(rows), 2, 2, 3).astype(np.uint8)
    found = find_equal(digests(images), labels, ids.astype(str))
    by_key = sorted(range(len(rows)), key=lambda row: (rows[row], row))
    kept = {rows[row][0]: row for row in reversed(by_key)}
    assert found.repeats.tolist() == [row for row in range(len(rows)) if row not in kept.values()]
    pairs = [row[:2] for row in rows]
    assert found.within == len(pairs) - len({*pairs})
    mixed = {pixel for pixel, _ in pairs if len({label for p, label in pairs if p == pixel}) > 1}
    assert found.across == sum(pixel in mixed for pixel, _ in pairs)
    # Pairs of two classes come first, each of another image.
    assert len(found.examples) == min(3, len({pairs[row][0] for row in found.repeats}))
    are_other = [labels[one] != labels[other] for one, other in found.examples]
    assert are_other == [True] * min(3, len(mixed)) + [False] * (len(are_other) - len(mixed))
    assert all(kept[pixels[other]] == one for one, other in found.examples)


@given(ROWS, ROWS)
def test_where_there_are_many_equal_images_are_found_by_their_digests(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]]
) -> None:
    images, others = (np.array(rows, np.uint8)[:, None] for rows in (first, second))
    exact, quick = (compare_images(images, others, 255, most=most) for most in (1e9, 0))
    assert exact.equal == quick.equal == sum(row in second for row in first)
    assert exact.nearly == len(first)
    assert quick.nearly is None
    assert len(exact.pairs) == min(12, len(first))
    assert len(quick.pairs) == min(12, exact.equal)
    for found in (exact, quick):
        equal = [(one, other) for one, other, squared in found.pairs if not squared]
        assert len(equal) == min(12, exact.equal)
        assert all(first[one] == second[other] for one, other in equal)
