"""What a course author does with texts: take some levels, and write another answer."""

import json

from tests.conftest import Repository

CHAIN = ("expand_text", "split_text", "serialize_text", "evaluate_text")
TEMPLATES = "datasets/tinytalks/templates.yaml"
EASY = {
    "source": TEMPLATES,
    "draw": "combination",
    "seed": 3,
    "train_per_level": {1: 30, 2: 38},
    "val_per_level": {1: 2, 2: 8},
    "test_per_level": [2, 8, 0, 0, 0],
}


def levels(repository: Repository, name: str, split: str) -> list[int]:
    text = repository.read(f"datasets/{name}/{split}.jsonl")
    return [json.loads(line)["level"] for line in text.splitlines()]


def test_two_levels_and_another_answer_are_built_alone(built: Repository) -> None:
    before = built.contents("datasets", "metrics")
    built.set_param("texts.tinytalks-easy", EASY)
    # The answer to a question that is always in train.
    built.replace(TEMPLATES, "I can answer short questions.", "I can answer questions.")
    names = ("tinytalks", "tinytalks-easy")
    assert built.repro() == {"check", *(f"{stage}@{name}" for stage in CHAIN for name in names)}
    assert levels(built, "tinytalks-easy", "train") == [1] * 30 + [2] * 38
    assert levels(built, "tinytalks-easy", "val") == [1] * 2 + [2] * 8
    assert levels(built, "tinytalks-easy", "test") == [1] * 2 + [2] * 8
    metrics = json.loads(built.read("metrics/tinytalks-easy.json"))
    rows = {row["level"]: row["pairs"] for row in metrics["baselines"]}
    assert {level: rows[level] for level in ("all", "1", "2")} == {"all": 20, "1": 4, "2": 16}
    after = built.contents("datasets", "metrics")
    assert {name for name in before if after[name] != before[name]} == {
        TEMPLATES,
        "datasets/tinytalks/SHA256SUMS",
        "datasets/tinytalks/train.jsonl",
        "datasets/tinytalks/train.txt",
        "metrics/tinytalks.json",
    }
