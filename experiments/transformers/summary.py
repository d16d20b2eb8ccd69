"""What the trainings of a text sum up to: means over the seeds, and what was answered wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import mean, stdev
from typing import Any, NamedTuple

from tqdm import tqdm

from stages.common.levels import HELD_OUT, rows_by_level
from stages.common.workers import each
from tinydatasets.types import Pair

DECIMALS = 6


def by_point(
    call: Callable[..., Any],
    points: Sequence[tuple[Any, ...]],
    seeds: int,
    *shared: Any,
    title: str,
) -> list[list[Any]]:
    """Return what a function returns for each point and seed, a list for each point."""
    todo = [(*point, seed) for point in points for seed in range(seeds)]
    calls = each(call, todo, *shared)
    done = list(tqdm(calls, title, len(todo), unit="training", disable=None))
    return [done[start : start + seeds] for start in range(0, len(todo), seeds)]


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
    held_out = [*splits["val"], *splits["test"]]
    scored = {name: pairs for name, pairs in {**splits, HELD_OUT: held_out}.items() if pairs}
    done = [[_with_held_out(c) for c in result.checkpoints] for result in results]
    levels = [
        {"split": name, "level": level, **_figures(pairs, rows, [c[-1].scores[name] for c in done])}
        for name, pairs in scored.items()
        for level, rows in rows_by_level(pairs).items()
    ]
    time = [
        {
            "steps": at[0].steps,
            "seconds": round(mean(checkpoint.seconds for checkpoint in at), 1),
            "split": name,
            **_figures(pairs, range(len(pairs)), [checkpoint.scores[name] for checkpoint in at]),
        }
        for at in zip(*done, strict=True)
        for name, pairs in scored.items()
    ]
    wrong = [
        {"id": pair.id, "question": pair.question, "answer": pair.answer, "said": answers}
        for pair in held_out
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


def spread(exact: Sequence[float]) -> dict[str, float]:
    """Return mean, standard deviation and minimum of what each seed answers exactly."""
    figures = {"exact": mean(exact), "exact_sd": stdev(exact), "worst": min(exact)}
    return {key: round(figure, DECIMALS) for key, figure in figures.items()}


def _with_held_out(checkpoint: Checkpoint) -> Checkpoint:
    val, test = checkpoint.scores["val"], checkpoint.scores["test"]
    held_out = Score(val.right + test.right, val.bits + test.bits)
    return checkpoint._replace(scores={**checkpoint.scores, HELD_OUT: held_out})


def _wrong(pair: Pair, results: Iterable[Result]) -> dict[str, int]:
    """Return what was said in place of the answer, and how often, the most frequent first."""
    answers = Counter(result.answers[pair.id] for result in results)
    del answers[pair.answer]
    return dict(sorted(answers.items(), key=lambda item: (-item[1], item[0])))


def _figures(pairs: Sequence[Pair], rows: Sequence[int], scores: Sequence[Score]) -> dict[str, Any]:
    """Return the figures of some rows of pairs, of which `scores` has one score a seed."""
    characters = sum(len(pairs[row].answer) + 1 for row in rows)  # an end counts as one
    bits = [sum(score.bits[row] for row in rows) / characters for score in scores]
    return {
        "pairs": len(rows),
        **spread([mean(score.right[row] for row in rows) for score in scores]),
        "bits": round(mean(bits), DECIMALS),
        "bits_sd": round(stdev(bits), DECIMALS),
    }
