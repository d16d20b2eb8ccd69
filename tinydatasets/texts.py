"""The file formats of questions and answers: write them to the same bytes everywhere, read them.

JSON Lines is the format to read: one object a line, of exactly ``id``, ``level``, ``question`` and
``answer``. Plain text is the format to train on: ``Q: ...``, newline, ``A: ...``, blank line. Both
are UTF-8 with LF line ends.
"""

from __future__ import annotations

import json
import os
import re
import reprlib
import unicodedata
from collections.abc import Iterable
from typing import Final

from tinydatasets.types import FormatError, Pair, Text, read_with

LONGEST_QUESTION: Final = 60
LONGEST_ANSWER: Final = 80
# Two invisible characters that Persian, the scripts of India and emoji need.
JOINERS: Final = "\u200c\u200d"
# Larger than any tiny text.
LARGEST_FILE: Final = 2**20


def check_pair(pair: Pair) -> None:
    """Raise a FormatError unless types, lengths and characters are those of a pair.

    Question and answer are of printable characters with single spaces between words, in Unicode's
    normal form C. Printable is what `str.isprintable` says, and U+200C and U+200D within a word.
    """
    if type(pair.level) is not int or pair.level < 1:
        raise FormatError(f"expected a level of 1 or more, found {reprlib.repr(pair.level)}")
    if not isinstance(pair.id, str) or not re.fullmatch(rf"{pair.level}-[0-9]{{2,4}}", pair.id):
        expected = f"expected an id such as '{pair.level}-01' for level {pair.level}"
        raise FormatError(f"{expected}, found {reprlib.repr(pair.id)}")
    for name, text, longest in (
        ("a question", pair.question, LONGEST_QUESTION),
        ("an answer", pair.answer, LONGEST_ANSWER),
    ):
        if not isinstance(text, str):
            raise FormatError(f"expected {name} as a string, found {reprlib.repr(text)}")
        if len(text) > longest:
            actual = f"{len(text)}: {reprlib.repr(text)}"
            raise FormatError(f"expected {name} of at most {longest} characters, found {actual}")
        visible = text.translate(dict.fromkeys(map(ord, JOINERS)))
        for character in visible:
            if not character.isprintable():
                code = f"U+{ord(character):04X} ({unicodedata.name(character, 'without a name')})"
                raise FormatError(
                    f"expected {name} of printable characters, found {code} in {text!r:.120}"
                )
        if not all(visible.split(" ")):
            words = "words with single spaces between them"
            raise FormatError(f"expected {name} of {words}, found {text!r:.120}")
        if not unicodedata.is_normalized("NFC", text):
            form = "Unicode's normal form C (NFC)"
            raise FormatError(f"expected {name} in {form}, found {text!a:.120}")


def to_text(pairs: Iterable[Pair]) -> str:
    r"""Return pairs as plain text to train on.

    >>> to_text([Pair("3-02", 3, "What is 2 plus 3?", "2 plus 3 is 5.")])
    'Q: What is 2 plus 3?\nA: 2 plus 3 is 5.\n\n'
    """
    return "".join(f"Q: {pair.question}\nA: {pair.answer}\n\n" for pair in pairs)


def to_json_lines(pairs: Iterable[Pair]) -> str:
    r"""Return pairs as JSON Lines.

    >>> to_json_lines([Pair("1-12", 1, "What is your name?", "My name is Tiny.")])
    '{"id": "1-12", "level": 1, "question": "What is your name?", "answer": "My name is Tiny."}\n'
    """
    return "".join(f"{json.dumps(pair._asdict(), ensure_ascii=False)}\n" for pair in pairs)


def from_json_lines(data: bytes) -> list[Pair]:
    """Return the pairs in JSON Lines, one or more, each checked by `check_pair`.

    Raises a FormatError if `data` is anything but what `to_json_lines` writes, in UTF-8.

    >>> from_json_lines(b'{"id": "2-03"}')
    Traceback (most recent call last):
    tinydatasets.types.FormatError: not questions and answers: damaged, cut short, or not ...
    """
    try:
        # Truncate: the round-trip check then fails.
        # Lines end at LF alone: `splitlines` would split at characters such as U+2028 too.
        lines = data[:LARGEST_FILE].decode().removesuffix("\n").split("\n")
        pairs = [Pair(**json.loads(line)) for line in lines]
        ours = bool(pairs) and to_json_lines(pairs).encode() == data
    # A file that this package did not write can fail anywhere above, with any exception.
    except Exception:
        ours = False
    wrong = "not questions and answers"
    if not ours:
        raise FormatError(f"{wrong}: damaged, cut short, or not written by this package")
    for number, pair in enumerate(pairs, 1):
        try:
            check_pair(pair)
        except FormatError as error:
            raise FormatError(f"{wrong}: line {number}: {error}") from None
    return pairs


def read_pairs(path: str | os.PathLike[str], *, may_be_empty: bool = False) -> list[Pair]:
    """Read pairs from a file.

    Parameters
    ----------
    path : path-like
        A file such as ``datasets/tinytalks/train.jsonl``.
    may_be_empty : bool
        Whether a file without a byte is no pairs, as the ``val.jsonl`` of a text that has none for
        validation, or damaged.

    Returns
    -------
    list of Pair
        One or more, each checked by `check_pair`; none only if `may_be_empty`.

    Raises
    ------
    FormatError
        If the file holds anything else, or is another than ``SHA256SUMS`` beside it lists; the
        message names the file.
    OSError
        If the file cannot be read.
    """

    def parse(data: bytes) -> list[Pair]:
        return [] if may_be_empty and not data else from_json_lines(data)

    return read_with(parse, path, LARGEST_FILE)


def read_splits(folder: str | os.PathLike[str]) -> Text:
    """Read the splits of a text from their folder; only `val` may be empty."""
    return Text(
        read_pairs(f"{folder}/train.jsonl"),
        read_pairs(f"{folder}/val.jsonl", may_be_empty=True),
        read_pairs(f"{folder}/test.jsonl"),
    )
