"""The draw by hash: each row has a priority, and the smallest of a class are drawn.

A priority depends on the seed and on the row alone, so rows that are added, reordered or read in
other blocks do not change it. docs/hash-draw.md states the rule for other languages, and names the
papers that it comes from.
"""

import hashlib
import math
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from stages.common.arrays import Array, Ints, Pixels
from stages.common.blocks import Block, Data, Groups
from stages.common.workers import each
from stages.params.model import SPLITS
from stages.sample.curation import TooFewError

Ids = Array | None
# How many rows of each class, in label order, each split takes.
Counts = Mapping[str, Sequence[int]]

# The part of test is the top quarter of the range, that of val the eighth below it.
VAL_FROM = 5 << 61
TEST_FROM = 3 << 62
# How many rows are sorted, or ids converted, at a time: more take more memory, not less time.
CHUNK = 2**16


class Candidates(NamedTuple):
    """Rows of the source that a draw can take, by number, each with what the draw knows of it."""

    rows: Ints
    labels: Ints
    priorities: Array
    parts: Array


def priorities(images: Pixels, seed: int) -> Array:
    """Return the priority of each image: its keyed BLAKE2b with a digest of 8 bytes, big-endian.

    Examples
    --------
    >>> priorities(np.array([[[0, 255]], [[0, 254]]], np.uint8), 42)
    array([17263343994739931550,  1740000949306291560], dtype=uint64)
    """
    shape = images.shape[1:]
    size = math.prod(shape)
    pixels = np.ascontiguousarray(images).reshape(-1).data
    rows = (pixels[start : start + size] for start in range(0, len(pixels), size))
    return _hash(rows, seed, struct.pack(f"<{len(shape)}I", *shape))


def priorities_of_ids(ids: Array, seed: int) -> Array:
    """Return the priority of each row by its id: as `priorities`, but of the id's text as UTF-8.

    A ValueError says that an id is neither a whole number, whose text is decimal, nor text.

    Examples
    --------
    >>> priorities_of_ids(np.array(["7", "leaf-8"]), 42)
    array([16295896452793331740, 12416423885051150639], dtype=uint64)
    """
    chunks = (ids[start : start + CHUNK].tolist() for start in range(0, len(ids), CHUNK))
    return _hash((_text(identity) for chunk in chunks for identity in chunk), seed)


def _text(identity: object) -> bytes:
    if type(identity) not in (int, str):
        raise ValueError(f"expected ids that are whole numbers or text, found {identity!r}")
    return str(identity).encode()


def _hash(messages: Iterable[bytes | memoryview], seed: int, prefix: bytes = b"") -> Array:
    # The state after key and prefix is that of every row: a copy of it saves hashing them again.
    begun = hashlib.blake2b(prefix, digest_size=8, key=seed.to_bytes(8, "little"))
    digests = bytearray()
    for message in messages:
        state = begun.copy()
        state.update(message)
        digests += state.digest()
    return np.frombuffer(digests, ">u8").astype(np.uint64)


def parts(priorities: Array, *, has_val: bool) -> Array:
    """Return the part of the range in which each priority lies: the split that may take the row.

    It is the place in `SPLITS`. If a dataset has no val, the part of val belongs to train.

    Examples
    --------
    >>> ends = np.array([0, VAL_FROM - 1, VAL_FROM, TEST_FROM - 1, TEST_FROM], np.uint64)
    >>> parts(ends, has_val=True).tolist(), parts(ends, has_val=False).tolist()
    ([0, 0, 1, 1, 2], [0, 0, 0, 0, 2])
    """
    val_from = VAL_FROM if has_val else TEST_FROM
    starts = np.array([val_from, TEST_FROM], np.uint64)
    return np.searchsorted(starts, priorities, side="right").astype(np.int8)


def parts_of_groups(groups: Groups, seed: int, *, has_val: bool) -> Array:
    """Return the part of each row that its group is in: by the priority of the group's text."""
    found = priorities_of_ids(np.array(groups.names, object), seed)
    return parts(found, has_val=has_val)[groups.of_row]


def candidates(
    labels: Ints,
    priorities: Array,
    counts: Counts,
    *,
    start: int = 0,
    part: Array | None = None,
) -> Candidates:
    """Return the rows of a block that a draw can take, whatever is in other blocks.

    They are, for each split, the rows of smallest priority of each class, as many as the split
    takes or as there are. `start` is the number of the block's first row in the source. `part` is
    that of each row's group; without groups, it is that of the row's priority.
    """
    n, has_val = len(labels), any(counts["val"])

    def chunk(i: int) -> Candidates:
        j = min(i + CHUNK, n)
        own = parts(priorities[i:j], has_val=has_val) if part is None else part[i:j]
        return Candidates(np.arange(start + i, start + j), labels[i:j], priorities[i:j], own)

    return _merge(map(chunk, range(0, n, CHUNK)), counts)


def hash_draw(blocks: Iterable[Candidates], counts: Counts, *, rest: str = "") -> dict[str, Ints]:
    """Draw the rows of each split from the candidates of all blocks, in any order.

    Returns the rows of each split in their final order: ascending by priority, of equal ones by
    label, then by row number. Raises TooFewError if a part has too few of a class; of the split
    `rest`, the counts are bounds.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 1, 1, 1])
    >>> priorities = np.array([4, 3, TEST_FROM, 5, 2**64 - 1, 2], np.uint64)
    >>> counts = {"train": [1, 2], "val": [0, 0], "test": [1, 1]}
    >>> splits = hash_draw([candidates(labels, priorities, counts)], counts)
    >>> {split: rows.tolist() for split, rows in splits.items()}
    {'train': [5, 1, 3], 'val': [], 'test': [2, 4]}
    """
    drawn = _merge(blocks, counts)
    numbers, sizes = _pairs(drawn, counts)
    available = np.bincount(numbers, minlength=len(sizes)).tolist()
    pairs = product(SPLITS, range(len(counts["train"])))
    for (split, label), asked, n in zip(pairs, sizes.tolist(), available, strict=True):
        if n < asked and split != rest:
            raise TooFewError(
                label,
                f"has {n} rows in the part of the hash range that is for {split}, but {asked} are "
                "asked",
            )
    order = np.lexsort(drawn)
    part = drawn.parts[order]
    return {split: drawn.rows[order[part == i]] for i, split in enumerate(SPLITS)}


def draw_blocks(data: Data, counts: Counts, seed: int, *, rest: str = "") -> dict[str, Ints]:
    """Draw as `hash_draw` does from a source of any size, block after block, wherever work runs."""
    of_groups = data.groups and parts_of_groups(data.groups, seed, has_val=any(counts["val"]))
    columns = (_cut(values, data.blocks) for values in (data.labels, data.ids, of_groups))
    work = zip(data.blocks, *columns, strict=True)
    return hash_draw(each(_candidates_of, work, counts, seed, ordered=False), counts, rest=rest)


def priorities_of_blocks(blocks: Sequence[Block], ids: Ids, seed: int) -> Array:
    """Return the priority of every row of a source, by its image or, where there are ids, by id."""
    work = zip(blocks, _cut(ids, blocks), strict=True)
    return np.concatenate([np.empty(0, np.uint64), *each(_priorities_of, work, seed)])


def _cut(values: Ids, blocks: Sequence[Block]) -> Iterator[Any]:
    """Yield the values of the rows of each block, or None where there are none."""
    for block in blocks:
        yield None if values is None else values[block.start : block.start + block.rows]


def _priorities_of(work: tuple[Block, Ids], seed: int) -> Array:
    block, ids = work
    return priorities(block.load(), seed) if ids is None else priorities_of_ids(ids, seed)


def _candidates_of(
    work: tuple[Block, Ints, Ids, Array | None], counts: Counts, seed: int
) -> Candidates:
    block, labels, ids, part = work
    found = _priorities_of((block, ids), seed)
    return candidates(labels, found, counts, start=block.start, part=part)


def _pairs(rows: Candidates, counts: Counts) -> tuple[Ints, Ints]:
    """Return the pair of part and class of each row, as a number; how many rows each pair takes."""
    sizes = np.array([counts[split] for split in SPLITS], np.int64).reshape(-1)
    return rows.parts.astype(np.int64) * len(counts["train"]) + rows.labels, sizes


def _merge(blocks: Iterable[Candidates], counts: Counts) -> Candidates:
    """Return the candidates among those of several blocks."""
    most = CHUNK + 2 * sum(map(sum, counts.values()))
    empty = np.empty(0, np.int64)
    waiting, n = [Candidates(empty, empty, empty.astype(np.uint64), empty.astype(np.int8))], 0
    for block in blocks:
        waiting.append(block)
        n += len(block.rows)
        # Not after each block: one may have few rows, and each step sorts all that wait.
        if n > most:
            waiting = [_smallest(waiting, counts)]
            n = len(waiting[0].rows)
    return _smallest(waiting, counts)


def _smallest(blocks: list[Candidates], counts: Counts) -> Candidates:
    """Keep of each part and class the rows of smallest priority, of equal ones the first."""
    joined = Candidates(*map(np.concatenate, zip(*blocks, strict=True)))
    pairs, sizes = _pairs(joined, counts)
    order = np.lexsort((joined.rows, joined.priorities, pairs))
    pairs = pairs[order]
    available = np.bincount(pairs, minlength=len(sizes))
    rank = np.arange(len(order)) - (np.cumsum(available) - available)[pairs]
    kept = order[rank < sizes[pairs]]
    rows, labels, priorities, part = joined
    return Candidates(rows[kept], labels[kept], priorities[kept], part[kept])
