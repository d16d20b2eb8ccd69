"""Tables of pairs, checked in whole: also what no split takes, so that every seed is sound."""

import itertools
import re
import reprlib
import unicodedata
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Final, NamedTuple

from tinydatasets.texts import JOINERS, check_pair
from tinydatasets.types import Pair


class Combination(NamedTuple):
    """What a pair was made of, by names, and which pairs the same split takes."""

    fillers: str
    template: str
    phrasing: str
    group: str


class Table(NamedTuple):
    """Pairs, and of each one what it was made of; `combinations` is empty if nothing says so."""

    pairs: list[Pair]
    combinations: list[Combination]


HEADER: Final = "\t".join(Pair._fields)
FULL_HEADER: Final = "\t".join(Pair._fields + Combination._fields)
PROFANITY: Final = frozenset(Path(__file__).with_name("profanity.txt").read_text("ascii").split())
# Characters within a word that do not count: "What's" is "Whats", however it is typed.
_IGNORED: Final = dict.fromkeys(map(ord, f"'\u2019{JOINERS}"))
# The Jaccard index from which two questions are too similar.
NEAR: Final = 0.8


def parse_pairs(data: bytes) -> Table:
    """Read a table of pairs and check each line by itself, then the ids and the levels.

    Below a header, each line has id, level, question and answer, apart by tabs; all may have the
    fields of a `Combination` too. It is UTF-8 with or without a byte order mark; lines end in LF or
    CR LF; blank ones at the end count for nothing. Text is brought into Unicode's normal form C.
    Raise a ValueError with the line if anything is wrong.
    """
    header, *lines = _lines(data)
    if header not in {HEADER, FULL_HEADER}:
        raise ValueError(f"line 1: expected the header {HEADER!r}, found {reprlib.repr(header)}")
    table, line_of_id = Table([], []), dict[str, int]()
    for number, line in enumerate(lines, 2):
        try:
            pair, *combination = _row(line.split("\t"), header.count("\t") + 1)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        if (first := line_of_id.setdefault(pair.id, number)) != number:
            raise ValueError(f"line {number}: the id {pair.id} stands in line {first} too")
        table.pairs.append(pair)
        table.combinations.extend(combination)
    if not table.pairs:
        raise ValueError("expected one or more pairs below the header, found none")
    check_levels({pair.level for pair in table.pairs})
    return table


def to_table(table: Table) -> str:
    """Return a table as `parse_pairs` reads it."""
    rows = itertools.zip_longest(table.pairs, table.combinations, fillvalue=())
    lines = ["\t".join(map(str, (*pair, *combination))) for pair, combination in rows]
    header = FULL_HEADER if table.combinations else HEADER
    return "".join(f"{line}\n" for line in (header, *lines))


def _lines(data: bytes) -> list[str]:
    try:
        # Not by "utf-8-sig", with which a byte order mark would shift where the error is.
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        number, byte = data.count(b"\n", 0, error.start) + 1, data[error.start]
        message = f"expected UTF-8, found the byte 0x{byte:02x}; save the file as UTF-8"
        raise ValueError(f"line {number}: {message}") from None
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    return lines


def _row(fields: list[str], expected: int) -> tuple[Pair] | tuple[Pair, Combination]:
    if len(fields) != expected:
        raise ValueError(f"expected {expected} fields apart by tabs, found {len(fields)}")
    identifier, level, question, answer, *combination = fields
    if not re.fullmatch("[1-9][0-9]{0,3}", level):
        raise ValueError(f"expected a level of 1 to 9999, found {reprlib.repr(level)}")
    pair = Pair(identifier, int(level), question, answer)
    check_authored(pair)
    return (pair, Combination(*combination)) if combination else (pair,)


def check_authored(pair: Pair) -> None:
    """Raise a ValueError if a pair is none, asks without a word, or has one of profanity.txt."""
    check_pair(pair)
    if not words(pair.question):
        raise ValueError(f"expected a word in the question, found {pair.question!r}")
    for word in words(pair.question) + words(pair.answer):
        if word in PROFANITY:
            raise ValueError(f"{word!r} is in stages/texts/profanity.txt; write it without")


def check_levels(levels: Set[int]) -> None:
    """Raise a ValueError if levels are not numbered from 1 without a gap."""
    if missing := set(range(1, max(levels))) - levels:
        every = f"every level from 1 to {max(levels)}"
        raise ValueError(f"expected pairs of {every}, found none of level {min(missing)}")


def check_apart(splits: Mapping[str, Sequence[Pair]], near: float = NEAR) -> None:
    """Raise a ValueError that names two questions, of any splits, that are alike or nearly so.

    They have the same words in the same order, or a Jaccard index of their words of `near` or more.
    """
    questions = [
        (split, pair, words(pair.question), set(words(pair.question)))
        for split, pairs in splits.items()
        for pair in pairs
    ]
    for first, second in itertools.combinations(questions, 2):
        (split, pair, ours, our_set), (other_split, other, theirs, their_set) = first, second
        shared = len(our_set & their_set) if near <= 1 else 0
        same, index = ours == theirs, shared / (len(our_set) + len(their_set) - shared)
        if same or index >= near:
            nearly = f"nearly the same (Jaccard index {index:.2f}, allowed is below {near})"
            raise ValueError(
                f"{pair.id} (in {split}) and {other.id} (in {other_split}) ask "
                f"{'the same' if same else nearly}: {pair.question!r} and {other.question!r}"
            )


def words(text: str) -> list[str]:
    """Return the words of a text: runs of letters and digits with their marks, without case.

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
