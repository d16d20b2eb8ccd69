"""The model and its training, the stage, and the command that shows one training."""

import json
import math
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

import tinydatasets
from experiments.transformers import __main__ as stage
from experiments.transformers import contexts, learn, training
from experiments.transformers.params import (
    PARAMS,
    Contexts,
    Recipe,
    Transformers,
    read_transformers,
)
from experiments.transformers.summary import Score
from experiments.transformers.training import Trained, answer, run, score, train
from experiments.transformers.transformer import Transformer
from stages.common import command
from stages.common.errors import StageError
from stages.common.files import sha256
from stages.common.levels import rows_by_level
from tests.conftest import ROOT
from tinydatasets import Pair
from tinydatasets.texts import to_json_lines

WORDS = ["red", "blue", "green", "white", "black"]
PAIRS = [Pair(f"1-{n:02}", 1, f"Is it {word}?", f"It is {word}.") for n, word in enumerate(WORDS)]
SPLITS = {"train": PAIRS[:4], "val": [], "test": PAIRS[4:]}
TALKS = tinydatasets.load_text("tinytalks")
RECIPE = Recipe(
    width=32,
    layers=2,
    heads=4,
    dropout=0.0,
    batch_size=2,
    learning_rate=0.01,
    weight_decay=0.0,
    steps=100,
)


def train_small(seed: int = 0, unit: str = "words", **changes: Any) -> Trained:
    return train(SPLITS, replace(RECIPE, **changes), unit=unit, seed=seed, checkpoints=4)


def params(recipe: Recipe) -> Transformers:
    recipes: Any = {"words": recipe, "characters": recipe}
    few = Contexts(
        names=["Ann", "Bob", "Eve"],
        verbs=["runs", "sings", "reads"],
        fillers=[2, 3],
        counts=[1, 15],
        held_out=1,
        seeds=2,
    )
    return Transformers(texts=["few"], seeds=2, checkpoints=2, recipes=recipes, contexts=few)


def test_a_token_is_predicted_from_those_before_it_alone_and_in_their_order() -> None:
    torch.manual_seed(0)
    model = Transformer(50, replace(RECIPE, dropout=0.5)).eval()
    x = torch.randint(1, 50, (3, 12))
    changed, swapped = x.clone(), x.clone()
    changed[:, 8] = changed[:, 8] % 49 + 1
    swapped[:, :2] = torch.tensor([[5, 6]])
    padding = torch.zeros(3, 5, dtype=torch.long)
    with torch.no_grad():
        logits = model(x)
        assert torch.equal(logits[:, :8], model(changed)[:, :8])
        assert not torch.isclose(logits[:, 8:], model(changed)[:, 8:]).all(dim=2).any()
        torch.testing.assert_close(model(torch.cat([x, padding], dim=1))[:, :12], logits)
        assert not torch.allclose(model(swapped), model(swapped[:, [1, 0, *range(2, 12)]]))


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_what_is_learned_is_said_and_bits_are_those_of_each_token(unit: str) -> None:
    early = train_small(unit=unit, learning_rate=0.0001)
    late = train_small(unit=unit, steps=400, learning_rate=0.005)
    for trained in (early, late):
        said = [answer(trained, pair.question) == pair.answer for pair in PAIRS]
        assert score(trained.model, trained.vocabulary, PAIRS).right == said
    assert not all(early.checkpoints[-1].scores["train"].right)
    assert late.checkpoints[-1].scores["train"].right == [True] * 4
    x = late.vocabulary.encode(PAIRS[4])
    bits = 0.0
    for end in range(len(late.vocabulary.question(PAIRS[4].question)), len(x)):
        with torch.no_grad():
            probabilities = late.model(torch.tensor([x[:end]]))[0, -1].softmax(dim=-1)
        bits -= math.log2(probabilities[x[end]])
    assert late.checkpoints[-1].scores["test"].bits == [pytest.approx(bits, rel=1e-4)]


def test_a_seed_says_it_all_and_scores_come_at_equal_distances() -> None:
    first, again, other = (train_small(seed).checkpoints for seed in (3, 3, 4))
    assert [c.scores for c in first] == [c.scores for c in again]
    assert [c.scores for c in first] != [c.scores for c in other]
    assert [checkpoint.steps for checkpoint in first] == [25, 50, 75, 100]


def test_only_answers_are_learned() -> None:
    trained = train_small()
    x = torch.tensor([trained.vocabulary.question(PAIRS[0].question)])
    with torch.no_grad():
        logits = trained.model(x[:, :-1])
    assert torch.nn.functional.cross_entropy(logits[0], x[0, 1:]) > 1.5


def test_a_training_that_diverges_stops_with_one_message() -> None:
    with pytest.raises(StageError) as caught:
        run(("words", 7), SPLITS, params(replace(RECIPE, learning_rate=1e30)))
    said = f"{PARAMS}: recipes.words.learning_rate: 1e+30: training with seed 7 diverges (the loss"
    assert str(caught.value).startswith(said)


def test_what_is_right_is_not_listed_as_wrong() -> None:
    """Decoding words puts spaces elsewhere, here within the number."""
    pairs = [pair._replace(answer=f"It is 1.{n}.") for n, pair in enumerate(PAIRS)]
    result = run(("words", 0), {"train": pairs, "test": pairs}, params(RECIPE))
    assert result.answers == {pair.id: pair.answer for pair in pairs}


# --- The stage and the command ------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with small recipes and a few pairs."""
    monkeypatch.chdir(tmp_path)
    for path in (stage.RESULTS, Path("datasets/few")):
        path.mkdir(parents=True)
    PARAMS.write_text(yaml.safe_dump(asdict(params(RECIPE)), sort_keys=False))
    for split, pairs in SPLITS.items():
        Path(f"datasets/few/{split}.jsonl").write_text(to_json_lines(pairs))


@pytest.mark.usefixtures("folder")
def test_figures_are_the_same_with_one_worker_and_with_two(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for workers in ("1", "2"):
        monkeypatch.setenv("TINYDATASETS_WORKERS", workers)
        stage.main(text="few")
        figures = json.loads((stage.RESULTS / "few.json").read_bytes())
        written.append(figures)
        for unit in ("words", "characters"):
            assert [row.pop("seconds") > 0 for row in figures[unit]["time"]] == [True] * 6
    assert written[0] == written[1]
    assert list(figures) == ["pairs_sha256", "words", "characters"]
    assert figures["words"]["trainings"] == 2
    assert [row["steps"] for row in figures["words"]["time"]] == [50] * 3 + [100] * 3
    pairs = "".join(to_json_lines(pairs) for pairs in SPLITS.values())
    assert figures["pairs_sha256"] == sha256(pairs.encode())


@pytest.mark.usefixtures("folder")
def test_each_number_of_contexts_has_its_figures() -> None:
    contexts.main()
    figures = json.loads(contexts.OUT.read_bytes())
    points = figures.pop("points")
    assert figures == {"held_out": 1, "seeds": 2}
    # Two names and two verbs have two contexts.
    assert [[*point.values()][:2] for point in points] == [[2, 1], [3, 1], [3, 15]]
    assert all(0 <= point["worst"] <= point["exact"] <= 1 for point in points)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("main", "arguments", "message"),
    [
        (stage.main, ["--text", "few"], "datasets/few/test.jsonl: not questions and answers"),
        (learn.main, ["tinytalk", "--unit", "words"], "no dataset 'tinytalk' in "),
        (learn.main, ["tinytalks", "--unit", "word"], f"{PARAMS} has no recipe for 'word'; it has"),
    ],
)
def test_what_is_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, main: Any, arguments: list[str], message: str
) -> None:
    Path("datasets/few/test.jsonl").write_text("{}\n")
    monkeypatch.setattr(sys, "argv", ["command", *arguments])
    with pytest.raises(SystemExit) as caught:
        command.run(main, ValueError)
    assert str(caught.value).startswith(message)


@pytest.mark.usefixtures("folder")
def test_learn_shows_each_level_and_each_miss(capsys: Any, monkeypatch: Any) -> None:
    learn.main("tinytalks", unit="words")
    head, table, _, *shown, _ = capsys.readouterr().out.split("\n\n")
    assert f"100 steps on {len(TALKS.train)} pairs, by words" in head
    rows = {line[:10].strip(): re.split(" {2,}", line[10:].strip()) for line in table.splitlines()}
    assert rows.pop("level") == ["train", "val", "test", "held out"]
    assert list(rows) == list(rows_by_level([pair for pairs in TALKS for pair in pairs]))
    pairs = {pair.id: pair for pair in (*TALKS.val, *TALKS.test)}
    missed = 0
    for each in shown:
        _, identifier, _, rest = each.split(maxsplit=3)
        question, expected, said = (line.strip() for line in rest.splitlines())
        assert question == pairs[identifier].question
        assert expected == f"A: {pairs[identifier].answer}"
        missed += said[6:] != expected[3:]
    assert rows["all"][3] == f"{len(pairs) - missed} of {len(pairs)}"
    # Without a miss, nothing is said of misses.
    monkeypatch.setattr(training, "score", lambda *given: Score([True] * len(given[2]), []))
    learn.main("tinytalks", unit="words")
    printed = capsys.readouterr().out
    assert "miss" not in printed
    assert re.findall(r"(?:val|test) (\d)-", printed) == [*"12345"]


def test_one_training_comes_near_the_figures_that_are_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last digits depend on the processor, and training makes them grow."""
    monkeypatch.chdir(ROOT)
    released = json.loads((stage.RESULTS / "tinytalks.json").read_bytes())["words"]["levels"]
    published = {row["split"]: row["exact"] for row in released if row["level"] == "all"}
    recipe = read_transformers().recipes["words"]
    (last,) = train(TALKS._asdict(), recipe, unit="words", seed=0, checkpoints=1).checkpoints
    for split, its_score in last.scores.items():
        exact = sum(its_score.right) / len(its_score.right)
        assert abs(exact - published[split]) < (0.05 if split == "train" else 0.2)
