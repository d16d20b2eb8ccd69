"""Stage `evaluate_text`: what there is to learn in a text, by two baselines without a network.

A model of characters says how well a text is predicted, a retrieval how well answers are found.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nltk.lm import WittenBellInterpolated
from nltk.util import everygrams
from sklearn.feature_extraction.text import TfidfVectorizer

from stages import shell
from tinydatasets import FormatError, Pair, read_pairs
from tinydatasets.texts import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDERS = range(1, 7)
# Without validation pairs nothing chooses an order; this is the best one for TinyTalks.
DEFAULT_ORDER = 4
# The characters that every model knows, so that one which train lacks has a finite cost too.
ASCII = frozenset(chr(code) for code in (ord("\n"), *range(ord(" "), ord("~") + 1)))
# Digits of every figure: differences between machines are far below, differences that anybody
# would act on far above.
DECIMALS = 6
# Digits of a similarity: equal ones, whose last bits may differ, become equal.
SIMILARITY_DECIMALS = 9


def train_characters(text: str, others: str = "") -> WittenBellInterpolated:
    """Count the characters of a text, each after up to five before it.

    Every character of `ASCII`, of `text` and of `others` is counted once more than it occurs.

    Parameters
    ----------
    text : str
        What to learn from.
    others : str
        What is to be predicted; which characters are in it counts, not how often or where.

    Returns
    -------
    WittenBellInterpolated
        A model of every order up to 6: of order n it is when asked with n - 1 characters.

    References
    ----------
    I. H. Witten and T. C. Bell, "The zero-frequency problem", IEEE Transactions on Information
    Theory 37 (1991), 1085-1094.
    """
    model = WittenBellInterpolated(ORDERS[-1])
    alphabet = sorted(ASCII.union(text, others))
    once = [(character,) for character in alphabet]
    model.fit([[*everygrams(text, max_len=ORDERS[-1]), *once]], vocabulary_text=alphabet)
    return model


def bits_per_character(model: WittenBellInterpolated, text: str, order: int) -> float:
    """Give the mean of -log2 of the probability of each character after the `order` - 1 before it.

    Parameters
    ----------
    model : WittenBellInterpolated
        As `train_characters` gives it.
    text : str
        What to predict, from its first character, which has none before it.
    order : int
        1 to 6.

    Returns
    -------
    float
        Bits, rounded to 6 decimals.
    """
    bits = [
        -math.log2(model.score(text[end], tuple(text[max(0, end - order + 1) : end])))
        for end in range(len(text))
    ]
    return round(math.fsum(bits) / len(bits), DECIMALS)


def ranked_first(train: Sequence[Pair], pairs: Sequence[Pair]) -> float:
    """Give the fraction of questions to which their own answer is the most similar of all.

    Similarity is the cosine of vectors of words, weighted by how rare a word is in train. An
    answer that ties with another one is not first.

    Parameters
    ----------
    train : sequence of Pair
        What the weights are from.
    pairs : sequence of Pair
        Whose answers to rank for each of their questions.

    Returns
    -------
    float
        0 to 1, rounded to 6 decimals.

    Examples
    --------
    >>> train = [Pair("1-01", 1, "Do fish swim?", "Fish swim."), Pair("1-02", 1, "Hello!", "Hi!")]
    >>> ranked_first(train, train)
    0.5
    """
    vectorizer = TfidfVectorizer(token_pattern=r"\w+")  # noqa: S106 - no password
    vectorizer.fit([text for pair in train for text in (pair.question, pair.answer)])
    questions = vectorizer.transform([pair.question for pair in pairs])
    answers = vectorizer.transform([pair.answer for pair in pairs])
    similarity = np.round((questions @ answers.T).toarray(), SIMILARITY_DECIMALS)
    at_least_own = (similarity >= similarity.diagonal()[:, None]).sum(axis=1)
    return round(float((at_least_own == 1).mean()), DECIMALS)


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
    chance = {name: round(1 / len(pairs), DECIMALS) for name, pairs in held_out.items()}
    return {
        "answered": answered["test"],
        "bits": best["test"],
        # Lists, which the table of `dvc metrics show` leaves out.
        "characters": [{"model": "uniform", **dict.fromkeys(held_out, uniform)}, *by_order],
        "retrieval": [{"ranking": "chance", **chance}, {"ranking": "tf-idf", **answered}],
    }


def main(*, train: Path, val: Path, test: Path, metrics: Path) -> None:
    """Learn from the JSON Lines `train`, score on `val` and `test`, and write `metrics`."""
    figures = evaluate_text(read_pairs(train), read_pairs(val, may_be_empty=True), read_pairs(test))
    shell.write_json(metrics, figures, indent=2)


if __name__ == "__main__":
    shell.run(main, FormatError)
