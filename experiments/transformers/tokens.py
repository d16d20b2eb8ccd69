"""Questions and answers as tokens: words, or characters."""

import re
from collections.abc import Iterable

from tinydatasets.types import Pair

# The first tokens, which no text has: nothing, the end of a question, and the end of an answer.
PADDING, ANSWER, END = range(3)
# A word keeps what belongs to it, such as an apostrophe or the vowel signs of Hindi.
_TOKEN = {"words": re.compile(r"[^\s.,;:!?]+|[.,;:!?]"), "characters": re.compile(".")}


class Vocabulary:
    """The tokens of some pairs, words and marks or all characters, and a number for each.

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
        tokens = {token for pair in pairs for text in pair[2:] for token in self._split(text)}
        self._tokens = ["<padding>", "<answer>", "<end>", *sorted(tokens)]
        self._numbers = {token: number for number, token in enumerate(self._tokens)}

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self._tokens)

    def question(self, text: str) -> list[int]:
        """Return the numbers of a question, and `ANSWER` after it."""
        return [*self._encode(text), ANSWER]

    def encode(self, pair: Pair) -> list[int]:
        """Return the numbers of a pair: question, `ANSWER`, answer, `END`."""
        return [*self.question(pair.question), *self._encode(pair.answer), END]

    def decode(self, numbers: list[int]) -> str:
        """Return the text of an answer, up to `END`."""
        length = numbers.index(END) if END in numbers else len(numbers)
        tokens = [self._tokens[number] for number in numbers[:length]]
        if self.unit == "characters":
            return "".join(tokens)
        # A mark such as a full stop follows a word without a space.
        return re.sub(r" (?=[.,;:!?])", "", " ".join(tokens))

    def _split(self, text: str) -> list[str]:
        return _TOKEN[self.unit].findall(text)

    def _encode(self, text: str) -> list[int]:
        return [self._numbers[token] for token in self._split(text)]
