"""The file formats of questions and answers: write them to the same bytes everywhere, read them.

JSON Lines is the format to read: one object a line, of exactly ``id``, ``level``, ``question`` and
``answer``. Plain text is the format to train on: ``Q: ...``, newline, ``A: ...``, blank line.
"""

from __future__ import annotations

import json
import re
import reprlib
from typing import TYPE_CHECKING, Final, NamedTuple

from tinydatasets.pickles import FormatError, read_with

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

LONGEST_QUESTION: Final = 60
LONGEST_ANSWER: Final = 80
# Printable ASCII, words apart by one space: no line end, no tab, nothing at the edges.
_TEXT: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
# Larger than any tiny text.
_LARGEST_FILE: Final = 2**20


class Pair(NamedTuple):
    """A question and its answer.

    Attributes
    ----------
    id : str
        The level, a hyphen and a number, such as ``"3-01"``.
    level : int
        How hard it is: 1 or more.
    question : str
        Printable ASCII, 1 to 60 characters.
    answer : str
        Printable ASCII, 1 to 80 characters.
    """

    id: str
    level: int
    question: str
    answer: str


class Text(NamedTuple):
    """The three splits of a text.

    Attributes
    ----------
    train : list of Pair
        The pairs to learn from.
    val : list of Pair
        The pairs to choose a model by.
    test : list of Pair
        The pairs to score on.
    """

    train: list[Pair]
    val: list[Pair]
    test: list[Pair]


def check_pair(pair: Pair) -> None:
    """Check types, lengths and characters of a pair.

    Raises
    ------
    FormatError
        If the level is no whole number of 1 or more, the id is not of that level, or question or
        answer is too long or has anything but printable ASCII with single spaces between words.
    """
    if type(pair.level) is not int or pair.level < 1:
        raise FormatError(f"expected a level of 1 or more, found {reprlib.repr(pair.level)}")
    if not isinstance(pair.id, str) or not re.fullmatch(rf"{pair.level}-[0-9]{{2,4}}", pair.id):
        raise FormatError(
            f"expected an id such as '{pair.level}-01' for level {pair.level}, "
            f"found {reprlib.repr(pair.id)}"
        )
    for name, text, longest in (
        ("a question", pair.question, LONGEST_QUESTION),
        ("an answer", pair.answer, LONGEST_ANSWER),
    ):
        if isinstance(text, str) and len(text) > longest:
            raise FormatError(
                f"expected {name} of at most {longest} characters, found {len(text)}: "
                f"{reprlib.repr(text)}"
            )
        if not isinstance(text, str) or not _TEXT.fullmatch(text):
            raise FormatError(
                f"expected {name} of printable ASCII with single spaces between words, "
                f"found {text!a:.120}"
            )


def to_text(pairs: Iterable[Pair]) -> str:
    r"""Give pairs as plain text to train on.

    Examples
    --------
    >>> to_text([Pair("3-02", 3, "What is 2 plus 3?", "2 plus 3 is 5.")])
    'Q: What is 2 plus 3?\nA: 2 plus 3 is 5.\n\n'
    """
    return "".join(f"Q: {pair.question}\nA: {pair.answer}\n\n" for pair in pairs)


def to_json_lines(pairs: Iterable[Pair]) -> str:
    r"""Give pairs as JSON Lines.

    Examples
    --------
    >>> to_json_lines([Pair("1-12", 1, "What is your name?", "My name is Tiny.")])
    '{"id": "1-12", "level": 1, "question": "What is your name?", "answer": "My name is Tiny."}\n'
    """
    return "".join(f"{json.dumps(pair._asdict())}\n" for pair in pairs)


def from_json_lines(data: bytes) -> list[Pair]:
    """Read pairs from JSON Lines.

    Parameters
    ----------
    data : bytes
        What `to_json_lines` writes, in ASCII.

    Returns
    -------
    list of Pair
        One or more, each checked by `check_pair`.

    Raises
    ------
    FormatError
        If `data` is anything else.

    Examples
    --------
    >>> from_json_lines(b'{"id": "2-03"}')
    Traceback (most recent call last):
    tinydatasets.pickles.FormatError: not questions and answers: damaged, cut short, or not ...
    """
    try:
        # Of what is too large only the beginning, which written again is not all of it.
        lines = data[:_LARGEST_FILE].decode("ascii").splitlines()
        pairs = [Pair(**json.loads(line)) for line in lines]
        ours = bool(pairs) and to_json_lines(pairs).encode() == data
    # What is none of our files can fail anywhere above, in as many ways as there are files.
    except Exception:
        ours = False
    if not ours:
        raise FormatError(
            "not questions and answers: damaged, cut short, or not written by this package"
        )
    for number, pair in enumerate(pairs, 1):
        try:
            check_pair(pair)
        except FormatError as error:
            raise FormatError(f"not questions and answers: line {number}: {error}") from None
    return pairs


def read_pairs(path: str | os.PathLike[str]) -> list[Pair]:
    """Read pairs from a file.

    Parameters
    ----------
    path : path-like
        A file such as ``datasets/tinytalks/train.jsonl``.

    Returns
    -------
    list of Pair
        One or more, each checked by `check_pair`.

    Raises
    ------
    FormatError
        If the file holds anything else; the message names the file.
    OSError
        If the file cannot be read.
    """
    return read_with(from_json_lines, path, _LARGEST_FILE)
