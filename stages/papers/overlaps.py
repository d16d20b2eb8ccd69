"""Images of two splits that are equal or nearly so: for the datasheet and the report."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.common.blocks import Block
from stages.common.distances import closest
from stages.common.equal import NEAR_PERCENT, find_in, in_words, near_limit
from stages.common.images import to_whole
from tinydatasets.types import Split

# How many differences of pixels are computed, in some seconds: 5000 x 5000 images of MNIST.
MOST = 2 * 10**10
MOST_PAIRS = 12
FAR = 2**62


def overlaps(
    splits: Mapping[str, Split], source: Mapping[str, Any], origins: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Return how many images of a split equal one of an earlier split, or nearly do.

    It is said in sentences, of which the first is about the source, and in counts; and it has the
    pairs that are nearest to each other. `origins` are the file or the row of each image.
    """
    names, maximum, shape = source["classes"], source["maximum"], source["image_shape"]
    sentences, counts, pairs = [f"In the source, {in_words(**source['equal'])}."], [], []
    for other, split in combinations(splits, 2):
        images, others = (to_whole(splits[name].images, maximum) for name in (split, other))
        if images.size * len(others) <= MOST:
            nearest, squared = compare(images, others)
            nearly = int((squared < near_limit(shape, maximum)).sum())
            rest = f"and {_are(nearly)} equal or nearly equal to one"
        else:
            nearest = find_in(images, others)
            squared, nearly = np.where(nearest < 0, FAR, 0), None
            rest = "but there are too many to find those that are nearly equal"
        equal = int((squared == 0).sum())
        counts.append({"split": split, "other": other, "equal": equal, "nearly": nearly})
        words = f"{_are(equal)} equal to one of {other}, {rest}"
        if nearly == 0:
            words = f"none is equal or nearly equal to one of {other}"
        sentences.append(f"Of the images of {split}, {words}.")
        order = np.argsort(squared, kind="stable")[:MOST_PAIRS].tolist()
        pairs += [(int(squared[i]), split, i, other, int(nearest[i])) for i in order]
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
                "is_near": squared < near_limit(shape, maximum),
            }
            for squared, split, at, other, to in sorted(pairs)[:MOST_PAIRS]
            if squared < FAR
        ],
    }


def compare(
    images: npt.NDArray[np.uint8], others: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return what `closest` does of images in memory."""
    return closest([Block(0, len(images), lambda: images)], others)


def _are(count: int) -> str:
    return f"{f'{count:,}' if count else 'none'} {'are' if count > 1 else 'is'}"
