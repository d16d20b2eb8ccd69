"""The draw by hash: each row has a priority, and the smallest of a class are drawn.

A priority depends on the seed and on the row alone, so rows that are added, reordered or read in
other blocks do not change it. docs/hash-draw.md states the rule for other languages, and names the
papers that it comes from.
"""

from __future__ import annotations

import hashlib
import math
import struct
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stages.check.model import SPLITS
from stages.common.workers import each
from stages.sample.curation import TooFewError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from stages.common.blocks import Block

    Rows = npt.NDArray[np.int64]
    Priorities = npt.NDArray[np.uint64]
    Ids = npt.NDArray[Any] | None
    # How many rows of each class, in label order, each split takes.
    Counts = Mapping[str, Sequence[int]]

# The part of test is the top quarter of the range, that of val the eighth below it.
VAL_FROM = 5 << 61
TEST_FROM = 3 << 62
# How many rows are sorted, or ids converted, at a time: more take more memory, not less time.
CHUNK = 2**16


class Candidates(NamedTuple):
    """Rows of the source that a draw can take."""

    rows: Rows
    """Row numbers in the source, shape (n,)."""
    labels: Rows
    """The class of each row, shape (n,)."""
    priorities: Priorities
    """The priority of each row, shape (n,)."""


def priorities(images: npt.NDArray[np.uint8], seed: int) -> Priorities:
    """Return the priority of each image: a keyed hash of its shape and pixels.

    It is BLAKE2b with a digest of 8 bytes, read as a big-endian number. The key is the seed as 8
    bytes, little-endian. The message is each dimension of an image as 4 bytes, little-endian, then
    its pixels in C order.

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


def priorities_of_ids(ids: npt.NDArray[Any], seed: int) -> Priorities:
    """Return the priority of each row by its id: as `priorities`, but of the id's text as UTF-8.

    An id is a whole number, whose text is decimal, or text. Raises ValueError if it is neither.

    Examples
    --------
    >>> priorities_of_ids(np.array([7, 8]), 42)
    array([16295896452793331740,  9281326320825129319], dtype=uint64)
    >>> priorities_of_ids(np.array(["7", "leaf-8"]), 42)
    array([16295896452793331740, 12416423885051150639], dtype=uint64)
    """
    chunks = (ids[start : start + CHUNK].tolist() for start in range(0, len(ids), CHUNK))
    return _hash((_text(identity) for chunk in chunks for identity in chunk), seed)


def _text(identity: object) -> bytes:
    if type(identity) not in (int, str):
        raise ValueError(f"expected ids that are whole numbers or text, found {identity!r}")
    return str(identity).encode()


def _hash(messages: Iterable[bytes | memoryview], seed: int, prefix: bytes = b"") -> Priorities:
    # The state after key and prefix is that of every row: a copy of it saves hashing them again.
    begun = hashlib.blake2b(prefix, digest_size=8, key=seed.to_bytes(8, "little"))
    digests = bytearray()
    for message in messages:
        state = begun.copy()
        state.update(message)
        digests += state.digest()
    return np.frombuffer(digests, ">u8").astype(np.uint64)


def parts(priorities: Priorities, *, has_val: bool) -> Rows:
    """Return the part of the range in which each priority lies: the split that may take the row.

    It is the place in `SPLITS`. If a dataset has no val, the part of val belongs to train.

    Examples
    --------
    >>> ends = np.array([0, VAL_FROM - 1, VAL_FROM, TEST_FROM - 1, TEST_FROM], np.uint64)
    >>> parts(ends, has_val=True), parts(ends, has_val=False)
    (array([0, 0, 1, 1, 2]), array([0, 0, 0, 0, 2]))
    """
    val_from = VAL_FROM if has_val else TEST_FROM
    starts = np.array([val_from, TEST_FROM], np.uint64)
    return np.searchsorted(starts, priorities, side="right").astype(np.int64)


def candidates(
    labels: Rows, priorities: Priorities, counts: Counts, *, start: int = 0
) -> Candidates:
    """Leave out of a block of rows those that no draw can take, whatever is in other blocks.

    What is left are, for each split, the rows of smallest priority of each class, as many as the
    split takes or as there are. `start` is the number of the block's first row in the source.

    Examples
    --------
    >>> labels, priorities = np.array([0, 0, 1, 0]), np.array([4, 3, 2, 1], np.uint64)
    >>> counts = {"train": [2, 2], "val": [0, 0], "test": [1, 1]}
    >>> candidates(labels, priorities, counts, start=10).rows
    array([13, 11, 12])
    """
    chunks = (slice(first, first + CHUNK) for first in range(0, len(labels), CHUNK))
    blocks = (
        Candidates(
            np.arange(len(labels[chunk]), dtype=np.int64) + (start + chunk.start),
            labels[chunk],
            priorities[chunk],
        )
        for chunk in chunks
    )
    return _merge(blocks, counts)


def hash_draw(blocks: Iterable[Candidates], counts: Counts) -> dict[str, Rows]:
    """Draw the rows of each split from the candidates of all blocks.

    Each split takes, of each class, the rows of smallest priority in the split's part of the
    range. The result does not depend on how the rows were cut into blocks, nor on the order of the
    blocks. Rows of one class with equal priorities are equal images (docs/hash-draw.md has the
    odds), so it makes no difference to a split which of them it takes: the first by row number.

    Returns the rows of each split in their final order: ascending by priority, of equal ones by
    label, then by row number. Raises TooFewError if a class has fewer rows in the part of a split
    than the split takes.

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
    groups, sizes = _groups(drawn, counts)
    there = np.bincount(groups, minlength=len(sizes))
    named = product(SPLITS, range(len(counts["train"])))
    for (split, label), asked, n in zip(named, sizes.tolist(), there.tolist(), strict=True):
        if n < asked:
            raise TooFewError(
                f"class {label} has {n} rows in the part of the hash range that is for {split}, "
                f"but {asked} are asked"
            )
    order = np.lexsort(drawn)
    part = groups[order] // len(counts["train"])
    return {split: drawn.rows[order[part == i]] for i, split in enumerate(SPLITS)}


def draw_blocks(
    blocks: Sequence[Block], labels: Rows, ids: Ids, counts: Counts, seed: int
) -> dict[str, Rows]:
    """Draw from a source of any size, block after block, wherever work runs.

    The priorities are those of the ids or, where there are none, of the images; with ids, no image
    is read. Returns and raises what `hash_draw` does.

    Examples
    --------
    >>> from stages.common.blocks import Block
    >>> images = np.arange(6, dtype=np.uint8).reshape(6, 1, 1)
    >>> blocks = [Block(0, 3, lambda: images[:3]), Block(3, 3, lambda: images[3:])]
    >>> counts = {"train": [1, 1], "val": [0, 0], "test": [0, 0]}
    >>> draw_blocks(blocks, np.array([0, 0, 0, 1, 1, 1]), None, counts, 42)["train"]
    array([5, 1])
    """
    work = zip(blocks, _of_blocks(labels, blocks), _of_blocks(ids, blocks), strict=True)
    return hash_draw(each(_candidates_of, work, counts, seed, ordered=False), counts)


def priorities_of_blocks(blocks: Sequence[Block], ids: Ids, seed: int) -> Priorities:
    """Return the priority of every row of a source, by its image or, where there are ids, by id."""
    work = zip(blocks, _of_blocks(ids, blocks), strict=True)
    return np.concatenate([np.empty(0, np.uint64), *each(_priorities_of, work, seed)])


def _of_blocks(values: Ids, blocks: Sequence[Block]) -> Iterator[Any]:
    for block in blocks:
        yield None if values is None else values[block.start : block.start + block.rows]


def _priorities_of(work: tuple[Block, Ids], seed: int) -> Priorities:
    block, ids = work
    return priorities(block.load(), seed) if ids is None else priorities_of_ids(ids, seed)


def _candidates_of(work: tuple[Block, Rows, Ids], counts: Counts, seed: int) -> Candidates:
    block, labels, ids = work
    return candidates(labels, _priorities_of((block, ids), seed), counts, start=block.start)


def _groups(some: Candidates, counts: Counts) -> tuple[Rows, Rows]:
    """Return the pair of part and class of each row, as a number; how many rows each pair takes."""
    part = parts(some.priorities, has_val=any(counts["val"]))
    sizes = np.concatenate([np.array(counts[split], np.int64) for split in SPLITS])
    return part * len(counts["train"]) + some.labels, sizes


def _merge(blocks: Iterable[Candidates], counts: Counts) -> Candidates:
    """Return the candidates among those of several blocks."""
    most = CHUNK + 2 * sum(map(sum, counts.values()))
    empty = Candidates(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64))
    waiting, n = [empty], 0
    for block in blocks:
        waiting.append(block)
        n += len(block.rows)
        # Not after each block: one may have few rows, and each step sorts all that wait.
        if n > most:
            waiting = [_smallest(_join(waiting), counts)]
            n = len(waiting[0].rows)
    return _smallest(_join(waiting), counts)


def _join(blocks: list[Candidates]) -> Candidates:
    return Candidates(*map(np.concatenate, zip(*blocks, strict=True)))


def _smallest(some: Candidates, counts: Counts) -> Candidates:
    """Keep of each part and class the rows of smallest priority, of equal ones the first."""
    groups, sizes = _groups(some, counts)
    order = np.lexsort((some.rows, some.priorities, groups))
    groups = groups[order]
    there = np.bincount(groups, minlength=len(sizes))
    rank = np.arange(len(order)) - (np.cumsum(there) - there)[groups]
    kept = order[rank < sizes[groups]]
    return Candidates(some.rows[kept], some.labels[kept], some.priorities[kept])
