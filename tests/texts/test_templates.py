"""Templates and their fillers: the pairs that they stand for, and what is said if one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stages.common.errors import StageError
from stages.texts.pairs import Combination
from stages.texts.templates import Template, fill, read_templates

if TYPE_CHECKING:
    from pathlib import Path

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
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "templates.yaml"
    path.write_text(RIGHT)
    return path.relative_to(tmp_path)


def test_every_line_goes_into_every_template_level_after_level(path: Path) -> None:
    table = read_templates(path)
    assert [tuple(pair) for pair in table.pairs] == [
        ("1-01", 1, "Is anybody there?", "Anybody is,"),
        ("1-02", 1, "Who?", "No."),
        ("1-03", 1, "Hi! Is an elephant there?", "An elephant is, Hi!"),
        ("1-04", 1, "Who?", "No."),
        ("2-01", 2, "What is 2 plus 3?", "2 plus 3 is 5."),
        ("2-02", 2, "What is 3 plus 4?", "3 plus 4 is 7."),
    ]
    assert table.combinations == [
        Combination("hello-1", "hello-1"),
        Combination("hello-1", "hello-2"),
        Combination("hello-2", "hello-1"),
        Combination("hello-2", "hello-2"),
        Combination("sums-1", "sums-1"),
        Combination("sums-2", "sums-1"),
    ]


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
    both = Template(question=template, answer=template)
    assert list(fill(both, {"x": filler})) == [filled, filled]


def test_letters_may_be_decomposed(path: Path) -> None:
    path.write_text(RIGHT.replace("anybody", "Jose\u0301"), "utf-8")
    assert read_templates(path).pairs[0].answer == "Jos\u00e9 is,"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("topics:", "topic:", "line 1: topic: unknown key 'topic'; allowed: topics. Did you mean"),
        (
            "    level: 2\n",
            "",
            "line 2: topics[0].level: missing. How hard it is: 1 or more.",
        ),
        ("level: 2", "level: two", "line 3: topics[0].level: 'two': expected a whole number"),
        ("level: 2", "level: 3", ": expected pairs of every level from 1 to 3, found none of"),
        (
            "[2, 3, 5]",
            "[2, 3]",
            "line 6: topics[0].fillers[0]: [2, 3]: 2 fillers, but there are 3 slots",
        ),
        ("[2, 3, 5]", "[2, 3, 5.5]", "line 6: topics[0].fillers[0][2]: 5.5: expected words"),
        ("[2, 3, 5]", "2, 3, 5", "line 6: topics[0].fillers[0]: '2, 3, 5': expected a list"),
        (
            "question: What is <a>",
            "question: What is <aa>",
            "line 9: topics[0].templates[0].question: unknown slot 'aa'; allowed: a, b, sum. Did",
        ),
        (
            "is <sum>",
            "is <sum",
            "line 10: topics[0].templates[0].answer: '<' alone: a slot is written as <a>",
        ),
        (
            "is <sum>",
            "is 5",
            "line 4: topics[0].slots[2]: 'sum': no template of the topic has this slot",
        ),
        (
            "[2, 3, 5]",
            "[2, 3, <sum>]",
            "line 6: topics[0].fillers[0][2]: '<sum>': a filler has no slot, and so no angle br",
        ),
        ("[a, b, sum]", "[a, b, a]", "line 4: topics[0].slots[2]: 'a': named before"),
        ("[a, b, sum]", "[a, b, The Sum]", "line 4: topics[0].slots[2]: 'The Sum': expected"),
        (
            "answer: <a> plus",
            "answr: <a> plus",
            (
                "line 10: topics[0].templates[0].answr: unknown key 'answr'; allowed: question, "
                "answer. Did you mean 'answer'?"
            ),
        ),
        ("name: hello", "name: sums", "line 11: topics[1].name: 'sums': an earlier topic has"),
        (
            "What is <a> plus",
            "What is <a> damn plus",
            "line 9: topics[0].templates[0]: with [2, 3, 5]: 'damn' is in stages/texts/profan",
        ),
        (
            "an elephant]",
            "an elephant that has gone to see the mouse and the horse]",
            (
                "line 18: topics[1].templates[0]: with [Hi!, an elephant that has gone to see the "
                "mouse and the horse]: expected a question of at most 60 characters, found 70"
            ),
        ),
        ("  - name: sums\n    level", "  - name: sums\n  level", "line 3, column 3: not readable"),
        (
            "question: Who?",
            "question: Say: who?",
            "line 20, column 22: not readable as YAML: a colon and a space within a text; put quot",
        ),
        ("answer: No.", "answer:", "line 21: topics[1].templates[1].answer: nothing: expected wo"),
    ],
)
def test_the_first_mistake_is_said_with_its_place(
    path: Path, old: str, new: str, message: str
) -> None:
    assert RIGHT.count(old) == 1
    path.write_text(RIGHT.replace(old, new))
    with pytest.raises(StageError) as caught:
        read_templates(path)
    said = str(caught.value)
    assert said.removeprefix("templates.yaml").removeprefix(", ").startswith(message)
    assert "\n" not in said
