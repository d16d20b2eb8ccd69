"""TinyTalks: what it promises about its structure, its truth, its splits and its figures."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml

from stages.texts.combinations import split_combinations
from stages.texts.templates import read_templates
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = ROOT / "datasets" / "tinytalks"
SPLITS = {"train": 42, "val": 9, "test": 9}
TOPICS = yaml.safe_load((FOLDER / "templates.yaml").read_text("ascii"))["topics"]
METRICS: dict[str, Any] = json.loads((ROOT / "metrics/tinytalks.json").read_text("ascii"))


def released(split: str) -> list[tuple[str, str]]:
    """Take questions and answers from the plain text as a student would."""
    text = (FOLDER / f"{split}.txt").read_bytes().decode("ascii")
    assert re.fullmatch(r"(Q: .+\nA: .+\n\n)+", text)
    return re.findall(r"Q: (.+)\nA: (.+)\n\n", text)


def objects(split: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{split}.jsonl").read_text("ascii").splitlines()
    return [json.loads(line) for line in lines]


PAIRS = [pair for split in SPLITS for pair in objects(split)]


def words(*texts: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", " ".join(texts).lower()))


# --- What the author wrote ----------------------------------------------------------------------


def expanded() -> Iterator[tuple[int, str, str, str, str]]:
    """Fill the templates by plain replacement: level, question, answer, fillers, template."""
    for topic in TOPICS:
        for line, fillers in enumerate(topic["fillers"]):
            for number, template in enumerate(topic["templates"]):
                texts = []
                for text in (template["question"], template["answer"]):
                    filled = text
                    for slot, filler in zip(topic["slots"], fillers, strict=True):
                        filled = filled.replace(f"<{slot}>", str(filler))
                    texts.append(filled.strip()[0].upper() + filled.strip()[1:])
                name = topic["name"]
                yield topic["level"], *texts, f"{name} {line}", f"{name} {number}"


SOURCE = list(expanded())


def test_templates_and_fillers_expand_to_exactly_what_is_released() -> None:
    by_level = Counter[int]()
    rows = {}
    for level, question, answer, *_ in SOURCE:
        by_level[level] += 1
        rows[f"{level}-{by_level[level]:02}"] = (level, question, answer)
    assert by_level == dict.fromkeys(range(1, 6), 60)
    assert rows == {p["id"]: (p["level"], p["question"], p["answer"]) for p in PAIRS}
    assert len(PAIRS) == 300


def test_both_formats_say_the_same_in_the_order_of_the_source() -> None:
    for split, per_level in SPLITS.items():
        pairs = objects(split)
        assert [list(pair) for pair in pairs] == [["id", "level", "question", "answer"]] * len(
            pairs
        )
        assert [(pair["question"], pair["answer"]) for pair in pairs] == released(split)
        assert [pair["id"] for pair in pairs] == sorted(pair["id"] for pair in pairs)
        levels = Counter(pair["level"] for pair in pairs)
        assert levels == dict.fromkeys(range(1, 6), per_level)


def test_questions_and_answers_are_short() -> None:
    assert max(len(pair["question"]) for pair in PAIRS) <= 60
    assert max(len(pair["answer"]) for pair in PAIRS) <= 80


# --- What can be learned ------------------------------------------------------------------------


def test_no_question_stands_in_two_places() -> None:
    asked = Counter(" ".join(re.findall(r"\w+", pair["question"].lower())) for pair in PAIRS)
    assert set(asked.values()) == {1}


def test_each_word_that_is_held_out_is_in_three_training_pairs() -> None:
    train = Counter(word for pair in released("train") for word in words(*pair))
    rarest = min(train[w] for split in ("val", "test") for p in released(split) for w in words(*p))
    assert rarest >= 3


def test_half_of_the_pairs_of_all_fillers_and_templates_are_for_training() -> None:
    made_of = {question: parts for _, question, _, *parts in SOURCE}
    for part in (0, 1):
        of_all = Counter(parts[part] for parts in made_of.values())
        of_train = Counter(made_of[question][part] for question, _ in released("train"))
        for name, count in of_all.items():
            # A scene of level 5 is asked about once: its words are met in other scenes.
            assert count == 1 or 2 * of_train[name] >= count


def test_held_out_sums_and_products_are_swapped_in_train() -> None:
    train = {question for question, _ in released("train")}
    for split in ("val", "test"):
        swapped = [
            re.sub(r"(\d+) (plus|times) (\d+)", r"\3 \2 \1", question)
            for question, _ in released(split)
            if "plus" in question or "times" in question
        ]
        assert len(swapped) >= 3
        assert set(swapped) <= train


def test_yes_and_no_are_as_frequent_in_each_level() -> None:
    for level in range(1, 6):
        said = Counter(
            word
            for pair in PAIRS
            if pair["level"] == level
            for word in re.findall(r"\b(Yes|No),", pair["answer"])
        )
        assert said["Yes"] == said["No"]
    assert sum(", " in pair["answer"] for pair in PAIRS) > 80


def test_i_and_you_always_mean_the_same() -> None:
    """Tiny says I of itself; who asks says you to Tiny, and me of themselves."""
    for pair in PAIRS:
        question, answer = words(pair["question"]), words(pair["answer"])
        assert not question & {"i", "my", "we", "us", "our"}
        assert not answer & {"me", "my", "your", "we", "us", "our"}
        if pair["level"] > 1:
            assert not question & {"you", "your"}
            assert not answer & {"i", "you"}
        elif "you" in answer:
            assert pair["answer"].endswith("I am well, thank you.")


# --- What is true -------------------------------------------------------------------------------

LEGS = {"a cat": "four", "a horse": "four", "a hen": "two", "a bee": "six"}
KINDS = {"a cat": "a mammal", "a hen": "a bird", "a bee": "an insect"}
COLOURS = {"snow": "white", "soot": "black", "an emerald": "green"}
USES = {"a spoon": "eat", "a pen": "write", "a needle": "sew", "a broom": "sweep"}
SIZES = ["a mouse", "a cat", "a horse", "an elephant"]
WEIGHTS = ["the moon", "the earth", "the sun"]
FACTS = {
    *(f"{animal} has {legs} legs" for animal, legs in LEGS.items()),
    *(f"{animal} is {kind}" for animal, kind in KINDS.items()),
    *(f"{thing} is {colour}" for thing, colour in COLOURS.items()),
    *(f"people {use} with {tool}" for tool, use in USES.items()),
    *(f"{more} is bigger than {less}" for i, less in enumerate(SIZES) for more in SIZES[i + 1 :]),
    *(
        f"{more} is heavier than {less}"
        for i, less in enumerate(WEIGHTS)
        for more in WEIGHTS[i + 1 :]
    ),
}
# What a question claims: its words in the order of a statement.
CLAIMS = [
    (r"Is it true that (.+)\?", r"\1"),
    (r"Does (.+) have (\w+) legs\?", r"\1 has \2 legs"),
    (r"Do people (\w+) with (.+)\?", r"people \1 with \2"),
    (r"Is (.+) (bigger|heavier) than (.+)\?", r"\1 is \2 than \3"),
    (r"Is ((?:an? )?\w+) ((?:an? )?\w+)\?", r"\1 is \2"),
]
# What a question without yes or no is about, as it stands in the answer.
ASKED = [
    r"How many legs does (.+) have\?",
    r"Tell me how many legs (.+) has\.",
    r"What kind of animal is (.+)\?",
    r"Tell me what kind of animal (.+) is\.",
    r"What colour is (.+)\?",
    r"Tell me what colour (.+) is\.",
    r"What is (.+) for\?",
    r"What do people do with (.+)\?",
    r"Which is (bigger), (.+) or (.+)\?",
    r"Which is (heavier), (.+) or (.+)\?",
]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param(pair["question"], pair["answer"], id=pair["id"])
        for pair in PAIRS
        if pair["level"] in {2, 4}
    ],
)
def test_facts_are_true_and_told_the_same_way_wherever_they_stand(
    question: str, answer: str
) -> None:
    said, _, rest = answer.rpartition("Yes, " if answer[0] == "Y" else "No, ")
    fact = (rest if _ else answer[0].lower() + answer[1:]).removesuffix(".")
    assert fact in FACTS
    if _:
        claim = next(
            re.sub(pattern, order, question)
            for pattern, order in CLAIMS
            if re.fullmatch(pattern, question)
        )
        assert (claim in FACTS) == (answer[0] == "Y")
        assert (claim == fact) == (answer[0] == "Y")
        # What is denied is about the same thing.
        assert len(set(claim.split()) & set(fact.split())) >= 2
    else:
        (about,) = filter(None, (re.fullmatch(pattern, question) for pattern in ASKED))
        assert all(part in fact for part in about.groups())
    assert said == ""


SIGNS: dict[str, Callable[[int, int], int]] = {
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "times": lambda a, b: a * b,
}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param(pair["question"], pair["answer"], id=pair["id"])
        for pair in PAIRS
        if pair["level"] == 3
    ],
)
def test_arithmetic_is_true(question: str, answer: str) -> None:
    found = re.fullmatch(r"(?:What is|How much is) (\d+) (\w+) (\d+)\?", question)
    assert found
    a, sign, b = int(found[1]), found[2], int(found[3])
    assert answer == f"{a} {sign} {b} is {SIGNS[sign](a, b)}."


def test_the_context_has_the_answer_and_something_else() -> None:
    context = [pair for pair in PAIRS if pair["level"] == 5]
    assert len({pair["answer"] for pair in context}) == 60
    told = Counter[tuple[int, int]]()
    for pair in context:
        *sentences, question = re.split(r"(?<=\.) ", pair["question"])
        asked = re.fullmatch(r"(?:What does (\w+) like|Where is (\w+))\?", question)
        assert asked
        name = asked[1] or asked[2]
        (right,) = [sentence for sentence in sentences if sentence.startswith(f"{name} ")]
        assert pair["answer"] == right
        assert ("likes" in right) == question.startswith("What does")
        (*distracting,) = [sentence for sentence in sentences if sentence != right]
        told[len(sentences), sentences.index(right)] += 1
        # Each is the answer to another question.
        assert set(distracting) <= {other["answer"] for other in context}
    assert told == {(1, 0): 20, (2, 0): 20, (2, 1): 20}


GREETINGS = {"Hello!": "Hello!", "Hi, Tiny!": "Hi!", "Good morning!": "Good morning!"}
GREETINGS |= {"Good evening!": "Good evening!", "": ""}
TINY = {
    "Who are you?": "I am Tiny.",
    "What is your name?": "I am Tiny.",
    "What are you?": "I am a program.",
    "Are you a program?": "Yes, I am a program.",
    "Are you a person?": "No, I am a program.",
    "Where do you live?": "I live in a computer.",
    "Do you live in a computer?": "Yes, I live in a computer.",
    "Do you live in a house?": "No, I live in a computer.",
    "How are you?": "I am well, thank you.",
    "How are you today?": "I am well, thank you.",
    "What can you do?": "I can answer short questions.",
    "How can you help?": "I can answer short questions.",
}


def test_tiny_greets_as_it_is_greeted_and_says_who_it_is() -> None:
    said = {(pair["question"], pair["answer"]) for pair in PAIRS if pair["level"] == 1}
    assert said == {
        (f"{greeting} {question}".strip(), f"{reply} {answer}".strip())
        for greeting, reply in GREETINGS.items()
        for question, answer in TINY.items()
    }


# --- The splits ---------------------------------------------------------------------------------


def draw(seed: int) -> dict[str, list[str]]:
    """Draw ids as the page says it in words."""
    generator = np.random.RandomState(seed)
    shuffled = {}
    for level in range(1, 6):
        rows = np.arange(60 * level - 60, 60 * level)
        generator.shuffle(rows)
        shuffled[level] = rows.tolist()
    remaining = Counter(word for row in SOURCE for word in words(row[1], row[2]))
    ids: dict[str, list[str]] = {split: [] for split in SPLITS}
    for level, rows in shuffled.items():
        held_out: list[int] = []
        for row in rows:
            _, question, answer, fillers, template = SOURCE[row]
            enough = all(remaining[word] >= 4 for word in words(question, answer))
            for part, name in ((3, fillers), (4, template)):
                total = sum(other[part] == name for other in SOURCE)
                out = sum(SOURCE[other][part] == name for other in held_out)
                enough = enough and (out + 1 <= total / 2 or (part == 3 and total == 1))
            if enough and len(held_out) < 18:
                held_out.append(row)
                remaining.subtract(words(question, answer))
        names = {row: f"{level}-{row - 60 * level + 61:02}" for row in rows}
        ids["train"] += [names[row] for row in rows if row not in held_out]
        generator.shuffle(held_out)
        ids["val"] += [names[row] for row in held_out[:9]]
        ids["test"] += [names[row] for row in held_out[9:]]
    return {split: sorted(drawn) for split, drawn in ids.items()}


def test_splits_are_the_draw_that_the_page_tells() -> None:
    for split, ids in draw(42).items():
        assert [pair["id"] for pair in objects(split)] == ids


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_any_seed_splits_by_combination(seed: int) -> None:
    table = read_templates(FOLDER / "templates.yaml")
    counts = {split: dict.fromkeys(range(1, 6), count) for split, count in SPLITS.items()}
    found = split_combinations(table, counts, seed)
    assert found.pop("unused") == []
    assert {split: [pair.id for pair in pairs] for split, pairs in found.items()} == draw(seed)


# --- The baselines ------------------------------------------------------------------------------


def witten_bell(train: str, text: str, order: int) -> float:
    """Compute bits per character by the formula, from add-one counts of single characters on."""
    after: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for size in range(order):
        for end in range(size, len(train)):
            after[train[end - size : end]][train[end]] += 1
    after[""].update(["\n", *(chr(code) for code in range(32, 127))])

    def probability(character: str, before: str) -> float:
        counts = after[before] if before in after else Counter()
        if not before:
            return counts[character] / counts.total()
        shorter = probability(character, before[1:])
        if not counts:
            return shorter
        types = len(counts)
        return (counts[character] + types * shorter) / (counts.total() + types)

    bits = [
        -math.log2(probability(character, text[max(0, end - order + 1) : end]))
        for end, character in enumerate(text)
    ]
    return sum(bits) / len(bits)


@pytest.mark.parametrize("split", ["val", "test"])
def test_bits_per_character_are_those_of_the_formula(split: str) -> None:
    train = (FOLDER / "train.txt").read_text("ascii")
    text = (FOLDER / f"{split}.txt").read_text("ascii")
    uniform, *orders = METRICS["characters"]
    assert [uniform["model"], *(row["model"] for row in orders)] == [
        "uniform",
        *(f"order {order}" for order in range(1, 11)),
    ]
    assert uniform[split] == round(math.log2(len(set(train))), 6)
    for order, row in enumerate(orders, 1):
        assert row[split] == pytest.approx(witten_bell(train, text, order), abs=1e-6)


def ranked_first(split: str) -> float:
    """Compute the retrieval by hand: cosine of term counts times ln((1 + n) / (1 + df)) + 1."""
    documents = [re.findall(r"\w+", text.lower()) for pair in released("train") for text in pair]
    found_in = Counter(word for document in documents for word in set(document))

    def vector(text: str) -> dict[str, float]:
        counts = Counter(word for word in re.findall(r"\w+", text.lower()) if word in found_in)
        weights = {
            word: count * (math.log((1 + len(documents)) / (1 + found_in[word])) + 1)
            for word, count in counts.items()
        }
        return {word: weight / math.hypot(*weights.values()) for word, weight in weights.items()}

    pairs = released(split)
    answers = [vector(answer) for _, answer in pairs]
    correct = 0
    for question, own in pairs:
        asked = vector(question)
        scores = {
            text: round(sum(weight * answer.get(word, 0) for word, weight in asked.items()), 9)
            for (_, text), answer in zip(pairs, answers, strict=True)
        }
        correct += all(scores[own] > score for text, score in scores.items() if text != own)
    return correct / len(pairs)


def test_the_retrieval_is_that_of_the_formula() -> None:
    chance, found = METRICS["retrieval"]
    # Among the 45, one answer of val and two of test stand twice.
    assert chance == {"ranking": "chance", "val": 0.02321, "test": 0.024198}
    for split in ("val", "test"):
        assert found[split] == round(ranked_first(split), 6)


def test_there_is_a_clear_signal_to_learn() -> None:
    best = min(METRICS["characters"][1:], key=lambda row: row["val"])
    assert METRICS["bits"] == best["test"] < METRICS["characters"][0]["test"] / 2
    assert METRICS["answered"] == METRICS["retrieval"][1]["test"] > 0.5


# --- What transformers learn --------------------------------------------------------------------

NEURAL: dict[str, Any] = json.loads(
    (ROOT / "experiments/transformers/tinytalks.json").read_text("ascii")
)


@pytest.mark.parametrize(("unit", "goal"), [("words", 0.6), ("characters", 0.3)])
def test_a_small_transformer_learns_it_in_two_minutes(unit: str, goal: float) -> None:
    found = NEURAL[unit]
    assert found["trainings"] == 5
    assert found["parameters"] <= 150_000
    assert max(row["seconds"] for row in found["time"]) <= 120
    exact = {row["split"]: row["exact"] for row in found["levels"] if row["level"] == "all"}
    assert exact["train"] >= 0.95
    assert min(exact["val"], exact["test"]) >= goal
