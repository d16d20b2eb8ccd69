"""Measure the draw by hash from 10 million rows, and difficulty for 60,000, as ratios in one run.

Run by ``make bench``. Each side of a comparison runs in a process of its own, one after the
other, so that memory is counted apart and a machine that slows down slows both.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stages.common import command
from stages.common.blocks import npy_blocks, spans
from stages.common.distances import CHUNK
from stages.common.neighbours import nearest
from stages.common.workers import VARIABLE
from stages.sample.hash_draw import draw_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from stages.common.blocks import Block

SHAPE = (28, 28)
CLASSES = 10
SEED = 42
ROWS = (1_000_000, 3_000_000, 10_000_000)
COMPARED = 60_000
RUNS = 3


def labels_of(n: int) -> npt.NDArray[np.int64]:
    """Return made-up labels."""
    return np.random.RandomState(SEED).randint(0, CLASSES, n)


def make(path: Path, n: int) -> None:
    """Write `n` made-up images: blobs at a place of their class, with noise, all different."""
    generator = np.random.RandomState(SEED)
    labels = labels_of(n)
    y, x = np.indices(SHAPE)
    place = generator.randint(8, 20, (CLASSES, 2))
    away = (y - place[:, :1, None]) ** 2 + (x - place[:, 1:, None]) ** 2
    blobs = np.clip(255 - 4 * away, 0, 255).astype(np.int16)
    noise = generator.randint(-60, 61, (7919, *SHAPE)).astype(np.int16)
    images = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(n, *SHAPE))
    for start, stop in spans(n, images[0].size):
        rows = np.arange(start, stop)
        some = np.clip(blobs[labels[start:stop]] + noise[rows % len(noise)], 0, 255)
        some[:, 0, :4] = rows[:, None] >> [0, 8, 16, 24] & 255
        images[start:stop] = some
    images.flush()


# --- What is measured, each in a process of its own ---------------------------------------------


def first_blocks(path: Path, n: int) -> list[Block]:
    """Return the first `n` rows of a file, rounded up to whole blocks."""
    return [block for block in npy_blocks(path) if block.start < n]


def draw(path: Path, n: int) -> None:
    """Draw 1000 training rows of each class from the first `n`."""
    counts = {"train": [1000] * CLASSES, "val": [0] * CLASSES, "test": [0] * CLASSES}
    blocks = first_blocks(path, n)
    draw_blocks(blocks, labels_of(blocks[-1].start + blocks[-1].rows), None, counts, SEED)


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


def difficulty(path: Path, n: int) -> None:
    """Compare all images with all."""
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


TASKS: dict[str, Callable[[Path, int], None]] = {
    "draw": draw,
    "bare hash": bare_hash,
    "difficulty": difficulty,
    "bare products": bare_products,
}


def measure(task: str, path: Path, n: int, workers: int = 1) -> tuple[float, float]:
    """Do a task in another process; give its seconds, and its peak memory in MB."""
    printed = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", "--task", task, "--path", path, "--n", str(n)],
        env={**os.environ, VARIABLE: str(workers)},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    seconds, megabytes = json.loads(printed)
    return seconds, megabytes


def do(task: str, path: Path, n: int) -> None:
    """Do a task here, and print its seconds and the peak memory of this process in MB."""
    start = time.perf_counter()
    TASKS[task](path, n)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps([seconds, int(kilobytes) / 1000]))


# --- The figures --------------------------------------------------------------------------------


def of_drawing(path: Path) -> None:
    """Print the figures of the draw from `ROWS` rows, and from fewer."""
    most = max(ROWS)
    make(path, most)
    measure("bare hash", path, min(ROWS))
    seconds: dict[int, list[float]] = {n: [] for n in ROWS}
    ratios, peaks = [], []
    for _ in range(RUNS):
        bare, _ = measure("bare hash", path, most)
        for n in ROWS:
            took, peak = measure("draw", path, n)
            seconds[n].append(took)
            peaks.append(peak - 8 * n / 10**6)
        ratios.append(seconds[most][-1] / bare)
        print(f"  {most:,} rows: {seconds[most][-1]:.1f} s, bare hash {bare:.1f} s")
    median = {n: statistics.median(seconds[n]) for n in ROWS}
    per_row = {n: 10**6 * median[n] / n for n in ROWS}
    off = max(abs(per_row[n] / per_row[most] - 1) for n in ROWS)
    print(
        f"draw of 1000 of each class from {most:,} rows: {median[most]:.1f} s, "
        f"{statistics.median(ratios):.2f} of a bare pass of the hash (median of {RUNS} pairs); "
        f"{max(peaks):.0f} MB beyond the labels\n"
        f"microseconds a row: {', '.join(f'{per_row[n]:.2f} of {n:,}' for n in ROWS)}; "
        f"{100 * off:.0f}% off a line at most"
    )


def of_difficulty(path: Path) -> None:
    """Print the figures of difficulty for `COMPARED` images."""
    make(path, COMPARED)
    seconds: dict[str, list[float]] = {}
    for _ in range(RUNS):
        for name, task, workers in (
            ("1 worker", "difficulty", 1),
            ("2 workers", "difficulty", 2),
            ("bare products", "bare products", 1),
        ):
            took, peak = measure(task, path, COMPARED, workers)
            seconds.setdefault(name, []).append(took)
            print(f"  {name}: {took:.1f} s, {peak:.0f} MB")
    one = seconds["1 worker"]
    ratio = {
        name: statistics.median(a / b for a, b in zip(one, seconds[name], strict=True))
        for name in seconds
    }
    print(
        f"difficulty of {COMPARED:,} images: {statistics.median(one):.1f} s, "
        f"{ratio['bare products']:.2f} of the bare products; two workers are "
        f"{ratio['2 workers']:.2f} times as quick (medians of {RUNS})"
    )


def main(*, task: str | None = None, path: Path | None = None, n: int | None = None) -> None:
    """Print all figures; or do one `task` on `n` rows of the file `path`, and print its figures."""
    if task and path and n:
        do(task, path, n)
        return
    with tempfile.TemporaryDirectory() as folder:
        of_difficulty(Path(folder) / "images.npy")
        of_drawing(Path(folder) / "images.npy")


if __name__ == "__main__":
    command.run(main)
