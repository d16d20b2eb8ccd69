"""A retrieval by shared words: how often a question finds its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tinydatasets.types import Pair

# Digits of every figure: more than anybody acts on.
DECIMALS = 6
# Digits of a similarity: rounding makes equal ones equal whose last bits differ.
SIMILARITY_DECIMALS = 9


def ranked_first(train: Sequence[Pair], pairs: Sequence[Pair]) -> float:
    """Give the fraction of questions to which their own answer is the most similar of all.

    Similarity is the cosine of vectors of words, weighted by how rare a word is in train. An
    answer that ties with another one is not first; the same answer to another question is no other
    one.

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
    >>> from tinydatasets import Pair
    >>> train = [Pair("1-01", 1, "Do fish swim?", "Fish swim."), Pair("1-02", 1, "Hello!", "Hi!")]
    >>> ranked_first(train, train)
    0.5
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
