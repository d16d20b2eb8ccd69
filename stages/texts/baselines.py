"""Two baselines of a text that need no neural network."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from stages.texts.characters import DECIMALS, ORDERS, bits_per_character, train_characters
from stages.texts.retrieval import ranked_first
from tinydatasets.texts import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tinydatasets.types import Pair

# The order where there are no validation pairs to choose it by: the best one for 300 pairs that a
# person wrote one by one.
DEFAULT_ORDER = 4


def evaluate_text(
    train: Sequence[Pair], val: Sequence[Pair], test: Sequence[Pair]
) -> dict[str, Any]:
    """Give the figures of both baselines on val and test.

    Parameters
    ----------
    train, val, test : sequence of Pair
        The splits, of which only `val` may be empty.

    Returns
    -------
    dict
        ``"answered"`` (the fraction of test questions whose own answer is ranked first),
        ``"bits"`` (bits per character of test under the order that is best on val, or without val
        under order 4), ``"characters"`` (bits of every order, below the uniform bound) and
        ``"retrieval"`` (fractions, below chance). An empty val has no figures.
    """
    text = to_text(train)
    held_out = {name: pairs for name, pairs in (("val", val), ("test", test)) if pairs}
    model = train_characters(text, "".join(map(to_text, held_out.values())))
    uniform = round(math.log2(len(set(text))), DECIMALS)
    by_order = [
        {
            "model": f"order {order}",
            **{
                name: bits_per_character(model, to_text(pairs), order)
                for name, pairs in held_out.items()
            },
        }
        for order in ORDERS
    ]
    best: dict[str, Any] = (
        min(by_order, key=lambda row: row["val"]) if val else by_order[DEFAULT_ORDER - 1]
    )
    answered = {name: ranked_first(train, pairs) for name, pairs in held_out.items()}
    chance = {name: _chance(pairs) for name, pairs in held_out.items()}
    return {
        "answered": answered["test"],
        "bits": best["test"],
        # Lists: `dvc metrics show` leaves them out of its table.
        "characters": [{"model": "uniform", **dict.fromkeys(held_out, uniform)}, *by_order],
        "retrieval": [{"ranking": "chance", **chance}, {"ranking": "tf-idf", **answered}],
    }


def _chance(pairs: Sequence[Pair]) -> float:
    """Give how often an answer that is drawn at random is that of the question."""
    same = Counter(pair.answer for pair in pairs)
    return round(sum(n * n for n in same.values()) / len(pairs) ** 2, DECIMALS)
