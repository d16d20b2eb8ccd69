"""Stage `evaluate_text`: how well a model of characters predicts, how often retrieval answers."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nltk.lm import WittenBellInterpolated
from nltk.util import everygrams
from sklearn.feature_extraction.text import TfidfVectorizer

from stages.common import command
from stages.common.files import write_json
from tinydatasets.texts import read_splits, to_text
from tinydatasets.types import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tinydatasets.types import Pair

ORDERS = range(1, 11)
# Where no validation pairs choose it: the best order for 300 pairs that a person wrote one by one.
DEFAULT_ORDER = 4
# Every model knows these characters, so that one that train lacks has a finite cost too.
ASCII = frozenset(chr(code) for code in (ord("\n"), *range(ord(" "), ord("~") + 1)))
# Digits of every figure: more than anybody acts on.
DECIMALS = 6
# Digits of a similarity: rounding makes equal ones equal whose last bits differ.
SIMILARITY_DECIMALS = 9


def main(name: str) -> None:
    """Learn from train of the text `name`, score on val and test; write ``metrics/NAME.json``."""
    figures = evaluate_text(*read_splits(Path("datasets", name)))
    write_json(Path("metrics", f"{name}.json"), figures, indent=2)


def evaluate_text(
    train: Sequence[Pair], val: Sequence[Pair], test: Sequence[Pair]
) -> dict[str, Any]:
    """Return the figures of both baselines on val and test; an empty val has none.

    These are the fraction of test that is ``"answered"``, and its ``"bits"`` per character under
    the order that is best on val, or without val under order 4. Then all: of each order the
    ``"characters"``, and ``"retrieval"``, beside the uniform bound and chance.
    """
    held_out = {name: pairs for name, pairs in (("val", val), ("test", test)) if pairs}
    text = to_text(train)
    by_order = bits_per_character(text, {name: to_text(held_out[name]) for name in held_out})
    best = min(by_order, key=lambda row: row["val"]) if val else by_order[DEFAULT_ORDER - 1]
    uniform = round(math.log2(len(set(text))), DECIMALS)
    answered = {name: ranked_first(train, pairs) for name, pairs in held_out.items()}
    chance = {name: _chance(pairs) for name, pairs in held_out.items()}
    return {
        "answered": answered["test"],
        "bits": best["test"],
        # Lists: `dvc metrics show` leaves them out of its table.
        "characters": [{"model": "uniform", **dict.fromkeys(held_out, uniform)}, *by_order],
        "retrieval": [{"ranking": "chance", **chance}, {"ranking": "tf-idf", **answered}],
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


def ranked_first(train: Sequence[Pair], pairs: Sequence[Pair]) -> float:
    """Return the fraction of questions to which their own answer is the most similar of all.

    Similarity is the cosine of vectors of words, weighted by how rare a word is in train. An
    answer that ties with another one is not first; the same answer to another question is no other
    one.
    """
    vectorizer = TfidfVectorizer(token_pattern=r"\w+")  # noqa: S106 - no password
    vectorizer.fit([text for pair in train for text in (pair.question, pair.answer)])
    questions = vectorizer.transform([pair.question for pair in pairs])
    answers = vectorizer.transform([pair.answer for pair in pairs])
    similarity = np.round((questions @ answers.T).toarray(), SIMILARITY_DECIMALS)
    texts = np.array([pair.answer for pair in pairs])
    others = texts != texts[:, None]
    at_least_own = (similarity >= similarity.diagonal()[:, None]) & others
    return round(float((~at_least_own.any(axis=1)).mean()), DECIMALS)


def _chance(pairs: Sequence[Pair]) -> float:
    """Return how often an answer that is drawn at random is that of the question."""
    same = Counter(pair.answer for pair in pairs)
    return round(sum(n * n for n in same.values()) / len(pairs) ** 2, DECIMALS)


if __name__ == "__main__":
    command.run(main, FormatError)
