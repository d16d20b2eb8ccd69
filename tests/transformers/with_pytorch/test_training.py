"""Training: what is learned, and how it is scored."""

from __future__ import annotations

import math

import pytest
import torch

from experiments.transformers.params import Neural, Recipe
from experiments.transformers.training import Trained, answer, run, score, train
from stages.common.errors import StageError
from tinydatasets import Pair

WORDS = ["red", "blue", "green", "white", "black"]
PAIRS = [Pair(f"1-{n:02}", 1, f"Is it {word}?", f"It is {word}.") for n, word in enumerate(WORDS)]
SPLITS = {"train": PAIRS[:4], "val": [], "test": PAIRS[4:]}
RECIPE = Recipe(
    width=32,
    layers=2,
    heads=4,
    dropout=0.0,
    question_weight=0.0,
    batch_size=2,
    learning_rate=0.01,
    weight_decay=0.0,
    steps=100,
)


def learn(seed: int = 0, unit: str = "words", **changed: float) -> Trained:
    recipe = RECIPE.model_copy(update=changed)
    return train(SPLITS, recipe, unit=unit, seed=seed, checkpoints=4)


@pytest.fixture(scope="module", params=["words", "characters"])
def trained(request: pytest.FixtureRequest) -> Trained:
    return learn(unit=request.param, steps=400, learning_rate=0.005)


def test_what_is_trained_on_is_answered(trained: Trained) -> None:
    assert trained.checkpoints[-1].scores["train"].right == [True] * 4
    assert [answer(trained, pair.question) for pair in PAIRS[:4]] == [p.answer for p in PAIRS[:4]]


def test_what_counts_as_right_is_what_is_said(trained: Trained) -> None:
    early = learn(learning_rate=0.0001, unit=trained.vocabulary.unit)
    for model in (trained, early):
        said = [answer(model, pair.question) == pair.answer for pair in PAIRS]
        assert score(model.model, model.vocabulary, PAIRS).right == said
    assert not all(early.checkpoints[-1].scores["train"].right)


def test_bits_are_those_of_each_token_after_the_other(trained: Trained) -> None:
    pair = PAIRS[4]
    x = trained.vocabulary.encode(pair)
    start = len(trained.vocabulary.question(pair.question))
    bits = 0.0
    for end in range(start, len(x)):
        with torch.no_grad():
            probabilities = trained.model(torch.tensor([x[:end]]))[0, -1].softmax(dim=-1)
        bits -= math.log2(probabilities[x[end]])
    found = trained.checkpoints[-1].scores["test"].bits
    assert found == [pytest.approx(bits, rel=1e-4)]


def test_a_seed_says_it_all() -> None:
    first, again, other = learn(3), learn(3), learn(4)
    assert [c.scores for c in first.checkpoints] == [c.scores for c in again.checkpoints]
    assert [c.scores for c in first.checkpoints] != [c.scores for c in other.checkpoints]


def test_it_is_scored_at_equal_distances() -> None:
    checkpoints = learn().checkpoints
    assert [checkpoint.steps for checkpoint in checkpoints] == [25, 50, 75, 100]
    seconds = [checkpoint.seconds for checkpoint in checkpoints]
    assert seconds == sorted(seconds)
    assert seconds[0] > 0
    assert checkpoints[0].scores["val"].right == []


def test_a_training_that_diverges_stops_with_one_message() -> None:
    recipe = RECIPE.model_copy(update={"learning_rate": 1e30})
    params = Neural(texts=["mine"], seeds=2, checkpoints=1, recipes={"words": recipe})
    with pytest.raises(StageError) as caught:
        run(("words", 7), SPLITS, params)
    said = str(caught.value)
    assert said.startswith(
        "experiments/transformers/params.yaml: recipes.words.learning_rate: 1e+30: training with "
    )
    assert "seed 7 diverges (the loss is nan at step " in said
    assert said.endswith("; take a smaller one")


def test_what_is_right_is_not_listed_as_wrong() -> None:
    """Decoding words puts spaces elsewhere, here within the number."""
    pairs = [pair._replace(answer=f"It is 1.{n}.") for n, pair in enumerate(PAIRS)]
    splits = {"train": pairs, "test": pairs}
    params = Neural(texts=["mine"], seeds=2, checkpoints=1, recipes={"words": RECIPE})
    result = run(("words", 0), splits, params)
    assert result.checkpoints[-1].scores["test"].right == [True] * 5
    assert result.said == {pair.id: pair.answer for pair in pairs}


def test_questions_are_learned_only_if_they_count() -> None:
    def nats_of_a_question(trained: Trained) -> float:
        x = torch.tensor([trained.vocabulary.question(PAIRS[0].question)])
        with torch.no_grad():
            logits = trained.model(x[:, :-1])
        return float(torch.nn.functional.cross_entropy(logits[0], x[0, 1:]))

    assert nats_of_a_question(learn(question_weight=1.0)) < 1
    assert nats_of_a_question(learn(question_weight=0.0)) > 2
