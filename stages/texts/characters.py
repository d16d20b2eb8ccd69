"""A model of characters: how well a text is predicted."""

from __future__ import annotations

import math

from nltk.lm import WittenBellInterpolated
from nltk.util import everygrams

ORDERS = range(1, 11)
# Every model knows these characters, so that one that train lacks has a finite cost too.
ASCII = frozenset(chr(code) for code in (ord("\n"), *range(ord(" "), ord("~") + 1)))
# Digits of every figure: more than anybody acts on.
DECIMALS = 6


def train_characters(text: str, others: str = "") -> WittenBellInterpolated:
    """Count the characters of a text, each after up to nine before it.

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
        A model of every order up to 10: of order n it is when asked with n - 1 characters.

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
        1 to 10.

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
