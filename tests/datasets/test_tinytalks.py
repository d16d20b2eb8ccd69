"""Both editions of TinyTalks: released files, by code that shares nothing with what built them."""

import json
import operator
import re
from collections import Counter
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

Pairs = list[dict[str, Any]]

# How many pairs of each level a split has.
COUNTS = {
    "tinytalks": {
        "train": [26, 38, 20, 22, 106],
        "val": [5, 8, 4, 5, 22],
        "test": [5, 8, 4, 5, 22],
    },
    "tinytalks-1200": {
        "train": [70, 114, 32, 68, 556],
        "val": [15, 24, 7, 14, 120],
        "test": [15, 24, 7, 14, 120],
    },
}
PAIRS: dict[str, dict[str, Pairs]] = {
    name: {
        split: [
            json.loads(line)
            for line in (ROOT / f"datasets/{name}/{split}.jsonl").read_text("ascii").splitlines()
        ]
        for split in splits
    }
    for name, splits in COUNTS.items()
}
editions = pytest.mark.parametrize("name", COUNTS)


def pairs_of(name: str, *levels: int) -> Pairs:
    """Return the pairs of all splits, or those of some levels."""
    return [
        p for split in PAIRS[name].values() for p in split if p["level"] in levels or not levels
    ]


def held_out(name: str) -> Pairs:
    return PAIRS[name]["val"] + PAIRS[name]["test"]


def words(pair: dict[str, Any]) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", f"{pair['question']} {pair['answer']}".lower()))


def parts_of_questions(name: str) -> dict[str, dict[str, str]]:
    """Fill the templates by plain replacement, and return what each question is made of."""
    parts = {}
    source = (ROOT / f"datasets/{name}/templates.yaml").read_text("ascii")
    for topic in yaml.safe_load(source)["topics"]:
        for line, fillers in enumerate(topic.get("fillers", [[]])):
            for number, template in enumerate(topic["templates"]):
                asked = template["question"]
                for phrasing in asked if isinstance(asked, list) else [asked]:
                    question = phrasing
                    for slot, filler in zip(topic.get("slots", []), fillers, strict=True):
                        question = question.replace(f"<{slot}>", str(filler))
                    parts[question[0].upper() + question[1:]] = {
                        "phrasing": phrasing,
                        "fillers": f"{topic['name']} {line}",
                        "question": f"{topic['name']} {line} {number}",
                    }
    return parts


@editions
def test_both_formats_have_the_same_pairs_in_the_order_of_the_source(name: str) -> None:
    for split, per_level in COUNTS[name].items():
        pairs = PAIRS[name][split]
        text = (ROOT / f"datasets/{name}/{split}.txt").read_bytes().decode("ascii")
        assert text == "".join(f"Q: {p['question']}\nA: {p['answer']}\n\n" for p in pairs)
        ids = [tuple(map(int, pair["id"].split("-"))) for pair in pairs]
        assert ids == sorted(set(ids))
        assert Counter(pair["level"] for pair in pairs) == dict(enumerate(per_level, 1))
    # No question stands in two splits, or twice in one.
    assert len({pair["question"].lower() for pair in pairs_of(name)}) == len(pairs_of(name))
    assert max(len(pair["question"]) for pair in pairs_of(name)) <= 60
    assert max(len(pair["answer"]) for pair in pairs_of(name)) <= 80
    files = (ROOT / f"datasets/{name}").glob("*.jsonl")
    assert sum(path.stat().st_size for path in files) < 150_000


@editions
def test_train_has_what_is_held_out(name: str) -> None:
    """Three pairs have each word; half of all have each phrasing, line of fillers and question."""
    made_of = parts_of_questions(name)
    word = Counter(w for pair in PAIRS[name]["train"] for w in words(pair))
    part = Counter(p for pair in PAIRS[name]["train"] for p in made_of[pair["question"]].items())
    total = Counter(p for parts in made_of.values() for p in parts.items())
    for pair in held_out(name):
        assert min(word[w] for w in words(pair)) >= 3
        for kind, of in made_of[pair["question"]].items():
            # A context is held out whole, and a question of one phrasing can't be held out else.
            whole = kind != "phrasing" and (pair["level"] == 5 or total[kind, of] == 1)
            assert whole or 2 * part[kind, of] >= total[kind, of]


@editions
def test_levels_1_to_4_hold_out_what_train_has_otherwise(name: str) -> None:
    def greeting(question: str) -> str:
        return re.sub(r"(?<=I am )\w+(?=\.)|^\w+(?= says| will)", "NAME", question)

    train = PAIRS[name]["train"]
    greetings = {said for pair in train if "NAME" in (said := greeting(pair["question"]))}
    answers = {pair["answer"] for pair in train}
    for pair in held_out(name):
        if pair["level"] == 1:
            assert greeting(pair["question"]) in greetings
        elif pair["level"] < 5:
            assert pair["answer"] in answers


@editions
def test_yes_and_no_are_as_frequent_and_agree_with_the_facts(name: str) -> None:
    for level in (2, 4):
        pairs = pairs_of(name, level)
        plain = {p["answer"] for p in pairs if not p["answer"].startswith(("Yes, ", "No, "))}
        said = Counter[str]()
        for pair in pairs:
            if pair["answer"] not in plain:
                word, _, fact = pair["answer"].partition(", ")
                said[word] += 1
                assert fact[0].upper() + fact[1:] in plain
                # "white", "four legs", "a horse": what the question claims, or else denies.
                value = re.split(r" is bigger than | is | has ", fact[:-1])[1]
                assert (word == "Yes") == pair["question"].endswith(f" {value}?")
        assert said["Yes"] == said["No"] > 0
        facts = [re.split(r" is bigger than | is | has ", fact[:-1].lower()) for fact in plain]
        # A thing has one value, and of two things one is bigger.
        assert max(Counter(thing for thing, _ in facts).values()) == 1 or level == 4
        assert not {(a, b) for a, b in facts} & {(b, a) for a, b in facts}


@editions
def test_sums_are_right(name: str) -> None:
    signs = {"plus": operator.add, "minus": operator.sub}
    for pair in pairs_of(name, 3):
        asked = re.search(r"(\d+) (\w+) (\d+)\?$", pair["question"])
        assert asked
        a, sign, b = asked.groups()
        assert pair["answer"] == f"{a} {sign} {b} is {signs[sign](int(a), int(b))}."


@editions
def test_contexts_ask_for_both_of_two_people_and_are_held_out_whole(name: str) -> None:
    asked_about: dict[frozenset[str], set[tuple[str, str]]] = {}
    for split in PAIRS[name]:
        for pair in PAIRS[name][split]:
            if pair["level"] == 5:
                *sentences, question = re.split(r"(?<=\.) ", pair["question"])
                told = {sentence.split()[0]: sentence for sentence in sentences}
                assert len(told) == len({sentence.split()[-1] for sentence in sentences}) == 2
                found = re.fullmatch(r"What does (\w+) (do|like)\?", question)
                assert found
                assert pair["answer"] == told[found[1]]
                assert (found[2] == "like") == (" likes " in pair["answer"])
                # Whichever sentence is first.
                asked_about.setdefault(frozenset(sentences), set()).add((split, found[1]))
    for context, questions in asked_about.items():
        assert {who for _, who in questions} == {sentence.split()[0] for sentence in context}
        assert len(questions) == 2
        assert len({split for split, _ in questions}) == 1
    assert 2 * len(asked_about) == len(pairs_of(name, 5))
    # Train has each sentence, beside others.
    told_in_train = set[str]().union(*(c for c, q in asked_about.items() if min(q)[0] == "train"))
    assert told_in_train == set[str]().union(*asked_about)
