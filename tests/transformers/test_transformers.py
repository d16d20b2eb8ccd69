"""What needs no PyTorch: parameters of experiments, tokens, and what trainings sum up to."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import tinydatasets
from experiments import check
from experiments.curves.params import PARAMS as CURVES
from experiments.transformers import __main__ as stage
from experiments.transformers import learn
from experiments.transformers.params import PARAMS
from experiments.transformers.summary import Checkpoint, Result, Score, summarize
from experiments.transformers.tokens import END, Vocabulary
from stages.common import command
from stages.common.errors import StageError
from stages.common.files import sha256
from tests.conftest import ROOT
from tinydatasets import Pair

TALKS = [pair for split in tinydatasets.load_text("tinytalks") for pair in split]
WORDS = [
    "It's a well-known cat (Tom).",
    "मेरा नाम टाइनी है।",
    "Ça va très bien, merci.",
    "天空是蓝色的。",
]
OTHERS = [Pair(f"1-{n:02}", 1, "Who?", answer) for n, answer in enumerate(WORDS)]
TRAIN = [Pair("1-01", 1, "Who?", "Ann."), Pair("2-01", 2, "Where?", "Here.")]
TEST = [Pair("1-02", 1, "How?", "So."), Pair("2-02", 2, "When?", "Now.")]

TEMPLATES = Path("datasets/tinytalks/templates.yaml")


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        (CURVES, ("seeds: 20", "seeds: 32"), "line 10: seeds: 32: "),
        (CURVES, ("steps: 640", "step: 640"), "line 13: step: "),
        (CURVES, ("[2, 5,", "[0, 5,"), "line 6: sizes.digits[0]: 0: "),
        (CURVES, ("[2, 5,", "[5, 2,"), "line 6: sizes.digits: [5, 2, 10, "),
        (CURVES, ("[2, 5,", "[5, 5,"), "line 6: sizes.digits: [5, 5, 10, "),
        (CURVES, ("  digits: [", "  digits: 7 #"), "line 6: sizes.digits: 7: "),
        (CURVES, ("  digits", "  digit"), "line 6: sizes.digit: params.yaml has no such source;"),
        (PARAMS, ("seeds: 5", "seeds: 1"), "line 7: seeds: 1: "),
        (PARAMS, ("    width: 64\n", ""), "line 13: recipes.words.width: "),
        (PARAMS, ("heads: 4", "heads: 7"), "line 16: recipes.words.heads: 7: the width, 64, is no"),
        (PARAMS, ("  words:", "  syllables:"), "line 13: recipes.syllables: "),
        (PARAMS, ("[tinytalks]", "[t]"), "line 4: texts[0]: t: params.yaml has no such text;"),
    ],
)
def test_what_is_wrong_in_parameters_is_said_in_one_message(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: Path,
    change: tuple[str, str],
    message: str,
) -> None:
    for file in (Path("params.yaml"), TEMPLATES, CURVES, PARAMS):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    monkeypatch.chdir(tmp_path)
    check.main()
    path.write_text(path.read_text("ascii").replace(*change, 1))
    with pytest.raises(StageError) as caught:
        check.main()
    assert str(caught.value).startswith(f"{path}, {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("main", "arguments"),
    [(stage.main, ["--text", "tinytalks"]), (learn.main, ["tinytalks", "--unit", "words"])],
)
def test_without_pytorch_one_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, main: Any, arguments: list[str]
) -> None:
    # What is None in sys.modules can't be imported.
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(sys, "argv", ["command", *arguments])
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as caught:
        command.run(main)
    assert str(caught.value).endswith("; run `make learn`, or `pip install 'torch'`")


@pytest.mark.parametrize("unit", ["words", "characters"])
@pytest.mark.parametrize("pairs", [TALKS, OTHERS], ids=["tinytalks", "others"])
def test_every_answer_comes_back_as_it_was(unit: str, pairs: list[Pair]) -> None:
    vocabulary = Vocabulary(pairs, unit)
    for pair in pairs:
        encoded, question = vocabulary.encode(pair), vocabulary.question(pair.question)
        assert encoded[: len(question)] == question
        assert vocabulary.decode(encoded[len(question) :]) == pair.answer
        assert encoded.index(END) == len(encoded) - 1
        # Number 0 is padding.
        assert 0 < min(encoded) <= max(encoded) < len(vocabulary)


def result(right: list[bool], bits: list[float], *answers: str) -> Result:
    """Return a training that answers train rightly; the bits are those of test."""
    early = {"train": Score([False, False], [9.0, 9.0]), "test": Score([False] * 2, [9.0] * 2)}
    late = {"train": Score([True, True], [0.0, 0.0]), "test": Score(right, bits)}
    checkpoints = [Checkpoint(10, 1.0, early), Checkpoint(20, 3.25, late)]
    return Result(7, 5, checkpoints, dict(zip(("1-02", "2-02"), answers, strict=True)))


def test_figures_are_means_and_standard_deviations() -> None:
    results = [
        result([True, True], [4.0, 5.0], "So.", "Now."),
        result([True, False], [8.0, 10.0], "So.", "Never."),
        result([True, False], [0.0, 15.0], "So.", "Never."),
        result([True, False], [4.0, 10.0], "So.", "Later."),
    ]
    figures = summarize({"train": TRAIN, "val": [], "test": TEST}, results)
    assert list(figures) == ["trainings", "parameters", "tokens", "levels", "time", "wrong"]
    assert list(figures.values())[:3] == [4, 7, 5]
    # Answers have 3 and 4 characters and an end each: bits are divided by 4, 5 and 9.
    assert [list(row.values()) for row in figures["levels"]] == [
        ["train", "all", 2, 1, 0.0, 0.0, 0.0],
        ["train", 1, 1, 1, 0.0, 0.0, 0.0],
        ["train", 2, 1, 1, 0.0, 0.0, 0.0],
        ["test", "all", 2, 0.625, 0.25, 1.5556, 0.4157],  # of 9, 18, 15, 14 by 9
        ["test", 1, 1, 1, 0.0, 1.0, 0.8165],  # of 1, 2, 0, 1
        ["test", 2, 1, 0.25, 0.5, 2.0, 0.8165],  # of 1, 2, 3, 2
    ]
    assert [list(row.values())[:5] for row in figures["time"]] == [
        [10, 1.0, "train", 2, 0],
        [10, 1.0, "test", 2, 0],
        [20, 3.2, "train", 2, 1],
        [20, 3.2, "test", 2, 0.625],
    ]
    said = {"Never.": 2, "Later.": 1}
    assert figures["wrong"] == [{"id": "2-02", "question": "When?", "answer": "Now.", "said": said}]


def test_the_released_figures_name_the_pairs_that_they_are_of() -> None:
    released = json.loads((ROOT / stage.RESULTS / "tinytalks.json").read_bytes())
    folder = ROOT / "datasets/tinytalks"
    pairs = [(folder / f"{split}.jsonl").read_bytes() for split in ("train", "val", "test")]
    assert next(iter(released.items())) == ("pairs_sha256", sha256(b"".join(pairs)))
