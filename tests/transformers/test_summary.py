"""What several trainings sum up to."""

from __future__ import annotations

from experiments.transformers.summary import Checkpoint, Result, Score, summarize
from tinydatasets import Pair

TRAIN = [Pair("1-01", 1, "Who?", "Ann."), Pair("2-01", 2, "Where?", "Here.")]
TEST = [Pair("1-02", 1, "How?", "So."), Pair("2-02", 2, "When?", "Now.")]


def result(right: list[bool], bits: list[float], *said: str) -> Result:
    """Give a training that answers train rightly; the bits are those of test."""
    early = {"train": Score([False, False], [9.0, 9.0]), "test": Score([False] * 2, [9.0] * 2)}
    late = {"train": Score([True, True], [0.0, 0.0]), "test": Score(right, bits)}
    checkpoints = [Checkpoint(10, 1.0, early), Checkpoint(20, 3.25, late)]
    return Result(7, 5, checkpoints, {"1-02": said[0], "2-02": said[1]})


FOUND = summarize(
    {"train": TRAIN, "val": [], "test": TEST},
    [
        result([True, True], [4.0, 5.0], "So.", "Now."),
        result([True, False], [8.0, 10.0], "So.", "Never."),
        result([True, False], [0.0, 15.0], "So.", "Never."),
        result([True, False], [4.0, 10.0], "So.", "Later."),
    ],
)


def test_figures_are_means_and_standard_deviations_by_split_and_level() -> None:
    by_place = {(row["split"], row["level"]): row for row in FOUND["levels"]}
    # Answers have 3 and 4 characters and an end each: bits are divided by 4, 5 and 9.
    assert by_place["test", 1] == {
        "split": "test",
        "level": 1,
        "pairs": 1,
        "exact": 1.0,
        "exact_sd": 0.0,
        "bits": 1.0,  # of 1, 2, 0, 1
        "bits_sd": 0.8165,
    }
    assert by_place["test", 2]["exact"] == 0.25
    assert by_place["test", 2]["exact_sd"] == 0.5
    assert by_place["test", 2]["bits"] == 2.0
    assert by_place["test", "all"]["exact"] == 0.625
    assert by_place["test", "all"]["bits"] == 1.5556  # of 9, 18, 15, 14 by 9
    assert by_place["train", "all"]["exact"] == 1.0
    assert list(by_place) == [(split, a) for split in ("train", "test") for a in ("all", 1, 2)]


def test_time_has_each_checkpoint() -> None:
    assert [
        (row["steps"], row["seconds"], row["split"], row["exact"]) for row in FOUND["time"]
    ] == [
        (10, 1.0, "train", 0.0),
        (10, 1.0, "test", 0.0),
        (20, 3.2, "train", 1.0),
        (20, 3.2, "test", 0.625),
    ]


def test_wrong_answers_are_counted() -> None:
    assert FOUND["wrong"] == [
        {
            "id": "2-02",
            "question": "When?",
            "answer": "Now.",
            "said": {"Never.": 2, "Later.": 1},
        }
    ]
    assert (FOUND["trainings"], FOUND["parameters"], FOUND["tokens"]) == (4, 7, 5)
