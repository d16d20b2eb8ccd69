"""Train a transformer on questions and answers, and see what it answers."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from experiments.transformers.params import NEURAL
from experiments.transformers.summary import Checkpoint, Result, Score
from experiments.transformers.tokens import Vocabulary
from experiments.transformers.transformer import Transformer
from stages.common.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from experiments.transformers.params import Neural, Recipe, Unit
    from tinydatasets.types import Pair

# Tokens, if a model never ends its answer.
LONGEST_ANSWER = 100


class Trained(NamedTuple):
    """A trained model, its vocabulary, and how it came to be what it is."""

    model: Transformer
    vocabulary: Vocabulary
    checkpoints: list[Checkpoint]


def train(
    splits: Mapping[str, Sequence[Pair]],
    recipe: Recipe,
    *,
    unit: str,
    seed: int,
    checkpoints: int,
) -> Trained:
    """Train a model on the split ``"train"``.

    The vocabulary is that of all splits: a token that train lacks is one that nothing is known of.

    Parameters
    ----------
    splits : mapping of str to sequence of Pair
        ``"train"``, and others to score.
    recipe : Recipe
        How.
    unit : {"words", "characters"}
        What a token is.
    seed : int
        What the weights, the order of pairs and the dropout start from.
    checkpoints : int
        How often to score, at equal distances, at last after the last step.

    Returns
    -------
    Trained

    Raises
    ------
    StageError
        If training diverges.

    Notes
    -----
    On one machine, the same call gives the same model. On another processor or with another
    version of PyTorch, the last bits of a product differ, and training makes them grow.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    pairs = [pair for split in splits.values() for pair in split]
    vocabulary = Vocabulary(pairs, unit)
    model = Transformer(
        len(vocabulary), recipe.width, recipe.layers, recipe.heads, recipe.dropout
    ).train()
    # No decay of what only shifts and scales.
    groups: list[dict[str, Any]] = [
        {"params": [p for p in model.parameters() if p.ndim > 1]},
        {"params": [p for p in model.parameters() if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(
        groups,
        weight_decay=recipe.weight_decay,
        betas=(0.9, 0.98),
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, recipe.steps, pct_start=0.05, cycle_momentum=False
    )
    encoded = [vocabulary.encode(pair) for pair in splits["train"]]
    questions = [len(vocabulary.question(pair.question)) for pair in splits["train"]]
    found: list[Checkpoint] = []
    order: list[int] = []
    seconds = 0.0
    for step in range(1, recipe.steps + 1):
        start = time.process_time()
        while len(order) < recipe.batch_size:
            order += torch.randperm(len(encoded)).tolist()
        rows, order = order[: recipe.batch_size], order[recipe.batch_size :]
        x = _pad([encoded[row] for row in rows])
        weights = _weights([questions[row] for row in rows], x, recipe.question_weight)
        _, nats = _predict(model, x)
        loss = (nats * weights).sum() / weights.sum()
        if not loss.isfinite():
            raise StageError(
                f"{NEURAL}: recipes.{unit}.learning_rate: {recipe.learning_rate}: training with "
                f"seed {seed} diverges (the loss is {loss.item()} at step {step}); take a smaller "
                "one"
            )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        seconds += time.process_time() - start
        if step * checkpoints // recipe.steps > len(found):
            scores = {name: score(model, vocabulary, split) for name, split in splits.items()}
            found.append(Checkpoint(step, seconds, scores))
    return Trained(model.eval(), vocabulary, found)


@torch.no_grad()
def score(model: Transformer, vocabulary: Vocabulary, pairs: Sequence[Pair]) -> Score:
    """Score a model, which goes on as it was, on some pairs; there may be none."""
    if not pairs:
        return Score([], [])
    was_training = model.training
    model.eval()
    x = _pad([vocabulary.encode(pair) for pair in pairs])
    of_answer = _weights([len(vocabulary.question(pair.question)) for pair in pairs], x, 0.0) > 0
    logits, nats = _predict(model, x)
    right = ((logits.argmax(dim=-1) == x[:, 1:]) | ~of_answer).all(dim=1)
    bits = (nats * of_answer).sum(dim=1, dtype=torch.float64) / math.log(2)
    model.train(was_training)
    return Score(right.tolist(), bits.tolist())


@torch.no_grad()
def answer(trained: Trained, question: str) -> str:
    """Answer a question, always with the most likely token.

    Parameters
    ----------
    trained : Trained
        What answers.
    question : str
        Of tokens that the vocabulary has.

    Returns
    -------
    str
        The answer, which ends after 100 tokens if the model does not end it.
    """
    x = trained.vocabulary.question(question)
    start = len(x)
    for _ in range(LONGEST_ANSWER):
        x.append(int(trained.model(torch.tensor([x]))[0, -1].argmax()))
        if trained.vocabulary.is_end(x[-1]):
            break
    return trained.vocabulary.decode(x[start:])


def _pad(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])


def _predict(model: Transformer, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the logits of every token but the first, and its cross-entropy in nats."""
    logits = model(x[:, :-1])
    nats = nn.functional.cross_entropy(logits.transpose(1, 2), x[:, 1:], reduction="none")
    return logits, nats


def _weights(questions: Sequence[int], x: torch.Tensor, of_question: float) -> torch.Tensor:
    """Give the weight of every token but the first: of a question, of an answer, of padding."""
    places = torch.arange(1, x.shape[1])
    in_question = places < torch.tensor(questions)[:, None]
    return torch.where(in_question, of_question, 1.0) * (x[:, 1:] > 0)


def run(which: tuple[Unit, int], splits: Mapping[str, Sequence[Pair]], params: Neural) -> Result:
    """Do one training, and keep what `summarize` needs.

    Parameters
    ----------
    which : tuple of (str, int)
        The unit and the seed.
    splits : mapping of str to sequence of Pair
        As for `train`.
    params : Neural
        The recipe of the unit, and how often to score.

    Returns
    -------
    Result
    """
    unit, seed = which
    trained = train(
        splits, params.recipes[unit], unit=unit, seed=seed, checkpoints=params.checkpoints
    )
    last = trained.checkpoints[-1].scores
    said = {
        # What is right is right token by token, also where decoding puts a space elsewhere.
        pair.id: pair.answer if is_right else answer(trained, pair.question)
        for name, pairs in splits.items()
        if name != "train"
        for pair, is_right in zip(pairs, last[name].right, strict=True)
    }
    parameters = sum(p.numel() for p in trained.model.parameters())
    return Result(parameters, len(trained.vocabulary), trained.checkpoints, said)
