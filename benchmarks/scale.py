"""Measure the draw by hash from 10 million rows, and difficulty for 60,000, as ratios in one run.

Run by ``make bench``. Each task runs in a process of its own, so that memory is counted apart.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import in_turn, ratio, seconds
from stages.common import command
from stages.common.arrays import Ints
from stages.common.blocks import Block, Data, Groups, npy_blocks, spans
from stages.common.distances import CHUNK, nearest
from stages.common.workers import VARIABLE
from stages.sample.hash_draw import draw_blocks

SHAPE = (28, 28)
CLASSES = 10
SEED = 42
ROWS = (1_000_000, 3_000_000, 10_000_000)
COMPARED = 60_000
GROUPS = 100_000
RUNS = 3


def labels_of(n: int) -> Ints:
    """Return made-up labels."""
    return np.random.RandomState(SEED).randint(0, CLASSES, n)


def make(path: Path, n: int) -> None:
    """Write `n` made-up images, all different."""
    noise = np.random.RandomState(SEED).randint(0, 256, (7919, *SHAPE)).astype(np.uint8)
    images = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(n, *SHAPE))
    for start, stop in spans(n, images[0].size):
        rows = np.arange(start, stop)
        images[start:stop] = noise[rows % len(noise)]
        images[start:stop, 0, :4] = rows[:, None] >> [0, 8, 16, 24] & 255
    images.flush()


def first_blocks(path: Path, n: int) -> list[Block]:
    """Return the first `n` rows of a file, rounded up to whole blocks."""
    return [block for block in npy_blocks(path) if block.start < n]


def draw(path: Path, n: int, groups: int = 0) -> None:
    """Draw 1000 training rows of each class from the first `n`, which may be of some groups."""
    counts = {"train": [1000] * CLASSES, "val": [0] * CLASSES, "test": [0] * CLASSES}
    blocks = first_blocks(path, n)
    labels = labels_of(blocks[-1].start + blocks[-1].rows)
    data = Data(blocks, labels)
    if groups:
        of_row = np.arange(len(labels))
        of_row %= groups
        data = data._replace(groups=Groups([f"tree-{i}" for i in range(groups)], of_row))
    draw_blocks(data, counts, SEED)


def bare_hash(path: Path, n: int) -> None:
    """Hash the same rows with the same hash, and nothing else."""
    begun = hashlib.blake2b(digest_size=8, key=SEED.to_bytes(8, "little"))
    begun.update(b"".join(length.to_bytes(4, "little") for length in SHAPE))
    size = SHAPE[0] * SHAPE[1]
    digests = bytearray()
    for block in first_blocks(path, n):
        pixels = block.load().reshape(-1).data
        for start in range(0, len(pixels), size):
            state = begun.copy()
            state.update(pixels[start : start + size])
            digests += state.digest()


def compare(path: Path, n: int) -> None:
    """Compare all images with all, as difficulty does."""
    nearest(npy_blocks(path), labels_of(n))


def bare_products(path: Path, n: int) -> None:
    """Multiply the same images in parts of the same size and dtype, and nothing else."""
    pixels = np.load(path).reshape(n, -1)
    parts = np.array_split(pixels, n // CHUNK + 1)
    product = np.empty((len(parts[0]), len(parts[0])), np.float32)
    others = [part.astype(np.float32).T for part in parts]
    for part in parts:
        some = part.astype(np.float32)
        for other in others:
            np.matmul(some, other, out=product[: len(some), : other.shape[1]])


def do(task: Callable[..., None], path: str, *numbers: int) -> None:
    """Do a task, and print what it took in this process."""
    took = seconds(task, Path(path), *numbers)
    peak = re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    print(json.dumps([took, int(peak[0]) / 1000, time.process_time()]))


def cost(task: Callable[..., None], path: Path, *numbers: int, workers: int = 1) -> list[float]:
    """Return seconds, peak megabytes and processor seconds of a task in a process of its own."""
    arguments = f"scale.{task.__name__}, {str(path)!r}, *{numbers}"
    code = f"from benchmarks import scale; scale.do({arguments})"
    environment = {**os.environ, VARIABLE: str(workers)}
    # Not a pool: a process of one does not end while joblib's workers wait for more to do.
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, check=True
    )
    costs: list[float] = json.loads(done.stdout)
    return costs


def measure_draw(path: Path) -> None:
    """Print the figures of the draw from `ROWS` rows, and from fewer."""
    most = max(ROWS)
    make(path, most)
    cost(bare_hash, path, min(ROWS))
    sides = {"bare hash": partial(cost, bare_hash, path, most)}
    sides |= {f"draw from {n:,}": partial(cost, draw, path, n) for n in ROWS}
    sides["draw of groups"] = partial(cost, draw, path, most, GROUPS)
    bare, *draws, of_groups = (
        [*zip(*costs, strict=True)] for costs in in_turn(sides, RUNS).values()
    )
    each = [f"{10**6 * median(took) / n:.2f} of {n:,}" for n, (took, *_) in zip(ROWS, draws)]
    took, peaks, processor = draws[-1]
    # The labels take 8 bytes a row, and so do the groups.
    print(
        f"draw of 1000 of each class from {most:,} rows: {median(took):.1f} s, "
        f"{ratio(took, bare[0]):.2f} of a bare pass of the hash (median of {RUNS} pairs); "
        f"{max(peaks) - 8 * most / 10**6:.0f} MB beyond the labels\n"
        f"with {GROUPS:,} groups: {ratio(of_groups[2], processor):.2f} of the processor's time; "
        f"{max(of_groups[1]) - 16 * most / 10**6:.0f} MB beyond labels and groups\n"
        f"microseconds a row: {', '.join(each)}"
    )


def measure_difficulty(path: Path) -> None:
    """Print the figures of difficulty for `COMPARED` images."""
    make(path, COMPARED)
    sides = {
        "1 worker": partial(cost, compare, path, COMPARED),
        "2 workers": partial(cost, compare, path, COMPARED, workers=2),
        "bare products": partial(cost, bare_products, path, COMPARED),
    }
    costs = in_turn(sides, RUNS).values()
    (one, peaks, _), (two, *_), (bare, *_) = (zip(*each, strict=True) for each in costs)
    print(
        f"difficulty of {COMPARED:,} images: {median(one):.1f} s, {ratio(one, bare):.2f} of the "
        f"bare products, {max(peaks):.0f} MB; two workers are {ratio(one, two):.2f} times as quick "
        f"(medians of {RUNS})"
    )


def main() -> None:
    """Print all figures of docs/large.md."""
    with tempfile.TemporaryDirectory() as folder:
        measure_difficulty(Path(folder, "images.npy"))
        measure_draw(Path(folder, "images.npy"))


if __name__ == "__main__":
    command.run(main)
