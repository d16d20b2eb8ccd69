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
    """Whether each pair's answer is the most likely, token by token; -log2 of its probability."""

    right: list[bool]
    bits: list[float]


class Checkpoint(NamedTuple):
    """Where training is: steps, seconds of processor time for them, and the score of each split."""

    steps: int
    seconds: float
    scores: dict[str, Score]


class Result(NamedTuple):
    """What is left of a training: sizes, scores, and the last answer to each held-out pair."""

    parameters: int
    tokens: int
    checkpoints: list[Checkpoint]
    answers: dict[str, str]


def summarize(splits: Mapping[str, Sequence[Pair]], results: Sequence[Result]) -> dict[str, Any]:
    """Return means and standard deviations over the seeds; docs/transformers.md has the keys."""
    scored = {name: pairs for name, pairs in splits.items() if pairs}
    last = [result.checkpoints[-1].scores for result in results]
    levels = [
        {"split": name, "level": level or "all", **_figures(pairs, [s[name] for s in last], level)}
        for name, pairs in scored.items()
        for level in (None, *sorted({pair.level for pair in pairs}))
    ]
    time = [
        {
            "steps": checkpoints[0].steps,
            "seconds": round(mean(checkpoint.seconds for checkpoint in checkpoints), 1),
            "split": name,
            **_figures(pairs, [checkpoint.scores[name] for checkpoint in checkpoints]),
        }
        for checkpoints in zip(*(result.checkpoints for result in results), strict=True)
        for name, pairs in scored.items()
    ]
    wrong = [
        {"id": pair.id, "question": pair.question, "answer": pair.answer, "said": answers}
        for name, pairs in scored.items()
        if name != "train"
        for pair in pairs
        if (answers := _wrong(pair, results))
    ]
    return {
        "trainings": len(results),
        "parameters": results[0].parameters,
        "tokens": results[0].tokens,
        "levels": levels,
        "time": time,
        "wrong": wrong,
    }


def _wrong(pair: Pair, results: Iterable[Result]) -> dict[str, int]:
    """Return what was said in place of the answer, and how often, the most frequent first."""
    answers = Counter(result.answers[pair.id] for result in results)
    del answers[pair.answer]
    return dict(sorted(answers.items(), key=lambda item: (-item[1], item[0])))


def _figures(
    pairs: Sequence[Pair], scores: Sequence[Score], level: int | None = None
) -> dict[str, Any]:
    rows = [row for row, pair in enumerate(pairs) if level in {None, pair.level}]
    characters = sum(len(pairs[row].answer) + 1 for row in rows)  # an end counts as one
    exact = [mean(score.right[row] for row in rows) for score in scores]
    bits = [sum(score.bits[row] for row in rows) / characters for score in scores]
    return {
        "pairs": len(rows),
        "exact": round(mean(exact), DECIMALS),
        "exact_sd": round(stdev(exact), DECIMALS),
        "bits": round(mean(bits), DECIMALS),
        "bits_sd": round(stdev(bits), DECIMALS),
    }
