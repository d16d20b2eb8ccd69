"""The draw by hash keeps its promises, for sources that hypothesis makes up."""

from __future__ import annotations

import tracemalloc
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stages.common.splits import SPLITS
from stages.sample.hash_draw import (
    CHUNK,
    candidates,
    hash_draw,
    parts,
    priorities,
    priorities_of_ids,
)
from tests.sample import plain

if TYPE_CHECKING:
    import numpy.typing as npt

    Counts = dict[str, list[int]]

CLASSES = 3
SEEDS = st.integers(0, 2**32 - 1)


class Source(NamedTuple):
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]


@st.composite
def sources(draw: st.DrawFn, least: int = 0) -> Source:
    n = draw(st.integers(least, 40))
    # Of 3 values, there are 9 different images, so most are equal to another one.
    values = draw(st.sampled_from([3, 256]))
    images = draw(hnp.arrays(np.uint8, (n, 1, 2), elements=st.integers(0, values - 1)))
    return Source(images, draw(hnp.arrays(np.int64, n, elements=st.integers(0, CLASSES - 1))))


@st.composite
def counts_of(draw: st.DrawFn, source: Source, seed: int) -> Counts:
    """Ask no more than there is."""
    has_val = draw(st.booleans())
    named = [plain.part(one, has_val=has_val) for one in plain_priorities(source, seed)]
    there = dict.fromkeys(product(SPLITS, range(CLASSES)), 0)
    for pair in zip(named, source.labels.tolist(), strict=True):
        there[pair] += 1
    return {
        split: [draw(st.integers(0, there[split, label])) for label in range(CLASSES)]
        for split in SPLITS
    }


@st.composite
def asked(draw: st.DrawFn) -> tuple[Source, int, Counts]:
    source, seed = draw(sources()), draw(SEEDS)
    return source, seed, draw(counts_of(source, seed))


def plain_priorities(source: Source, seed: int) -> list[int]:
    return [plain.priority(plain.message_of_image(i), seed) for i in source.images.tolist()]


def drawn(source: Source, seed: int, counts: Counts) -> dict[str, list[int]]:
    found = candidates(source.labels, priorities(source.images, seed), counts)
    return {split: rows.tolist() for split, rows in hash_draw([found], counts).items()}


def released(source: Source, splits: dict[str, list[int]]) -> list[bytes]:
    """Give what is released: images and labels of each split, in order."""
    return [array[rows].tobytes() for array in source for rows in splits.values()]


def pixels(source: Source, rows: list[int]) -> set[bytes]:
    return {image.tobytes() for image in source.images[rows]}


# --- The rule -----------------------------------------------------------------------------------


def test_the_vectors_of_the_page() -> None:
    for vector in plain.VECTORS["hashes"]:
        seed = vector["seed"]
        assert seed.to_bytes(8, "little").hex() == vector["key"]
        if "image" in vector:
            message = plain.message_of_image(vector["image"])
            found = priorities(np.array([vector["image"]], np.uint8), seed)
        else:
            message = plain.message_of_id(vector["id"])
            found = priorities_of_ids(np.array([vector["id"]]), seed)
        assert message.hex() == vector["message"]
        assert [plain.priority(message, seed)] == found.tolist() == [int(vector["digest"], 16)]
        for has_val, key in ((False, "part"), (True, "part_with_val")):
            (part,) = parts(found, has_val=has_val).tolist()
            assert plain.part(found.item(), has_val=has_val) == SPLITS[part] == vector[key]


def test_the_draws_of_the_page() -> None:
    told = plain.VECTORS["source"]
    source = Source(np.array(told["images"], np.uint8), np.array(told["labels"]))
    expected = [int(digest, 16) for digest in told["priorities"]]
    assert plain_priorities(source, told["seed"]) == expected
    assert priorities(source.images, told["seed"]).tolist() == expected
    for draw in told["draws"]:
        assert plain.draw(told["labels"], expected, draw["counts"]) == draw["rows"]
        assert drawn(source, told["seed"], draw["counts"]) == draw["rows"]


@given(asked())
def test_it_is_what_plain_python_draws(given: tuple[Source, int, Counts]) -> None:
    source, seed, counts = given
    expected = plain.draw(source.labels.tolist(), plain_priorities(source, seed), counts)
    assert drawn(source, seed, counts) == expected
    everything = [row for rows in expected.values() for row in rows]
    assert len(everything) == len({*everything}) == sum(map(sum, counts.values()))
    # Equal images are never in two splits, whatever their labels are.
    train, val, test = (pixels(source, expected[split]) for split in SPLITS)
    assert not train & test | train & val | val & test


@pytest.mark.parametrize("has_val", [False, True])
def test_the_parts_end_where_the_rule_says(*, has_val: bool) -> None:
    ends = [0, 5 * 2**61, 3 * 2**62, 2**64]
    near = [end + step for end in ends for step in (-1, 0, 1) if 0 <= end + step < 2**64]
    found = parts(np.array(near, np.uint64), has_val=has_val)
    assert [SPLITS[i] for i in found] == [plain.part(one, has_val=has_val) for one in near]


# --- What lasts ---------------------------------------------------------------------------------


@given(asked(), st.data())
def test_a_smaller_edition_lies_in_a_larger_one(
    given: tuple[Source, int, Counts], data: st.DataObject
) -> None:
    source, seed, large = given
    small = {split: [data.draw(st.integers(0, n)) for n in large[split]] for split in SPLITS}
    assume(any(small["val"]) == any(large["val"]))
    inner, outer = (drawn(source, seed, counts) for counts in (small, large))
    for split in SPLITS:
        assert {*inner[split]} <= {*outer[split]}
        # In the same order, too.
        assert [row for row in outer[split] if row in inner[split]] == inner[split]


@given(sources(), SEEDS, st.data())
def test_no_test_image_of_one_size_is_in_train_or_val_of_another(
    source: Source, seed: int, data: st.DataObject
) -> None:
    # With val or without, each.
    one, other = (drawn(source, seed, data.draw(counts_of(source, seed))) for _ in range(2))
    for a, b in ((one, other), (other, one)):
        assert not pixels(source, a["test"]) & pixels(source, [*b["train"], *b["val"]])


@given(asked(), st.randoms(use_true_random=False))
def test_the_order_of_the_source_changes_nothing(
    given: tuple[Source, int, Counts], random: Any
) -> None:
    source, seed, counts = given
    order = list(range(len(source.labels)))
    random.shuffle(order)
    shuffled = Source(source.images[order], source.labels[order])
    expected = released(source, drawn(source, seed, counts))
    assert released(shuffled, drawn(shuffled, seed, counts)) == expected


@given(asked(), st.data())
def test_how_the_source_is_cut_into_blocks_changes_nothing(
    given: tuple[Source, int, Counts], data: st.DataObject
) -> None:
    source, seed, counts = given
    n = len(source.labels)
    cuts = sorted(data.draw(st.lists(st.integers(0, n), max_size=5)))
    blocks = [
        candidates(
            source.labels[start:end],
            priorities(source.images[start:end], seed),
            counts,
            start=start,
        )
        for start, end in zip([0, *cuts], [*cuts, n], strict=True)
    ]
    shuffled = data.draw(st.permutations(blocks))
    splits = {split: rows.tolist() for split, rows in hash_draw(shuffled, counts).items()}
    assert splits == drawn(source, seed, counts)


@given(asked(), sources())
def test_rows_that_are_added_change_only_what_they_must(
    given: tuple[Source, int, Counts], added: Source
) -> None:
    source, seed, counts = given
    larger = Source(
        np.concatenate([source.images, added.images]), np.concatenate([source.labels, added.labels])
    )
    before, after = drawn(source, seed, counts), drawn(larger, seed, counts)
    values = plain_priorities(larger, seed)
    for split in SPLITS:
        for label in range(CLASSES):
            old, new = (
                {r for r in rows[split] if larger.labels[r] == label} for rows in (before, after)
            )
            gone, come = old - new, new - old
            assert all(row >= len(source.labels) for row in come)
            # A row gives way only to one of smaller priority.
            assert max((values[r] for r in come), default=-1) < min(
                (values[r] for r in gone), default=2**64
            )


# --- Size ---------------------------------------------------------------------------------------


def test_many_rows_are_sorted_in_parts_and_take_little_memory() -> None:
    labels = np.arange(2_000_000) % 10
    # Few enough values for each to occur several times, over all of the range.
    values = np.random.RandomState(4).randint(0, 2**18, len(labels)).astype("u8") << np.uint64(46)
    counts = {"train": [1000] * 10, "val": [0] * 10, "test": [0] * 10}
    tracemalloc.start()
    rows = hash_draw([candidates(labels, values, counts)], counts)["train"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # An array of 2 million numbers has 16 MB.
    assert peak < 16e6
    order = np.lexsort((labels, values))
    first = np.concatenate([order[labels[order] == label][:1000] for label in range(10)])
    assert rows.tolist() == first[np.lexsort((first, labels[first], values[first]))].tolist()


# --- Priorities ---------------------------------------------------------------------------------


def test_a_priority_does_not_depend_on_how_the_image_lies_in_memory() -> None:
    images = np.random.RandomState(1).randint(0, 256, (6, 5, 4, 3)).astype(np.uint8)
    expected = [plain.priority(plain.message_of_image(image), 9) for image in images.tolist()]
    assert priorities(np.asfortranarray(images), 9).tolist() == expected
    assert priorities(images[::-2], 9).tolist() == expected[::-2]
    assert priorities(images[:0], 9).tolist() == []


def test_ids_have_the_priority_of_their_text() -> None:
    numbers = np.arange(-3, CHUNK + 3)
    expected = [plain.priority(plain.message_of_id(i), 5) for i in numbers.tolist()]
    for ids in (numbers, numbers.astype("U"), numbers.astype("U").astype(object)):
        assert priorities_of_ids(ids, 5).tolist() == expected
    largest = np.array([2**64 - 1], np.uint64)
    assert priorities_of_ids(largest, 5) == plain.priority(b"18446744073709551615", 5)


@pytest.mark.parametrize("ids", [np.array([1.0]), np.array([True]), np.array(["a", None], object)])
def test_ids_of_other_types_are_refused(ids: npt.NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="expected ids that are whole numbers or text, found "):
        priorities_of_ids(ids, 5)
