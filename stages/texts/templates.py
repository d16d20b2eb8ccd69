"""Questions and answers that are written as templates, and the pairs that they stand for."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from stages.common.errors import ParamError, StageError
from stages.common.yaml_file import with_line
from stages.common.yaml_model import read_model, show, unknown
from stages.params.model import Entry, Name, Strict, Words
from stages.texts.pairs import Combination, Table, check_authored, check_levels
from tinydatasets.types import Pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Slot = Annotated[str, Strict(pattern="^[a-z][a-z0-9-]*$")]
# With the spaces around it.
_SLOT = re.compile("( ?)<([^<>]*)>( ?)")


@dataclass(frozen=True)
class Template(Entry):
    """A question and its answer, with slots in angle brackets."""

    question: Words
    """What is asked, as in `How many legs does <animal> have?`."""
    answer: Words
    """What is answered, as in `<animal> has <legs> legs.`."""


@dataclass(frozen=True)
class Topic(Entry):
    """Templates, and the fillers that go into their slots: every line into every template."""

    name: Name
    """What it is about: a name that no other topic has."""
    level: Annotated[int, Strict(ge=1, le=9999)]
    """How hard it is: 1 or more."""
    slots: Annotated[list[Slot], Strict(min_length=1)]
    """The names of the slots, as in `[animal, legs]`."""
    fillers: Annotated[list[list[Any]], Strict(min_length=1)]
    """Lines of fillers, one for each slot, as in `- [a cat, four]`; words or whole numbers."""
    templates: Annotated[list[Template], Strict(min_length=1)]
    """Questions and their answers."""


@dataclass(frozen=True)
class Templates(Entry):
    """All of a file of templates."""

    topics: Annotated[list[Topic], Strict(min_length=1)]
    """What there is to talk about, level after level."""


def read_templates(path: Path) -> Table:
    """Read a file of templates, and fill them; raise a StageError with line and key if wrong.

    The table has every template of a topic with every line of its fillers, line after line, topic
    after topic, level after level; ids count within a level.
    """
    topics = read_model(Templates, path).topics
    try:
        check_levels({topic.level for topic in topics})
        return _expand(topics)
    except ParamError as error:
        raise with_line(path, error) from None
    except ValueError as error:
        raise StageError(f"{path}: {error}") from None


def _expand(topics: Sequence[Topic]) -> Table:
    names = [topic.name for topic in topics]
    table, ids = Table([], []), Counter[int]()
    for place, topic in sorted(enumerate(topics), key=lambda numbered: numbered[1].level):
        if topic.name in names[:place]:
            message = f"{topic.name!r}: an earlier topic has this name"
            raise ParamError("topics", place, "name", message=message)
        try:
            _check_topic(topic)
        except ParamError as error:
            raise error.within("topics", place) from None
        for line, fillers in enumerate(topic.fillers, 1):
            filler_of = dict(zip(topic.slots, map(str, fillers), strict=True))
            for number, template in enumerate(topic.templates, 1):
                ids[topic.level] += 1
                identifier = f"{topic.level}-{ids[topic.level]:02}"
                pair = Pair(identifier, topic.level, *fill_template(template, filler_of))
                try:
                    check_authored(pair)
                except ValueError as error:
                    keys = ("topics", place, "templates", number - 1)
                    raise ParamError(*keys, message=f"with {_show(fillers)}: {error}") from None
                made_of = Combination(f"{topic.name}-{line}", f"{topic.name}-{number}")
                table.pairs.append(pair)
                table.combinations.append(made_of)
    return table


def fill_template(template: Template, filler_of: Mapping[str, str]) -> Iterator[str]:
    """Return the question and the answer of a template with a filler in each slot.

    Where a filler is empty, a space beside its slot goes too. A text that begins with a letter
    begins with a capital.

    Examples
    --------
    >>> template = Template(question="<hello> What is <x>?", answer="<x> is an animal.")
    >>> list(fill_template(template, {"hello": "", "x": "a cat"}))
    ['What is a cat?', 'A cat is an animal.']
    """

    def put(slot: re.Match[str]) -> str:
        before, name, after = slot.groups()
        if filler_of[name]:
            return f"{before}{filler_of[name]}{after}"
        return " " if before and after else ""

    for text in (template.question, template.answer):
        filled = unicodedata.normalize("NFC", _SLOT.sub(put, text))
        # Only what begins with a letter: not the word after a number.
        yield re.sub(r"\w", lambda first: first[0].upper(), filled, count=1)


def _check_topic(topic: Topic) -> None:
    """Check that fillers and templates have the slots of the topic, all of them and no others."""
    if repeated := [n for n, slot in enumerate(topic.slots) if slot in topic.slots[:n]]:
        first = repeated[0]
        raise ParamError("slots", first, message=f"{topic.slots[first]!r}: named before")
    for line, fillers in enumerate(topic.fillers):
        if len(fillers) != len(topic.slots):
            counts = f"{len(fillers)} fillers, but there are {len(topic.slots)} slots"
            raise ParamError("fillers", line, message=f"{_show(fillers)}: {counts}")
        for number, filler in enumerate(fillers):
            if type(filler) not in {str, int} or re.search("[<>]", str(filler)):
                message = f"{show(filler)}: expected a whole number, or words without < and >"
                raise ParamError("fillers", line, number, message=message)
    unused = set(topic.slots)
    for number, template in enumerate(topic.templates):
        for key, text in (("question", template.question), ("answer", template.answer)):
            if stray := re.search("[<>]", _SLOT.sub("", text)):
                message = f"{stray[0]!r} alone: a slot is written as <{topic.slots[0]}>"
                raise ParamError("templates", number, key, message=message)
            for _, slot, _ in _SLOT.findall(text):
                if slot not in topic.slots:
                    message = unknown("slot", slot, topic.slots)
                    raise ParamError("templates", number, key, message=message)
                unused.discard(slot)
    for number, slot in enumerate(topic.slots):
        if slot in unused:
            message = f"{slot!r}: no template of the topic has this slot"
            raise ParamError("slots", number, message=message)


def _show(fillers: Sequence[object]) -> str:
    return f"[{' '.join(', '.join(map(str, fillers)).split())}]"
