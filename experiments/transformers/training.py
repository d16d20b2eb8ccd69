"""Train a transformer on questions and answers, and see what it answers."""

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from experiments.transformers.params import PARAMS, Recipe, Transformers, Unit
from experiments.transformers.summary import Checkpoint, Result, Score
from experiments.transformers.tokens import ANSWER, END, PADDING, Vocabulary
from experiments.transformers.transformer import Transformer
from stages.common.errors import StageError
from tinydatasets.types import Pair

# Tokens, if a model never ends its answer.
LONGEST_ANSWER = 100


class Trained(NamedTuple):
    """A trained model, its vocabulary, and how it came to be what it is."""

    model: Transformer
    vocabulary: Vocabulary
    checkpoints: list[Checkpoint]


def train(
    splits: Mapping[str, Sequence[Pair]], recipe: Recipe, *, unit: str, seed: int, checkpoints: int
) -> Trained:
    """Train a model on the split ``"train"``, and score it on all, at equal distances.

    The vocabulary is that of all splits. The same seed gives the same model on one machine; the
    last bits of others differ, and training makes them grow. Raise a StageError if it diverges.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    vocabulary = Vocabulary([pair for split in splits.values() for pair in split], unit)
    model = Transformer(len(vocabulary), recipe)
    # No decay of what only shifts and scales.
    groups: list[dict[str, Any]] = [
        {"params": [p for p in model.parameters() if p.ndim > 1]},
        {"params": [p for p in model.parameters() if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, recipe.steps, pct_start=0.05, cycle_momentum=False
    )
    encoded = [torch.tensor(vocabulary.encode(pair)) for pair in splits["train"]]
    scored: list[Checkpoint] = []
    order: list[int] = []
    seconds = 0.0
    for step in range(1, recipe.steps + 1):
        start = time.process_time()
        while len(order) < recipe.batch_size:
            order += torch.randperm(len(encoded)).tolist()
        rows, order = order[: recipe.batch_size], order[recipe.batch_size :]
        x = pad_sequence([encoded[row] for row in rows], batch_first=True, padding_value=PADDING)
        in_answer = _in_answer(x)
        loss = (_predict(model.train(), x)[1] * in_answer).sum() / in_answer.sum()
        if not loss.isfinite():
            raise StageError(
                f"{PARAMS}: recipes.{unit}.learning_rate: {recipe.learning_rate}: training with "
                f"seed {seed} diverges (the loss is {loss.item()} at step {step}); take a smaller "
                "one"
            )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        seconds += time.process_time() - start
        if step * checkpoints // recipe.steps > len(scored):
            scores = {name: score(model, vocabulary, split) for name, split in splits.items()}
            scored.append(Checkpoint(step, seconds, scores))
    return Trained(model.eval(), vocabulary, scored)


@torch.no_grad()
def score(model: Transformer, vocabulary: Vocabulary, pairs: Sequence[Pair]) -> Score:
    """Score a model on some pairs; there may be none."""
    if not pairs:
        return Score([], [])
    encoded = [torch.tensor(vocabulary.encode(pair)) for pair in pairs]
    x = pad_sequence(encoded, batch_first=True, padding_value=PADDING)
    in_answer = _in_answer(x)
    logits, nats = _predict(model.eval(), x)
    right = ((logits.argmax(dim=-1) == x[:, 1:]) | ~in_answer).all(dim=1)
    bits = (nats * in_answer).sum(dim=1, dtype=torch.float64) / math.log(2)
    return Score(right.tolist(), bits.tolist())


@torch.no_grad()
def answer(trained: Trained, question: str) -> str:
    """Answer a question of known tokens, always with the most likely token, up to 100 of them."""
    x = trained.vocabulary.question(question)
    start = len(x)
    while x[-1] != END and len(x) < start + LONGEST_ANSWER:
        x.append(int(trained.model(torch.tensor([x]))[0, -1].argmax()))
    return trained.vocabulary.decode(x[start:])


def run(
    item: tuple[Unit, int], splits: Mapping[str, Sequence[Pair]], params: Transformers
) -> Result:
    """Do the training of a unit and a seed, and keep what `summarize` needs."""
    unit, seed = item
    recipe, checkpoints = params.recipes[unit], params.checkpoints
    trained = train(splits, recipe, unit=unit, seed=seed, checkpoints=checkpoints)
    scores = trained.checkpoints[-1].scores
    answers = {
        # What is right is right token by token, also where decoding puts a space elsewhere.
        pair.id: pair.answer if is_right else answer(trained, pair.question)
        for name, pairs in splits.items()
        if name != "train"
        for pair, is_right in zip(pairs, scores[name].right, strict=True)
    }
    parameters = sum(p.numel() for p in trained.model.parameters())
    return Result(parameters, len(trained.vocabulary), trained.checkpoints, answers)


def _predict(model: Transformer, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the logits of every token but the first, and its cross-entropy in nats."""
    logits = model(x[:, :-1])
    nats = nn.functional.cross_entropy(logits.transpose(1, 2), x[:, 1:], reduction="none")
    return logits, nats


def _in_answer(x: torch.Tensor) -> torch.Tensor:
    """Return which of the tokens after the first are an answer's; the others are not learned."""
    return ((x[:, :-1] == ANSWER).cumsum(dim=1) > 0) & (x[:, 1:] != PADDING)
