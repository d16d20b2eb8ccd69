"""Stage `evaluate_text`: how well a model of characters predicts, what trivial rules answer."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nltk.lm import WittenBellInterpolated
from nltk.util import everygrams

from stages.common import command
from stages.common.files import write_json
from stages.common.levels import rows_by_level
from stages.texts.pairs import words
from tinydatasets.texts import read_splits, to_text
from tinydatasets.types import FormatError, Pair

ORDERS = range(1, 11)
# Where no validation pairs choose it: the best order for 300 pairs that a person wrote one by one.
DEFAULT_ORDER = 4
# Every model knows these characters, so that one that train lacks has a finite cost too.
ASCII = frozenset(chr(code) for code in (ord("\n"), *range(ord(" "), ord("~") + 1)))
# Digits of every figure: more than anybody acts on.
DECIMALS = 6


def main(name: str) -> None:
    """Learn from train of the text `name`, score on val and test; write ``metrics/NAME.json``."""
    figures = evaluate_text(*read_splits(Path("datasets", name)))
    write_json(Path("metrics", f"{name}.json"), figures, indent=2)


def evaluate_text(
    train: Sequence[Pair], val: Sequence[Pair], test: Sequence[Pair]
) -> dict[str, Any]:
    """Return the figures of a model of characters and of the baselines; val may be empty.

    The ``"bits"`` are those of test under the order that is best on val, or without val, order 4.
    """
    held_out = {name: pairs for name, pairs in (("val", val), ("test", test)) if pairs}
    text = to_text(train)
    by_order = bits_per_character(text, {name: to_text(held_out[name]) for name in held_out})
    best = min(by_order, key=lambda row: row["val"]) if val else by_order[DEFAULT_ORDER - 1]
    right = answered(train, [*val, *test])
    nearest = [answer["nearest question"] for answer in right[len(val) :]]
    uniform = round(math.log2(len(set(text))), DECIMALS)
    return {
        "bits": best["test"],
        "nearest": round(sum(nearest) / len(test), DECIMALS),
        # Lists: `dvc metrics show` leaves them out of its table.
        "characters": [{"model": "uniform", **dict.fromkeys(held_out, uniform)}, *by_order],
        "baselines": baselines([*val, *test], right),
    }


def bits_per_character(train: str, held_out: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the bits per character of held-out texts, under the model of each order.

    They are the mean of -log2 of the probability of each character after the order - 1 before it,
    as counted in `train`. Every character of `ASCII`, `train` and `held_out` is counted once more.

    References
    ----------
    I. H. Witten and T. C. Bell, "The zero-frequency problem", IEEE Transactions on Information
    Theory 37 (1991), 1085-1094.
    """
    model = WittenBellInterpolated(ORDERS[-1])
    alphabet = sorted(ASCII.union(train, *held_out.values()))
    once = [(character,) for character in alphabet]
    model.fit([[*everygrams(train, max_len=ORDERS[-1]), *once]], vocabulary_text=alphabet)

    def mean(text: str, order: int) -> float:
        before = (tuple(text[max(0, end - order + 1) : end]) for end in range(len(text)))
        bits = [-math.log2(model.score(*place)) for place in zip(text, before, strict=True)]
        return round(math.fsum(bits) / len(bits), DECIMALS)

    return [
        {"model": f"order {order}", **{name: mean(text, order) for name, text in held_out.items()}}
        for order in ORDERS
    ]


def answered(train: Sequence[Pair], pairs: Sequence[Pair]) -> list[dict[str, bool]]:
    """Return for each of `pairs` whether each rule answers it exactly.

    The nearest question has the highest Jaccard index of words; the first in train wins a tie.
    """
    frequent = {
        level: Counter(pair.answer for pair in train if pair.level == level).most_common(1)[0][0]
        for level in {pair.level for pair in train}
    }
    known = [(set(words(pair.question)), pair.answer) for pair in train]

    def said(pair: Pair) -> dict[str, str]:
        sentences = re.split(r"(?<=[.!?])\s+", pair.question)
        told = [sentence for sentence in sentences if not sentence.endswith("?")] or sentences
        asked = set(words(pair.question))
        return {
            "first sentence": sentences[0],
            "last sentence": told[-1],
            # Train may lack the level.
            "most frequent answer": frequent.get(pair.level, ""),
            "nearest question": max(known, key=lambda k: len(asked & k[0]) / len(asked | k[0]))[1],
        }

    return [{rule: answer == pair.answer for rule, answer in said(pair).items()} for pair in pairs]


def baselines(pairs: Sequence[Pair], right: Sequence[dict[str, bool]]) -> list[dict[str, Any]]:
    """Return the fraction of `pairs` that each rule answers: of all, by level, and of yes or no."""
    return [
        {
            "level": level,
            "pairs": len(rows),
            **{
                rule: round(sum(right[row][rule] for row in rows) / len(rows), DECIMALS)
                for rule in right[0]
            },
        }
        for level, rows in rows_by_level(pairs).items()
    ]


if __name__ == "__main__":
    command.run(main, FormatError)
