"""What there is to say of questions and answers: what was written, counted and measured."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from stages.evaluate.scores import wilson_interval
from stages.papers.facts import common

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stages.papers.about import About
    from tinydatasets.types import Pair

FILES = {
    "train.txt": "the training pairs as plain text: `Q: …`, newline, `A: …`, blank line",
    "val.txt": "the validation pairs, likewise",
    "test.txt": "the test pairs, likewise",
    "train.jsonl": "the training pairs as JSON Lines, with `id` and `level`",
    "val.jsonl": "the validation pairs, likewise",
    "test.jsonl": "the test pairs, likewise",
}


def text_facts(
    name: str,
    about: About,
    *,
    text: Mapping[str, Any],
    pairs: Mapping[str, Sequence[Pair]],
    metrics: Mapping[str, Any],
    transformers: Mapping[str, Any] | None,
    files: Mapping[str, tuple[int, str]],
) -> dict[str, Any]:
    """Gather what there is to say of questions and answers.

    Parameters
    ----------
    name : str
        The name of the text.
    about : About
        What its author wrote.
    text : mapping
        What stage `params` wrote of it.
    pairs : mapping of str to sequence of Pair
        The pairs of each split.
    metrics : mapping
        The figures of stage `evaluate_text`.
    transformers : mapping or None
        The figures of stage `train_transformer`, if it was run.
    files : mapping of str to (int, str)
        Bytes and sha256 of each released file.

    Returns
    -------
    dict
        Values that JSON has. Each of `levels` has its first pair as an example; `intervals` are the
        95% intervals of the retrieval.
    """
    everything = [pair for split in pairs.values() for pair in split]
    first = {pair.level: pair for pair in reversed(everything)}
    called = dict(enumerate(about.levels, 1))
    said = " ".join(f"{pair.question} {pair.answer}" for pair in everything)
    scores = next(row for row in metrics["retrieval"] if row["ranking"] == "tf-idf")
    return {
        **common(name, "text", about, files, FILES),
        "splits": {
            split: {
                "samples": len(of_split),
                "by_level": {
                    str(level): sum(p.level == level for p in of_split) for level in first
                },
            }
            for split, of_split in pairs.items()
        },
        "levels": [
            {
                "level": level,
                "name": called.get(level, ""),
                "question": first[level].question,
                "answer": first[level].answer,
            }
            for level in sorted(first)
        ],
        "longest": {
            part: max(len(getattr(pair, part)) for pair in everything)
            for part in ("question", "answer")
        },
        "words": len({word.strip(string.punctuation) for word in said.lower().split()} - {""}),
        "dataset": text,
        "metrics": metrics,
        "intervals": {
            split: wilson_interval(round(scores[split] * len(pairs[split])), len(pairs[split]))
            for split in scores
            if split != "ranking"
        },
        "transformers": transformers,
    }
