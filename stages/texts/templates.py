"""Questions and answers that are written as templates, and the pairs that they stand for."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from stages.check.entry import Entry
from stages.check.fields import Name
from stages.check.own_file import read_own_file, wrong
from stages.check.wording import unknown
from stages.common.errors import StageError
from stages.texts.pairs import Combination, Table, check_authored, check_levels
from tinydatasets.types import Pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def _number_as_words(value: object) -> object:
    # In YAML, a filler such as 7 is a number.
    return str(value) if type(value) is int else value


Slot = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9-]*$")]
Filler = Annotated[str, BeforeValidator(_number_as_words)]
_SLOT = re.compile("<([^<>]*)>")
_SLOT_WITH_SPACES = re.compile("( ?)<([^<>]*)>( ?)")


class Template(Entry):
    """A question and its answer, with slots in angle brackets."""

    question: str
    """What is asked, as in `How many legs does <animal> have?`."""
    answer: str
    """What is answered, as in `<animal> has <legs> legs.`."""


class Topic(Entry):
    """Templates, and the fillers that go into their slots: every line into every template."""

    name: Name
    """What it is about: a name that no other topic has."""
    level: Annotated[int, Field(ge=1, le=9999)]
    """How hard it is: 1 or more."""
    slots: Annotated[list[Slot], Field(min_length=1)]
    """The names of the slots, as in `[animal, legs]`."""
    fillers: Annotated[list[list[Filler]], Field(min_length=1)]
    """Lines of fillers, one for each slot, as in `- [a cat, four]`."""
    templates: Annotated[list[Template], Field(min_length=1)]
    """Questions and their answers."""


class Templates(Entry):
    """All of a file of templates."""

    topics: Annotated[list[Topic], Field(min_length=1)]
    """What there is to talk about, level after level."""


def read_templates(path: Path) -> Table:
    """Read a file of templates, and fill them.

    Parameters
    ----------
    path : Path
        A file such as ``datasets/tinytalks/templates.yaml``.

    Returns
    -------
    Table
        Every template of a topic with every line of its fillers, line after line, topic after
        topic, level after level. Ids count within a level.

    Raises
    ------
    StageError
        If anything in the file is wrong: the line, the key, the value and what is allowed.
    OSError
        If it can't be read.
    """
    topics = read_own_file(Templates, path).topics
    try:
        check_levels({topic.level for topic in topics})
    except ValueError as error:
        raise StageError(f"{path}: {error}") from None
    _check_names(topics, path)
    table, ids = Table([], []), Counter[int]()
    for place, topic in sorted(enumerate(topics), key=lambda one: one[1].level):
        _check_fillers(place, topic, path)
        _check_slots(place, topic, path)
        for line, fillers in enumerate(topic.fillers, 1):
            for number, template in enumerate(topic.templates, 1):
                ids[topic.level] += 1
                pair = Pair(
                    f"{topic.level}-{ids[topic.level]:02}",
                    topic.level,
                    *fill(template, dict(zip(topic.slots, fillers, strict=True))),
                )
                try:
                    check_authored(pair)
                except ValueError as error:
                    where = ("topics", place, "templates", number - 1)
                    raise wrong(path, where, f"with {_show(fillers)}: {error}") from None
                table.pairs.append(pair)
                table.combinations.append(
                    Combination(f"{topic.name}-{line}", f"{topic.name}-{number}")
                )
    return table


def fill(template: Template, fillers: Mapping[str, str]) -> Iterator[str]:
    """Give the question and the answer of a template.

    Parameters
    ----------
    template : Template
        With slots.
    fillers : mapping of str to str
        What goes into each slot. Where it is empty, a space beside it goes too.

    Returns
    -------
    iterator of str
        The question, then the answer. The first letter of each is a capital.

    Examples
    --------
    >>> template = Template(question="<hello> What is <x>?", answer="<x> is an animal.")
    >>> list(fill(template, {"hello": "", "x": "a cat"}))
    ['What is a cat?', 'A cat is an animal.']
    """
    for text in (template.question, template.answer):
        filled = _SLOT_WITH_SPACES.sub(lambda slot: _put(fillers[slot[2]], slot[1], slot[3]), text)
        filled = unicodedata.normalize("NFC", filled)
        # Only what begins with a letter: not the word after a number.
        yield re.sub(r"\w", lambda first: first[0].upper(), filled, count=1)


def _put(filler: str, before: str, after: str) -> str:
    """Give a filler with the spaces beside its slot; of an empty one, one space goes."""
    if filler:
        return f"{before}{filler}{after}"
    return " " if before and after else ""


def _check_names(topics: list[Topic], path: Path) -> None:
    seen = set()
    for place, topic in enumerate(topics):
        if topic.name in seen:
            words = f"{topic.name!r}: an earlier topic has this name"
            raise wrong(path, ("topics", place, "name"), words)
        seen.add(topic.name)


def _check_fillers(place: int, topic: Topic, path: Path) -> None:
    """Check that each line has a filler for each slot."""
    for line, fillers in enumerate(topic.fillers):
        if len(fillers) != len(topic.slots):
            words = (
                f"{_show(fillers)}: {len(fillers)} fillers, but there are {len(topic.slots)} slots"
            )
            raise wrong(path, ("topics", place, "fillers", line), words)
        for number, filler in enumerate(fillers):
            if re.search("[<>]", filler):
                words = f"{filler!r}: a filler has no slot, and so no angle bracket"
                raise wrong(path, ("topics", place, "fillers", line, number), words)


def _check_slots(place: int, topic: Topic, path: Path) -> None:
    """Check that templates have the slots of the topic, all of them and no others."""
    for number, slot in enumerate(topic.slots):
        if topic.slots.index(slot) < number:
            raise wrong(path, ("topics", place, "slots", number), f"{slot!r}: named before")
    for number, template in enumerate(topic.templates):
        for key, text in template:
            if stray := re.search("[<>]", _SLOT.sub("", text)):
                words = f"{stray[0]!r} alone: a slot is written as <{topic.slots[0]}>"
                raise wrong(path, ("topics", place, "templates", number, key), words)
            for slot in _SLOT.findall(text):
                if slot not in topic.slots:
                    where = ("topics", place, "templates", number, key)
                    raise wrong(path, where, unknown("slot", slot, topic.slots))
    used = {slot for one in topic.templates for _, text in one for slot in _SLOT.findall(text)}
    for number, slot in enumerate(topic.slots):
        if slot not in used:
            words = f"{slot!r}: no template of the topic has this slot"
            raise wrong(path, ("topics", place, "slots", number), words)


def _show(fillers: list[str]) -> str:
    return f"[{', '.join(fillers)}]"
