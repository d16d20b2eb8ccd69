"""The authored questions and answers, and what must hold of them before anything is built.

All of it is checked, also what no split takes, so that every seed and every subset is sound.
"""

from __future__ import annotations

import itertools
import re
import reprlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stages.counts import LEVELS
from tinydatasets.texts import Pair, check_pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADER: Final = "\t".join(Pair._fields)
PROFANITY: Final = frozenset(Path(__file__).with_name("profanity.txt").read_text("ascii").split())
# Two questions are too near when they share at least this much of the words that either has.
NEAR: Final = 0.8


def words(text: str) -> list[str]:
    """Give the words of a text, without case and punctuation.

    Examples
    --------
    >>> words("What is my cat's name?")
    ['what', 'is', 'my', 'cats', 'name']
    """
    return re.findall("[a-z0-9]+", text.lower().replace("'", ""))


def jaccard(first: str, second: str) -> float:
    """Give the Jaccard index of the sets of words of two texts: shared words by all words.

    References
    ----------
    P. Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11 (1912),
    37-50.

    Examples
    --------
    >>> jaccard("What is 2 plus 3?", "what is 3 plus 2")
    1.0
    >>> round(jaccard("What is 2 plus 3?", "What is 2 plus 4?"), 2)
    0.67
    """
    ours, theirs = set(words(first)), set(words(second))
    return len(ours & theirs) / len(ours | theirs)


def parse(data: bytes) -> list[Pair]:
    """Read the authored file and check each line by itself, then the ids and the levels.

    Parameters
    ----------
    data : bytes
        Lines of id, level, question and answer, apart by tabs, below a header, in ASCII, each
        ended by LF.

    Returns
    -------
    list of Pair
        In the order of the file.

    Raises
    ------
    ValueError
        If encoding, line ends, header, a line, an id or the levels are not as stated above and in
        `Pair`, or a word is in ``profanity.txt``; the message names the line.
    """
    header, *lines = _lines(data)
    if header != HEADER:
        raise ValueError(f"line 1: expected the header {HEADER!r}, found {reprlib.repr(header)}")
    pairs = []
    for number, line in enumerate(lines, 2):
        try:
            pairs.append(_pair(line))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
    seen: dict[str, int] = {}
    for number, pair in enumerate(pairs, 2):
        if seen.setdefault(pair.id, number) != number:
            raise ValueError(f"line {number}: the id {pair.id} stands in line {seen[pair.id]} too")
    per_level = {level: sum(pair.level == level for pair in pairs) for level in LEVELS}
    if not pairs or len(set(per_level.values())) > 1:
        found = ", ".join(f"{count} of level {level}" for level, count in per_level.items())
        raise ValueError(f"expected as many pairs of every level, found {found}")
    return pairs


def _lines(data: bytes) -> list[str]:
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        number, byte = data.count(b"\n", 0, error.start) + 1, data[error.start]
        raise ValueError(f"line {number}: expected ASCII, found the byte 0x{byte:02x}") from None
    if "\r" in text:
        number = text.count("\n", 0, text.index("\r")) + 1
        raise ValueError(f"line {number}: expected LF as the line end, found CR")
    if not text.endswith("\n"):
        raise ValueError("expected LF at the end of the last line, found none")
    return text.removesuffix("\n").split("\n")


def _pair(line: str) -> Pair:
    fields = line.split("\t")
    if len(fields) != len(Pair._fields):
        raise ValueError(f"expected {len(Pair._fields)} fields apart by tabs, found {len(fields)}")
    identifier, level, question, answer = fields
    if level not in map(str, LEVELS):
        raise ValueError(
            f"expected a level of {LEVELS[0]} to {LEVELS[-1]}, found {reprlib.repr(level)}"
        )
    pair = Pair(identifier, int(level), question, answer)
    check_pair(pair)
    if not words(question):
        raise ValueError(f"expected a word in the question, found {question!r}")
    for word in words(question) + words(answer):
        if word in PROFANITY:
            raise ValueError(f"{word!r} is in stages/profanity.txt; write it without")
    return pair


def check_apart(splits: Mapping[str, Sequence[Pair]]) -> None:
    """Check that no two questions are alike or nearly so, within a split or across splits.

    Parameters
    ----------
    splits : mapping of str to sequence of Pair
        The name of each split and its pairs.

    Raises
    ------
    ValueError
        If two questions have the same words in the same order, or a Jaccard index of `NEAR` or
        more; the message names both, their splits and the index.
    """
    placed = [(name, pair) for name, pairs in splits.items() for pair in pairs]
    for (name, pair), (other_name, other) in itertools.combinations(placed, 2):
        index = jaccard(pair.question, other.question)
        if index >= NEAR:
            same = words(pair.question) == words(other.question)
            near = f"nearly the same (Jaccard index {index:.2f}, allowed is below {NEAR})"
            raise ValueError(
                f"{pair.id} (in {name}) and {other.id} (in {other_name}) ask "
                f"{'the same' if same else near}: {pair.question!r} and {other.question!r}"
            )
