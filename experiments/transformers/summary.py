"""What the trainings of a text sum up to: means over the seeds, and what was answered wrong."""

from __future__ import annotations

from collections import Counter
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tinydatasets.types import Pair

DECIMALS = 4


class Score(NamedTuple):
    """What a model makes of some pairs.

    Attributes
    ----------
    right : list of bool
        For each pair, whether its answer is the most likely one, token by token: what the model
        says if it always takes the most likely token.
    bits : list of float
        For each pair, -log2 of the probability of its answer and of its end.
    """

    right: list[bool]
    bits: list[float]


class Checkpoint(NamedTuple):
    """Where training is: steps, seconds of processor time for them, and the score of each split."""

    steps: int
    seconds: float
    scores: dict[str, Score]


class Result(NamedTuple):
    """What is left of a training when it ends.

    Attributes
    ----------
    parameters : int
        How many numbers the model has.
    tokens : int
        How many tokens it knows.
    checkpoints : list of Checkpoint
        Scores over training time.
    said : dict of str to str
        For each pair that is held out, by its id, what the model answers in the end.
    """

    parameters: int
    tokens: int
    checkpoints: list[Checkpoint]
    said: dict[str, str]


def summarize(splits: Mapping[str, Sequence[Pair]], results: Sequence[Result]) -> dict[str, Any]:
    """Sum up trainings that differ in the seed alone.

    Parameters
    ----------
    splits : mapping of str to sequence of Pair
        What was learned and scored; splits without pairs are passed over.
    results : sequence of Result
        Two or more.

    Returns
    -------
    dict
        ``"trainings"``, ``"parameters"``, ``"tokens"``; ``"levels"``, the figures in the end for
        each split and each level; ``"time"``, those of all levels at each checkpoint; and
        ``"wrong"``, the held-out pairs that a training answered wrongly, with what was said how
        often. A figure is a mean over the trainings, and ``_sd`` their standard deviation, with one
        less in the denominator. ``exact`` is the fraction of questions that are answered exactly;
        ``bits`` are bits per character of the answers, an end counting as a character.
    """
    first = results[0]
    scored = {name: pairs for name, pairs in splits.items() if pairs}
    last = [result.checkpoints[-1].scores for result in results]
    levels = sorted({pair.level for pairs in scored.values() for pair in pairs})
    held_out = [pair for name, pairs in scored.items() if name != "train" for pair in pairs]
    return {
        "trainings": len(results),
        "parameters": first.parameters,
        "tokens": first.tokens,
        "levels": [
            {
                "split": name,
                "level": level or "all",
                **_figures(pairs, [scores[name] for scores in last], level),
            }
            for name, pairs in scored.items()
            for level in (None, *levels)
            if level is None or any(pair.level == level for pair in pairs)
        ],
        "time": [
            {
                "steps": checkpoints[0].steps,
                "seconds": round(mean(one.seconds for one in checkpoints), 1),
                "split": name,
                **_figures(pairs, [one.scores[name] for one in checkpoints]),
            }
            for checkpoints in zip(*(result.checkpoints for result in results), strict=True)
            for name, pairs in scored.items()
        ],
        "wrong": [
            {"id": pair.id, "question": pair.question, "answer": pair.answer, "said": dict(wrong)}
            for pair in held_out
            if (wrong := _wrong(pair, results))
        ],
    }


def _wrong(pair: Pair, results: Iterable[Result]) -> list[tuple[str, int]]:
    said = Counter(result.said[pair.id] for result in results)
    del said[pair.answer]
    return sorted(said.items(), key=lambda one: (-one[1], one[0]))


def _figures(
    pairs: Sequence[Pair], scores: Sequence[Score], level: int | None = None
) -> dict[str, Any]:
    rows = [row for row, pair in enumerate(pairs) if level in {None, pair.level}]
    characters = sum(len(pairs[row].answer) + 1 for row in rows)
    exact = [mean(score.right[row] for row in rows) for score in scores]
    bits = [sum(score.bits[row] for row in rows) / characters for score in scores]
    return {
        "pairs": len(rows),
        "exact": round(mean(exact), DECIMALS),
        "exact_sd": round(stdev(exact), DECIMALS),
        "bits": round(mean(bits), DECIMALS),
        "bits_sd": round(stdev(bits), DECIMALS),
    }
