"""Questions and answers as tokens: words, or characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tinydatasets.types import Pair

# Tokens that no text has: nothing, the end of a question, and the end of an answer.
PADDING, ANSWER, END = "<pad>", "<answer>", "<end>"
# A word keeps what belongs to it, such as an apostrophe or the vowel signs of Hindi.
_SPLIT = {"words": re.compile(r"[^\s.,;:!?]+|[.,;:!?]"), "characters": re.compile(".")}


def tokens(text: str, unit: str) -> list[str]:
    """Split a text.

    Parameters
    ----------
    text : str
        A question or an answer.
    unit : {"words", "characters"}
        Words and the marks between them, without the spaces; or characters, spaces too.

    Returns
    -------
    list of str

    Examples
    --------
    >>> tokens("Hi, Tiny!", "words"), tokens("Hi!", "characters")
    (['Hi', ',', 'Tiny', '!'], ['H', 'i', '!'])
    """
    return _SPLIT[unit].findall(text)


class Vocabulary:
    """The tokens of some pairs, and a number for each.

    Parameters
    ----------
    pairs : iterable of Pair
        What to take the tokens from.
    unit : {"words", "characters"}
        What a token is.

    Examples
    --------
    >>> from tinydatasets import Pair
    >>> pair = Pair("1-01", 1, "Who are you?", "I am Tiny.")
    >>> vocabulary = Vocabulary([pair], "words")
    >>> vocabulary.encode(pair)
    [7, 9, 10, 4, 1, 5, 8, 6, 3, 2]
    >>> vocabulary.decode([5, 8, 6, 3, 2])
    'I am Tiny.'
    """

    def __init__(self, pairs: Iterable[Pair], unit: str) -> None:
        self.unit = unit
        found = {token for pair in pairs for text in pair[2:] for token in tokens(text, unit)}
        self._tokens = [PADDING, ANSWER, END, *sorted(found)]
        self._numbers = {token: number for number, token in enumerate(self._tokens)}

    def __len__(self) -> int:
        """Give the number of tokens."""
        return len(self._tokens)

    def question(self, text: str) -> list[int]:
        """Give the numbers of a question, and of `ANSWER` after it."""
        return [*self._encode(text), self._numbers[ANSWER]]

    def encode(self, pair: Pair) -> list[int]:
        """Give the numbers of a pair: question, `ANSWER`, answer, `END`."""
        return [*self.question(pair.question), *self._encode(pair.answer), self._numbers[END]]

    def _encode(self, text: str) -> list[int]:
        return [self._numbers[token] for token in tokens(text, self.unit)]

    def is_end(self, number: int) -> bool:
        """Tell the number of `END`."""
        return number == self._numbers[END]

    def decode(self, numbers: Sequence[int]) -> str:
        """Give the text of an answer, up to `END`."""
        found = [self._tokens[number] for number in numbers]
        if END in found:
            found = found[: found.index(END)]
        if self.unit == "characters":
            return "".join(found)
        # A mark such as a full stop follows a word without a space.
        return re.sub(r" (?=[.,;:!?])", "", " ".join(found))
