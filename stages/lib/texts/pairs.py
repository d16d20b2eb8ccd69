"""The authored questions and answers, and the checks that they must pass before anything is built.

All of it is checked, also what no split takes, so that every seed and every subset is sound.
"""

from __future__ import annotations

import itertools
import re
import reprlib
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tinydatasets.texts import JOINERS, check_pair
from tinydatasets.types import Pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

HEADER: Final = "\t".join(Pair._fields)
PROFANITY: Final = frozenset(Path(__file__).with_name("profanity.txt").read_text("ascii").split())
# Characters within a word that do not count: "What's" is "Whats", however it is typed.
_IGNORED: Final = dict.fromkeys(map(ord, f"'\u2019{JOINERS}"))
# The Jaccard index from which two questions are too similar.
NEAR: Final = 0.8


def words(text: str) -> list[str]:
    """Give the words of a text: runs of letters and digits with their marks, without case.

    Punctuation and symbols, emoji too, are no part of a word. A script that writes no spaces has
    its words in one.

    Examples
    --------
    >>> words("What is my cat's name?")
    ['what', 'is', 'my', 'cats', 'name']
    >>> words("2 STRAßEN?"), words("你好, 世界!")
    (['2', 'strassen'], ['你好', '世界'])
    """
    folded = unicodedata.normalize("NFC", text.casefold()).translate(_IGNORED)
    parts = "".join(
        # Letters, digits and combining marks, without which words of Hindi would be split.
        character if unicodedata.category(character)[0] in "LNM" else " "
        for character in folded
    ).split()
    # A mark alone is the remainder of an emoji.
    return [part for part in parts if part[0].isalnum()]


def jaccard(first: Set[str], second: Set[str]) -> float:
    """Give the Jaccard index of the words of two texts: how many they share by how many there are.

    References
    ----------
    P. Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11 (1912),
    37-50.

    Examples
    --------
    >>> question = set(words("What is 2 plus 3?"))
    >>> jaccard(question, set(words("what is 3 plus 2")))
    1.0
    >>> round(jaccard(question, set(words("What is 2 plus 4?"))), 2)
    0.67
    """
    return len(first & second) / len(first | second)


def parse(data: bytes) -> list[Pair]:
    r"""Read the authored file and check each line by itself, then the ids and the levels.

    Parameters
    ----------
    data : bytes
        Lines of id, level, question and answer, apart by tabs, below a header, in UTF-8 with or
        without a byte order mark, each ended by LF or CR LF. Blank lines at the end count for
        nothing.

    Returns
    -------
    list of Pair
        In the order of the file, in Unicode's normal form C, of level 1 or of several from 1 up.

    Raises
    ------
    ValueError
        If encoding, line ends, header, a line, an id or the levels are not as stated above and in
        `Pair`, or a word is in ``profanity.txt``; the message names the line.

    Examples
    --------
    >>> parse(b"id\tlevel\tquestion\tanswer\r\n1-01\t1\tHow are you?\tI am well.\r\n")
    [Pair(id='1-01', level=1, question='How are you?', answer='I am well.')]
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
    if not pairs:
        raise ValueError("expected one or more pairs below the header, found none")
    levels = {pair.level for pair in pairs}
    highest = max(levels)
    for level in range(1, highest):
        if level not in levels:
            raise ValueError(
                f"expected pairs of every level from 1 to {highest}, found none of level {level}"
            )
    return pairs


def _lines(data: bytes) -> list[str]:
    try:
        # Not by "utf-8-sig", with which a byte order mark would shift where the error is.
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        number, byte = data.count(b"\n", 0, error.start) + 1, data[error.start]
        raise ValueError(
            f"line {number}: expected UTF-8, found the byte 0x{byte:02x}; save the file as UTF-8"
        ) from None
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    if "\r" in text:
        number = text.count("\n", 0, text.index("\r")) + 1
        raise ValueError(f"line {number}: expected LF or CR LF as the line end, found CR alone")
    lines = text.split("\n")
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    return lines


def _pair(line: str) -> Pair:
    fields = line.split("\t")
    if len(fields) != len(Pair._fields):
        raise ValueError(f"expected {len(Pair._fields)} fields apart by tabs, found {len(fields)}")
    identifier, level, question, answer = fields
    if not re.fullmatch("[1-9][0-9]{0,3}", level):
        raise ValueError(f"expected a level of 1 to 9999, found {reprlib.repr(level)}")
    pair = Pair(identifier, int(level), question, answer)
    check_pair(pair)
    if not words(question):
        raise ValueError(f"expected a word in the question, found {question!r}")
    for word in words(question) + words(answer):
        if word in PROFANITY:
            raise ValueError(f"{word!r} is in stages/lib/texts/profanity.txt; write it without")
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
    placed = [
        (name, pair, set(words(pair.question))) for name, pairs in splits.items() for pair in pairs
    ]
    for (name, pair, ours), (other_name, other, theirs) in itertools.combinations(placed, 2):
        index = jaccard(ours, theirs)
        if index >= NEAR:
            same = words(pair.question) == words(other.question)
            near = f"nearly the same (Jaccard index {index:.2f}, allowed is below {NEAR})"
            raise ValueError(
                f"{pair.id} (in {name}) and {other.id} (in {other_name}) ask "
                f"{'the same' if same else near}: {pair.question!r} and {other.question!r}"
            )
