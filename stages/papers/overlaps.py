"""Images that are equal or nearly so: what the datasheet says of them, and the report shows."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

from stages.common.equal import MOST_DIFFERENCES, MOST_PAIRS, NEAR_PERCENT, compare_images, in_words
from stages.common.images import to_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stages.common.equal import Compared
    from tinydatasets.types import Split

NEARLY = (
    "Two images are nearly equal if the root mean square difference of their pixels is below "
    f"{NEAR_PERCENT}% of the largest pixel."
)


def overlaps(splits: Mapping[str, Split], source: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many images of a split equal one of an earlier split, or nearly do.

    It is said in sentences, of which the first is about the source, and in counts; and it has the
    pairs that are nearest to each other.
    """
    names, maximum = source["classes"], source["maximum"]
    images = {split: to_whole(splits[split].images, maximum) for split in splits}
    sentences = [f"In the source, {in_words(**source['equal'])}."]
    counts, pairs = [], []
    for other, split in combinations(images, 2):
        found = compare_images(images[split], images[other], maximum, most=MOST_DIFFERENCES)
        sentences.append(_sentence(found, split, other))
        counted = {"equal": found.equal, "nearly": found.nearly}
        counts.append({"split": split, "other": other, **counted})
        pairs += [(squared, split, at, other, to) for at, to, squared in found.pairs]
    pixels = math.prod(source["image_shape"])
    nearest = [
        {
            "images": [(split, at), (other, to)],
            "classes": [names[splits[split].labels[at]], names[splits[other].labels[to]]],
            "percent": f"{100 * math.sqrt(squared / pixels) / maximum:.2f}",
        }
        for squared, split, at, other, to in sorted(pairs)[:MOST_PAIRS]
    ]
    return {"sentences": [*sentences, NEARLY], "counts": counts, "nearest": nearest}


def _sentence(found: Compared, split: str, other: str) -> str:
    equal, nearly = found.equal, found.nearly
    if nearly == 0:
        return f"Of the images of {split}, none is equal or nearly equal to one of {other}."
    words = f"Of the images of {split}, {_are(equal)} equal to one of {other}"
    if nearly is None:
        return f"{words}; there are too many to find those that are nearly equal."
    return f"{words}, and {_are(nearly)} equal or nearly equal to one."


def _are(count: int) -> str:
    return f"{f'{count:,}' if count else 'none'} {'are' if count > 1 else 'is'}"
