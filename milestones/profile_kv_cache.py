"""2017 to 2019, the key-value cache: a transformer writes the same text in less time.

A transformer writes one word, and reads all of the text again for the next. The keys and values of
the words before stay as they were, so that a program can keep them in a cache. Noam Shazeer showed
in 2019 that reading this cache is then what takes the time, and how to make it smaller.

N. Shazeer, "Fast transformer decoding: one write-head is all you need", arXiv:1911.02150 (2019).
Run: python -m milestones.profile_kv_cache
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from milestones import lesson
from milestones.pytorch import torch
from milestones.vaswani_chatgpt import Cache, Transformer, learn

# Words whose times are put together: one alone depends on what else the computer does.
WINDOW = 32


@torch.no_grad()
def write(
    model: Transformer, beginning: list[int], length: int, *, cached: bool
) -> tuple[list[int], list[float]]:
    """Write words, past any end, until there are `length`; return all, and the seconds of each."""
    caches: list[Cache] | None = [{} for _ in model.layers] if cached else None
    new, text, seconds = beginning, [*beginning], []
    while len(text) < length:
        start = time.process_time()
        logits = model(torch.tensor([new]), caches)
        text.append(int(logits[0, -1].argmax()))
        # The cache has all that was read: the next step needs the last word alone.
        new = text[-1:] if cached else text
        seconds.append(time.process_time() - start)
    return text, seconds


def main(
    *,
    epochs: int = 20,
    length: int = 512,
    width: int = 64,
    layers: int = 3,
    seed: int = 0,
    plot: Path | None = None,
) -> dict[str, float]:
    """Write the same text with and without the cache, and compare words and times."""
    if length < 3 * WINDOW:
        raise SystemExit(f"--length must be at least {3 * WINDOW}, found {length}")
    model, _, examples = learn(epochs=epochs, width=width, layers=layers, seed=seed)
    beginning, _ = examples["test"][0]
    plain, plain_seconds = write(model, beginning, length, cached=False)
    cached, cached_seconds = write(model, beginning, length, cached=True)
    new = list(zip(plain, cached))[len(beginning) :]
    lengths = range(WINDOW, len(plain_seconds) + 1, WINDOW)
    without, with_cache = (
        [1000 * median(seconds[end - WINDOW : end]) for end in lengths]
        for seconds in (plain_seconds, cached_seconds)
    )
    print(f"{'words':>6}{'no cache':>12}{'cache':>12}   milliseconds per word")
    for row in list(zip(lengths, without, with_cache))[1::2]:
        print("{:>6}{:>12.2f}{:>12.2f}".format(*row))
    memory = sum(2 * length * width * 4 for _ in model.layers)
    print(f"the cache takes {memory / 1e6:.1f} MB at {length} words")
    if plot:
        with lesson.picture(plot) as plt:
            plt.plot(lengths, without, label="no cache")
            plt.plot(lengths, with_cache, label="key-value cache")
            plt.gca().set(xlabel="words written", ylabel="milliseconds per word")
            plt.ylim(bottom=0)
            plt.legend()
    return {
        "accuracy, same words": sum(a == b for a, b in new) / len(new),
        "times as fast": without[-1] / with_cache[-1],
    }


if __name__ == "__main__":
    lesson.run(main)
