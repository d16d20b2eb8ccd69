"""The draw by hash keeps its promises, for sources that hypothesis makes up."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stages.common.blocks import Data
from stages.common.equal import digests, find_equal
from stages.params.model import SPLITS
from stages.sample.choose import without_repeats
from stages.sample.hash_draw import (
    CHUNK,
    Candidates,
    candidates,
    hash_draw,
    parts,
    parts_of_groups,
    priorities,
    priorities_of_ids,
)
from stages.source.facts import to_groups
from tests.in_blocks import in_blocks
from tests.sample import plain

if TYPE_CHECKING:
    import numpy.typing as npt

    Counts = dict[str, list[int]]
    Splits = dict[str, list[int]]

CLASSES = 3
DATA = st.data()


@dataclass
class Source:
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    seed: int
    groups: npt.NDArray[Any] | None = None

    def candidates(self, counts: Counts, start: int = 0, end: int | None = None) -> Candidates:
        rows, part = slice(start, end), None
        if self.groups is not None:
            found = to_groups(self.groups, len(self.labels), Path())
            part = parts_of_groups(found, self.seed, has_val=any(counts["val"]))[rows]
        values = priorities(self.images[rows], self.seed)
        return candidates(self.labels[rows], values, counts, start=start, part=part)

    def draw(self, counts: Counts) -> Splits:
        drawn = hash_draw([self.candidates(counts)], counts)
        return {split: rows.tolist() for split, rows in drawn.items()}

    def without_duplicates(self) -> Source:
        ties = [] if self.groups is None else [self.groups]
        repeats = find_equal(digests(self.images), self.labels, *ties).repeats
        data = Data(in_blocks(self.images), self.labels, repeats=repeats)
        left, rows = without_repeats(data)
        groups = None if self.groups is None else self.groups[rows]
        return replace(self, images=self.images[rows], labels=left.labels, groups=groups)

    def plain_priorities(self) -> list[int]:
        messages = map(plain.message_of_image, self.images.tolist())
        return [plain.priority(message, self.seed) for message in messages]

    def plain_groups(self) -> list[int]:
        if self.groups is None:
            return self.plain_priorities()
        return [plain.priority(plain.message_of_group(g), self.seed) for g in self.groups.tolist()]

    def counts(self, data: st.DataObject) -> Counts:
        """Ask no more than there is, with val or without."""
        has_val = data.draw(st.booleans())
        named = [plain.part(n, has_val=has_val) for n in self.plain_groups()]
        there = [*zip(named, self.labels.tolist(), strict=True)]
        return {
            split: [data.draw(st.integers(0, there.count((split, i)))) for i in range(CLASSES)]
            for split in SPLITS
        }

    def kept_together(self, rows: list[int]) -> set[object]:
        if self.groups is not None:
            return {*self.groups[rows].tolist()}
        return {image.tobytes() for image in self.images[rows]}


@st.composite
def sources(draw: st.DrawFn) -> Source:
    n = draw(st.integers(0, 40))
    # Of 3 values, there are 9 different images, so most are equal to another one.
    values = draw(st.sampled_from([3, 256]))
    images = draw(hnp.arrays(np.uint8, (n, 1, 2), elements=st.integers(0, values - 1)))
    labels = draw(hnp.arrays(np.int64, n, elements=st.integers(0, CLASSES - 1)))
    # The same group may be in several classes.
    groups = st.none() | hnp.arrays(np.int64, n, elements=st.integers(-3, 12))
    return Source(images, labels, draw(st.integers(0, 2**32 - 1)), draw(groups))


# --- The rule -----------------------------------------------------------------------------------


def test_the_vectors_of_the_page() -> None:
    for vector in plain.VECTORS["hashes"]:
        seed = vector["seed"]
        assert seed.to_bytes(8, "little").hex() == vector["key"]
        if "image" in vector:
            message = plain.message_of_image(vector["image"])
            found = priorities(np.array([vector["image"]], np.uint8), seed)
        elif "group" in vector:
            message = plain.message_of_group(vector["group"])
            groups = to_groups(np.array([vector["group"]]), 1, Path())
            found = priorities_of_ids(np.array(groups.names), seed)
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
    images, labels = np.array(told["images"], np.uint8), np.array(told["labels"])
    source = Source(images, labels, told["seed"])
    expected = [int(digest, 16) for digest in told["priorities"]]
    assert source.plain_priorities() == expected
    assert priorities(source.images, told["seed"]).tolist() == expected
    for draw in told["draws"]:
        source.groups = np.array(draw["groups"]) if "groups" in draw else None
        of_groups = source.plain_groups()
        assert plain.draw(told["labels"], expected, draw["counts"], of_groups) == draw["rows"]
        assert source.draw(draw["counts"]) == draw["rows"]


@given(sources(), DATA)
def test_it_is_what_plain_python_draws(source: Source, data: st.DataObject) -> None:
    counts = source.counts(data)
    values, of_groups = source.plain_priorities(), source.plain_groups()
    expected = plain.draw(source.labels.tolist(), values, counts, of_groups)
    assert source.draw(counts) == expected
    everything = [row for rows in expected.values() for row in rows]
    assert len(everything) == len({*everything}) == sum(map(sum, counts.values()))


# --- What lasts ---------------------------------------------------------------------------------


@given(sources(), DATA)
def test_a_smaller_edition_lies_in_a_larger_one(source: Source, data: st.DataObject) -> None:
    large = source.counts(data)
    small = {split: [data.draw(st.integers(0, n)) for n in large[split]] for split in SPLITS}
    assume(any(small["val"]) == any(large["val"]))
    inner, outer = source.draw(small), source.draw(large)
    for split in SPLITS:
        # In the same order, too.
        assert [row for row in outer[split] if row in inner[split]] == inner[split]


@given(sources(), DATA)
def test_no_image_or_group_is_in_two_splits_nor_in_test_of_one_size_and_train_of_another(
    source: Source, data: st.DataObject
) -> None:
    first, second = (source.draw(source.counts(data)) for _ in range(2))
    for one, other in ((first, first), (first, second), (second, first)):
        held_out = source.kept_together([*other["train"], *other["val"]])
        assert not source.kept_together(one["test"]) & held_out
    assert not source.kept_together(first["train"]) & source.kept_together(first["val"])


@given(sources(), DATA)
def test_neither_the_order_of_the_source_nor_its_blocks_change_what_is_released(
    source: Source, data: st.DataObject
) -> None:
    n, counts = len(source.labels), source.counts(data)
    order = data.draw(st.permutations(range(n)))
    cuts = sorted(data.draw(st.lists(st.integers(0, n), max_size=5)))
    images, labels = source.images[order], source.labels[order]
    groups = None if source.groups is None else source.groups[order]
    other = Source(images, labels, source.seed, groups)
    pairs = zip([0, *cuts], [*cuts, n], strict=True)
    blocks = [other.candidates(counts, start, end) for start, end in pairs]
    drawn = hash_draw(data.draw(st.permutations(blocks)), counts)
    for split, rows in source.draw(counts).items():
        np.testing.assert_array_equal(images[drawn[split]], source.images[rows])
        np.testing.assert_array_equal(labels[drawn[split]], source.labels[rows])


@given(sources(), DATA)
def test_without_duplicates_it_keeps_its_promises_and_no_image_is_there_twice(
    source: Source, data: st.DataObject
) -> None:
    assume(len(source.labels))
    order = data.draw(st.permutations(range(len(source.labels))))
    groups = None if source.groups is None else source.groups[order]
    images, labels = source.images[order], source.labels[order]
    other = replace(source, images=images, labels=labels, groups=groups)
    one, other = source.without_duplicates(), other.without_duplicates()
    large = one.counts(data)
    small = {split: [data.draw(st.integers(0, n)) for n in large[split]] for split in SPLITS}
    assume(any(small["val"]) == any(large["val"]))
    outer, again, inner = one.draw(large), other.draw(large), one.draw(small)
    for split, rows in outer.items():
        np.testing.assert_array_equal(one.images[rows], other.images[again[split]])
        np.testing.assert_array_equal(one.labels[rows], other.labels[again[split]])
        assert [row for row in rows if row in inner[split]] == inner[split]
    everything = [row for rows in outer.values() for row in rows]
    assert len({one.images[row].tobytes() for row in everything}) == len(everything)


@given(sources(), sources(), DATA)
def test_rows_that_are_added_change_only_what_they_must(
    source: Source, added: Source, data: st.DataObject
) -> None:
    assume((source.groups is None) == (added.groups is None))
    counts = source.counts(data)
    images = np.concatenate([source.images, added.images])
    labels = np.concatenate([source.labels, added.labels])
    larger = Source(images, labels, source.seed)
    if source.groups is not None and added.groups is not None:
        larger.groups = np.concatenate([source.groups, added.groups])
    before, after, values = source.draw(counts), larger.draw(counts), larger.plain_priorities()
    for split in SPLITS:
        for label in range(CLASSES):
            old, new = (
                {row for row in rows[split] if larger.labels[row] == label}
                for rows in (before, after)
            )
            assert all(row >= len(source.labels) for row in new - old)
            # A row gives way only to one of smaller priority.
            come, gone = ([values[row] for row in rows] for rows in (new - old, old - new))
            assert max(come, default=-1) < min(gone, default=2**64)


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


@pytest.mark.parametrize("dtype", [np.int64, str, object])
def test_ids_have_the_priority_of_their_text(dtype: type) -> None:
    numbers = np.arange(-3, CHUNK + 3)
    ids: npt.NDArray[Any] = numbers.astype("U" if dtype is object else dtype).astype(dtype)
    expected = [plain.priority(plain.message_of_id(i), 5) for i in ids.tolist()]
    assert priorities_of_ids(ids, 5).tolist() == expected
