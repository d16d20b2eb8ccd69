"""TinyTalks: its released files, by code that shares nothing with what built them."""

from __future__ import annotations

import json
import operator
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = ROOT / "datasets" / "tinytalks"
SPLITS = {"train": 42, "val": 9, "test": 9}
LEVELS, PER_LEVEL = range(1, 6), sum(SPLITS.values())


def objects(split: str) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in (FOLDER / f"{split}.jsonl").read_text("ascii").split("\n")[:-1]
    ]


PAIRS = {split: objects(split) for split in SPLITS}
ALL = [pair for pairs in PAIRS.values() for pair in pairs]


def words(*texts: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", " ".join(texts).lower()))


def expanded() -> Iterator[tuple[int, str, str, str, str]]:
    """Fill the templates by plain replacement: level, question, answer, fillers, template."""
    for topic in yaml.safe_load((FOLDER / "templates.yaml").read_text("ascii"))["topics"]:
        for line, fillers in enumerate(topic["fillers"]):
            for number, template in enumerate(topic["templates"]):
                both, name = f"{template['question']}\n{template['answer']}", topic["name"]
                for slot, filler in zip(topic["slots"], fillers, strict=True):
                    both = both.replace(f"<{slot}>", str(filler))
                texts = [text.strip()[0].upper() + text.strip()[1:] for text in both.split("\n")]
                yield topic["level"], *texts, f"{name} line {line}", f"{name} template {number}"


# By level, because that is how ids count.
SOURCE = sorted(expanded(), key=operator.itemgetter(0))


def test_both_formats_have_the_same_pairs_in_the_order_of_the_source() -> None:
    for split, per_level in SPLITS.items():
        text = (FOLDER / f"{split}.txt").read_bytes().decode("ascii")
        assert text == "".join(f"Q: {p['question']}\nA: {p['answer']}\n\n" for p in PAIRS[split])
        ids = [pair["id"] for pair in PAIRS[split]]
        assert ids == sorted(set(ids))
        assert Counter(pair["level"] for pair in PAIRS[split]) == dict.fromkeys(LEVELS, per_level)
    assert max(len(pair["question"]) for pair in ALL) <= 60
    assert max(len(pair["answer"]) for pair in ALL) <= 80


def test_all_pairs_are_those_of_the_templates() -> None:
    rows = [(f"{row[0]}-{n % PER_LEVEL + 1:02}", *row[:3]) for n, row in enumerate(SOURCE)]
    assert rows == sorted((p["id"], p["level"], p["question"], p["answer"]) for p in ALL)


def test_no_question_stands_in_two_places() -> None:
    asked = Counter(" ".join(re.findall(r"\w+", pair["question"].lower())) for pair in ALL)
    assert set(asked.values()) == {1}


def test_train_has_what_is_held_out() -> None:
    """Three pairs have each word, and half of all pairs each template and each line of fillers."""
    made_of = {question: parts for _, question, _, *parts in SOURCE}
    word = Counter(w for p in PAIRS["train"] for w in words(p["question"], p["answer"]))
    part = Counter(name for p in PAIRS["train"] for name in made_of[p["question"]])
    total = Counter(name for parts in made_of.values() for name in parts)
    for pair in PAIRS["val"] + PAIRS["test"]:
        assert min(word[w] for w in words(pair["question"], pair["answer"])) >= 3
        for name in made_of[pair["question"]]:
            assert 2 * part[name] >= total[name] or ("line" in name and total[name] == 1)


def test_answers_are_true() -> None:
    signs = {"plus": operator.add, "minus": operator.sub, "times": operator.mul}
    sums = [re.search(r"(\d+) (\w+) (\d+)\?", p["question"]) for p in ALL if p["level"] == 3]
    answers = [pair["answer"] for pair in ALL if pair["level"] == 3]
    for asked, answer in zip(sums, answers, strict=True):
        assert asked
        a, sign, b = asked.groups()
        assert answer == f"{a} {sign} {b} is {signs[sign](int(a), int(b))}."
    for pair in ALL:
        # The answer to a context is a sentence of it.
        assert pair["level"] < 5 or pair["answer"] in re.split(r"(?<=\.) ", pair["question"])


def test_level_5_is_what_its_papers_say() -> None:
    texts = [re.split(r"(?<=\.) ", p["question"]) for p in ALL if p["level"] == 5]
    answers = [pair["answer"] for pair in ALL if pair["level"] == 5]
    assert len(set(answers)) == len(answers)
    assert all(re.fullmatch(r"[A-Z]\w+ (likes \w+|is in [A-Z]\w+)\.", answer) for answer in answers)
    with_another = [sentences for *sentences, _ in texts if len(sentences) > 1]
    assert len(with_another) > len(texts) / 2
    assert {sentence for sentences in with_another for sentence in sentences} <= set(answers)


@pytest.mark.parametrize("level", LEVELS)
def test_yes_is_as_frequent_as_no(level: int) -> None:
    answers = " ".join(pair["answer"] for pair in ALL if pair["level"] == level)
    assert len(re.findall(r"\bYes,", answers)) == len(re.findall(r"\bNo,", answers))
