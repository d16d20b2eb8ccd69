"""Templates and their fillers: the pairs that they stand for, and the messages if one is wrong."""

from pathlib import Path

import pytest

from stages.common.errors import StageError
from stages.texts.expand_text import read_pairs_source
from stages.texts.pairs import Combination, Table
from stages.texts.templates import fill

RIGHT = """\
topics:
  - name: sums
    level: 2
    slots: [a, b, sum]
    fillers:
      - [2, 3, 5]
      - ["3", 4, 7]
    templates:
      - question: What is <a> plus <b>?
        answer: <a> plus <b> is <sum>.
  - name: hello
    level: 1
    slots: [greeting, who]
    fillers:
      - ["", anybody]
      - [Hi!, an elephant]
    templates:
      - question: <greeting> Is <who> there?
        answer: <who> is, <greeting>
      - question: Who?
        answer: No.
  - name: me
    level: 1
    templates:
      - question:
          - Who are you?
          - Tell me who you are.
        answer: I am Tiny.
"""

TEMPLATES = Path("templates.yaml")
PHRASINGS = RIGHT[RIGHT.index("\n          - Who are") : RIGHT.index("\n        answer: I am")]
SECOND = "topics[2].templates[0].question[1]"
FORMS = "expected words, or a list of them: each a phrasing of the same question"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def expand(text: str) -> Table:
    TEMPLATES.write_text(text, "utf-8")
    return read_pairs_source(TEMPLATES)


def test_every_line_goes_into_every_template_level_after_level() -> None:
    table = expand(RIGHT)
    assert [tuple(pair) for pair in table.pairs] == [
        ("1-01", 1, "Is anybody there?", "Anybody is,"),
        ("1-02", 1, "Who?", "No."),
        ("1-03", 1, "Hi! Is an elephant there?", "An elephant is, Hi!"),
        ("1-04", 1, "Who?", "No."),
        ("1-05", 1, "Who are you?", "I am Tiny."),
        ("1-06", 1, "Tell me who you are.", "I am Tiny."),
        ("2-01", 2, "What is 2 plus 3?", "2 plus 3 is 5."),
        ("2-02", 2, "What is 3 plus 4?", "3 plus 4 is 7."),
    ]
    names = """\
hello-1 hello-1 hello-1-1 1-01
hello-1 hello-2 hello-2-1 1-02
hello-2 hello-1 hello-1-1 1-03
hello-2 hello-2 hello-2-1 1-04
me-1 me-1 me-1-1 1-05
me-1 me-1 me-1-2 1-06
sums-1 sums-1 sums-1-1 2-01
sums-2 sums-1 sums-1-1 2-02
"""
    assert table.combinations == [Combination(*line.split()) for line in names.splitlines()]


def test_whole_lines_are_groups() -> None:
    table = expand(RIGHT.replace("[greeting, who]", "[greeting, who]\n    whole_lines: true"))
    groups = "hello-1 hello-1 hello-2 hello-2 1-05 1-06 2-01 2-02"
    assert " ".join(made_of.group for made_of in table.combinations) == groups


@pytest.mark.parametrize(
    ("template", "filler", "filled"),
    [
        ("Hello <x>!", "", "Hello!"),
        ("Hello <x>!", "you", "Hello you!"),
        ("<x> is it?", "", "Is it?"),
        ("Is <x> it?", "", "Is it?"),
        ("(<x> it)", "", "(It)"),
        ("¿<x> es?", "un gato", "¿Un gato es?"),
        ("<x> plus a", "2", "2 plus a"),
    ],
)
def test_spaces_and_capitals_around_a_filler(template: str, filler: str, filled: str) -> None:
    assert fill(template, {"x": filler}) == filled


def test_letters_may_be_decomposed() -> None:
    assert expand(RIGHT.replace("anybody", "Jose\u0301")).pairs[0].answer == "Jos\u00e9 is,"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # What `read_model` says, in its words.
        ("    level: 2\n", "", "line 2: topics[0].level: "),
        ("[2, 3, 5]", "2, 3, 5", "line 6: topics[0].fillers[0]: "),
        ("answer: <a> plus", "answr: <a> plus", "line 10: topics[0].templates[0].answr: "),
        ("question: Who?", "question: Say: who?", "line 20, column 22: "),
        (PHRASINGS, " 5", f"line 25: topics[2].templates[0].question: 5: {FORMS}"),
        # What `read_templates` says.
        ("level: 2", "level: 3", "expected pairs of every level from 1 to 3, found none of leve"),
        ("name: hello", "name: sums", "line 11: topics[1].name: 'sums': an earlier topic has"),
        ("[a, b, sum]", "[a, b, a]", "line 4: topics[0].slots[2]: 'a': named before"),
        ("[2, 3, 5]", "[2, 3]", "line 6: topics[0].fillers[0]: [2, 3]: 2 fillers, but there ar"),
        ("[2, 3, 5]", "[2, 3, 5.5]", "line 6: topics[0].fillers[0][2]: 5.5: expected a whole nu"),
        ("[2, 3, 5]", "[2, 3, <sum>]", "line 6: topics[0].fillers[0][2]: '<sum>': expected a w"),
        ("is <a>", "is <aa>", "line 9: topics[0].templates[0].question: unknown slot 'aa'; allow"),
        ("is <sum>", "is <sum", "line 10: topics[0].templates[0].answer: '<' alone: a slot is w"),
        ("Tell me", "<me>", f"line 27: {SECOND}: unknown slot 'me'; allowed: none"),
        ("Tell me", "Damn", "line 25: topics[2].templates[0]: 'damn' is in stages/texts/profanity"),
        ("is <sum>", "is 5", "line 4: topics[0].slots[2]: 'sum': no template of the topic has th"),
        ("What is <a>", "Damn, <a>", "line 9: topics[0].templates[0]: with [2, 3, 5]: 'damn' i"),
        ("What is <a>", f"{'What ' * 11}<a>", "line 9: topics[0].templates[0]: with [2, 3, 5]: e"),
    ],
)
def test_the_first_mistake_is_named_with_its_place(old: str, new: str, message: str) -> None:
    assert RIGHT.count(old) == 1
    with pytest.raises(StageError) as caught:
        expand(RIGHT.replace(old, new))
    assert str(caught.value).removeprefix("templates.yaml")[2:].startswith(message)
    assert "\n" not in str(caught.value)
