"""Questions and answers that are written as templates, and the pairs that they stand for."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from stages.common.errors import ParamError, StageError
from stages.common.yaml_file import with_line
from stages.common.yaml_model import read_model, show, unknown
from stages.params.model import Bool, Entry, Forms, Name, Strict, Words
from stages.texts.pairs import Combination, Table, check_authored, check_levels
from tinydatasets.types import Pair

Slot = Annotated[str, Strict(pattern="^[a-z][a-z0-9-]*$")]
# With the spaces around it.
_SLOT = re.compile("( ?)<([^<>]*)>( ?)")


@dataclass(frozen=True)
class Template(Entry):
    """A question and its answer, with slots in angle brackets."""

    question: Annotated[
        Words | Annotated[list[Words], Strict(min_length=1)],
        Forms(
            custom_error_message="words, or a list of them: each a phrasing of the same question"
        ),
    ]
    """What is asked, as in `How many legs does <animal> have?`; or a list of its phrasings."""
    answer: Words
    """What is answered, as in `<animal> has <legs> legs.`."""

    @property
    def phrasings(self) -> list[str]:
        """All ways to ask."""
        return [self.question] if isinstance(self.question, str) else self.question


@dataclass(frozen=True, kw_only=True)
class Topic(Entry):
    """Templates, and the fillers that go into their slots: every line into every template."""

    name: Name
    """What it is about: a name that no other topic has."""
    level: Annotated[int, Strict(ge=1, le=9999)]
    """How hard it is: 1 or more."""
    slots: list[Slot] = field(default_factory=list)
    """The names of the slots, as in `[animal, legs]`; by default there are none."""
    fillers: Annotated[list[list[Any]], Strict(min_length=1)] = field(default_factory=lambda: [[]])
    """Lines of fillers, one for each slot, as in `- [a cat, four]`; words or whole numbers."""
    whole_lines: Bool = False
    """Whether one split takes all pairs of a line of fillers, where `draw` is `combination`."""
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
                for way, phrasing in enumerate(template.phrasings, 1):
                    ids[topic.level] += 1
                    identifier = f"{topic.level}-{ids[topic.level]:02}"
                    question, answer = (fill(t, filler_of) for t in (phrasing, template.answer))
                    pair = Pair(identifier, topic.level, question, answer)
                    try:
                        check_authored(pair)
                    except ValueError as error:
                        keys = ("topics", place, "templates", number - 1)
                        message = f"with {_show(fillers)}: {error}" if fillers else str(error)
                        raise ParamError(*keys, message=message) from None
                    made_of = Combination(
                        fillers=f"{topic.name}-{line}",
                        template=f"{topic.name}-{number}",
                        phrasing=f"{topic.name}-{number}-{way}",
                        group=f"{topic.name}-{line}" if topic.whole_lines else identifier,
                    )
                    table.pairs.append(pair)
                    table.combinations.append(made_of)
    return table


def fill(text: str, filler_of: Mapping[str, str]) -> str:
    """Return a text with a filler in each of its slots.

    Where a filler is empty, a space beside its slot goes too. A text that begins with a letter
    begins with a capital.

    Examples
    --------
    >>> fill("<hello> What is <x>?", {"hello": "", "x": "a cat"})
    'What is a cat?'
    >>> fill("<x> is an animal.", {"x": "a cat"})
    'A cat is an animal.'
    """

    def put(slot: re.Match[str]) -> str:
        before, name, after = slot.groups()
        if filler_of[name]:
            return f"{before}{filler_of[name]}{after}"
        return " " if before and after else ""

    filled = unicodedata.normalize("NFC", _SLOT.sub(put, text))
    # Only what begins with a letter: not the word after a number.
    return re.sub(r"\w", lambda first: first[0].upper(), filled, count=1)


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
        for keys, text in _texts(template):
            if stray := re.search("[<>]", _SLOT.sub("", text)):
                message = f"{stray[0]!r} alone: a slot is written as <{[*topic.slots, 'name'][0]}>"
                raise ParamError("templates", number, *keys, message=message)
            for _, slot, _ in _SLOT.findall(text):
                if slot not in topic.slots:
                    message = unknown("slot", slot, topic.slots)
                    raise ParamError("templates", number, *keys, message=message)
                unused.discard(slot)
    for number, slot in enumerate(topic.slots):
        if slot in unused:
            message = f"{slot!r}: no template of the topic has this slot"
            raise ParamError("slots", number, message=message)


def _texts(template: Template) -> list[tuple[tuple[str | int, ...], str]]:
    """Return each text of a template, after the keys at which it stands."""
    keys: list[tuple[str | int, ...]] = [("question",)]
    if isinstance(template.question, list):
        keys = [("question", number) for number in range(len(template.question))]
    return [*zip(keys, template.phrasings, strict=True), (("answer",), template.answer)]


def _show(fillers: Sequence[object]) -> str:
    return f"[{' '.join(', '.join(map(str, fillers)).split())}]"
