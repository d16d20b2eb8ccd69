"""Images of two splits that are equal or nearly so: for the datasheet and the report."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.common.blocks import Block
from stages.common.distances import closest
from stages.common.equal import NEAR_PERCENT, Overlap, find_in, in_words, near_limit
from stages.common.images import to_whole
from tinydatasets.types import Split

# How many differences of pixels are computed, in some seconds: 5000 x 5000 images of MNIST.
MOST = 2 * 10**10
# How many pairs of images the report shows, and how many nearly equal ones it names.
MOST_PICTURES, MOST_NAMED = 12, 200
FAR = 2**62


def overlaps(
    splits: Mapping[str, Split], source: Mapping[str, Any], origins: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Return how many images of a split equal one of an earlier split, or nearly do.

    It is said in sentences, of which the first is about the source, and in counts; and it has the
    pairs that are nearest to each other. `origins` are the file or the row of each image.
    """
    names, maximum, shape = source["classes"], source["maximum"], source["image_shape"]
    equal, limit = source["equal"], near_limit(shape, maximum)
    sentences = [f"In the source, {in_words(equal['within'], equal['across'])}."]
    counts, pairs = [], []
    for other, split in combinations(splits, 2):
        images, others = (to_whole(splits[name].images, maximum) for name in (split, other))
        if images.size * len(others) <= MOST:
            nearest, squared = compare(images, others)
            nearly = int((squared < limit).sum())
            rest = f"and {_are(nearly)} equal or nearly equal to one"
        else:
            nearest = find_in(images, others)
            squared, nearly = np.where(nearest < 0, FAR, 0), None
            rest = "but there are too many to find those that are nearly equal"
        n = int((squared == 0).sum())
        words = f"{_are(n)} equal to one of {other}, {rest}"
        if nearly == 0:
            words = f"none is equal or nearly equal to one of {other}"
        sentences.append(f"Of the images of {split}, {words}.")
        order = np.argsort(squared, kind="stable")[:MOST_NAMED].tolist()
        pairs += [(int(squared[i]), split, i, other, int(nearest[i])) for i in order]
        examples = [[origins[split][i], origins[other][nearest[i]]] for i in order[:3]]
        counts.append(Overlap(split, other, n, nearly, examples[: max(n, nearly or 0)])._asdict())
    bound = f"Nearly equal is a root mean square difference below {NEAR_PERCENT}% of the maximum."
    return {
        "sentences": [*sentences, bound],
        "counts": counts,
        "nearest": [
            {
                "images": [(split, at), (other, to)],
                "origins": [origins[split][at], origins[other][to]],
                "classes": [names[splits[split].labels[at]], names[splits[other].labels[to]]],
                "percent": f"{100 * math.sqrt(squared / math.prod(shape)) / maximum:.2f}",
                "is_near": squared < limit,
            }
            for rank, (squared, split, at, other, to) in enumerate(sorted(pairs)[:MOST_NAMED])
            if squared < (limit if rank >= MOST_PICTURES else FAR)
        ],
    }


def compare(
    images: npt.NDArray[np.uint8], others: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return what `closest` does of images in memory."""
    return closest([Block(0, len(images), lambda: images)], others)


def _are(count: int) -> str:
    return f"{f'{count:,}' if count else 'none'} {'are' if count > 1 else 'is'}"
