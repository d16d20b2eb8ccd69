"""What needs no PyTorch: parameters of experiments, tokens, and what trainings sum up to."""

import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tinydatasets
from experiments import check
from experiments.curves.params import PARAMS as CURVES
from experiments.transformers import __main__ as stage
from experiments.transformers import contexts, learn
from experiments.transformers.params import PARAMS, read_transformers
from experiments.transformers.summary import Checkpoint, Result, Score, summarize
from experiments.transformers.tokens import END, Vocabulary
from stages.common import command
from stages.common.errors import StageError
from stages.common.levels import HELD_OUT
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
VAL = [Pair("1-03", 1, "Do you?", "No, I do.")]
TEST = [Pair("1-02", 1, "How?", "So."), Pair("2-02", 2, "When?", "Now.")]

RECIPES = (ROOT / PARAMS).read_text("ascii")
WORDS_RECIPE = RECIPES[RECIPES.index("  words:") : RECIPES.index("  characters:")]
TEMPLATES = [Path("datasets", name, "templates.yaml") for name in ("tinytalks", "tinytalks-1200")]


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        (CURVES, ("seeds: 20", "seeds: 32"), "line 10: seeds: 32: "),
        (CURVES, ("steps: 640", "step: 640"), "line 13: step: "),
        (CURVES, ("[2, 5,", "[0, 5,"), "line 6: sizes.digits[0]: 0: "),
        (CURVES, ("[2, 5,", "[5, 2,"), "line 6: sizes.digits: [5, 2, 10, "),
        (CURVES, ("  digits", "  digit"), "line 6: sizes.digit: params.yaml has no such source;"),
        (PARAMS, ("seeds: 5", "seeds: 1"), "line 7: seeds: 1: "),
        (PARAMS, ("    width: 64\n", ""), "line 13: recipes.words.width: "),
        (PARAMS, ("heads: 4", "heads: 7"), "line 16: recipes.words.heads: 7: the width, 64, is no"),
        (PARAMS, ("  words:", "  syllables:"), "line 13: recipes.syllables: "),
        (PARAMS, ("[tinytalks,", "[t,"), "line 4: texts[0]: t: params.yaml has no such text;"),
        (PARAMS, (WORDS_RECIPE, ""), "line 12: recipes: none for words, by which"),
        (PARAMS, ("Ana, Ben", "Ben, Ben"), "line 36: contexts.names: ['Ben', 'Ben', "),
        (PARAMS, ("[4, 6, 8]", "[4, 8, 6]"), "line 39: contexts.fillers: [4, 8, 6]: expected num"),
        (PARAMS, ("[4, 6, 8]", "[4, 6, 9]"), "line 39: contexts.fillers[2]: 9: expected at most 8"),
        (PARAMS, ("[4, 6, 8]", "[3, 6, 8]"), "line 39: contexts.fillers[0]: 3: they have too few"),
    ],
)
def test_what_is_wrong_in_parameters_is_said_in_one_message(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: Path,
    change: tuple[str, str],
    message: str,
) -> None:
    for file in (Path("params.yaml"), *TEMPLATES, CURVES, PARAMS):
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
    [
        (stage.main, ["--text", "tinytalks"]),
        (contexts.main, []),
        (learn.main, ["tinytalks", "--unit", "words"]),
    ],
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
    """Return a training that answers train rightly; val is the first pair if there are three."""
    val = len(right) - 2
    early = {"train": Score([False] * 2, [9.0] * 2)}
    late = {"train": Score([True] * 2, [0.0] * 2)}
    for split, rows in {"val": slice(val), "test": slice(val, None)}.items():
        early[split] = Score([False for _ in right[rows]], [9.0 for _ in right[rows]])
        late[split] = Score(right[rows], bits[rows])
    checkpoints = [Checkpoint(10, 1.0, early), Checkpoint(20, 3.25, late)]
    said = {pair.id: answer for pair, answer in zip([*VAL, *TEST][-len(right) :], answers)}
    return Result(7, 5, checkpoints, said)


def test_figures_are_means_deviations_and_the_worst() -> None:
    results = [
        result([True, True, True], [2.0, 4.0, 5.0], "No, I do.", "So.", "Now."),
        result([True, True, False], [2.0, 8.0, 10.0], "No, I do.", "So.", "Never."),
        result([True, True, False], [2.0, 0.0, 15.0], "No, I do.", "So.", "Never."),
        result([False, True, False], [2.0, 4.0, 10.0], "Yes, I do.", "So.", "Later."),
    ]
    figures = summarize({"train": TRAIN, "val": VAL, "test": TEST}, results)
    assert list(figures) == ["trainings", "parameters", "tokens", "levels", "time", "wrong"]
    assert list(figures.values())[:3] == [4, 7, 5]
    # Answers have 9, 3 and 4 characters and an end each: bits are divided by 10, 4, 5 and sums.
    rounded = [
        [round(v, 4) if isinstance(v, float) else v for v in row.values()]
        for row in figures["levels"]
    ]
    assert rounded == [
        ["train", "all", 2, 1, 0.0, 1, 0.0, 0.0],
        ["train", "1", 1, 1, 0.0, 1, 0.0, 0.0],
        ["train", "2", 1, 1, 0.0, 1, 0.0, 0.0],
        ["val", "all", 1, 0.75, 0.5, 0, 0.2, 0.0],
        ["val", "1", 1, 0.75, 0.5, 0, 0.2, 0.0],
        ["val", "yes or no", 1, 0.75, 0.5, 0, 0.2, 0.0],
        ["test", "all", 2, 0.625, 0.25, 0.5, 1.5556, 0.4157],  # of 9, 18, 15, 14 by 9
        ["test", "1", 1, 1, 0.0, 1, 1.0, 0.8165],  # of 1, 2, 0, 1
        ["test", "2", 1, 0.25, 0.5, 0, 2.0, 0.8165],  # of 1, 2, 3, 2
        ["held out", "all", 3, 0.6667, 0.2722, 0.3333, 0.8421, 0.1969],  # of 11, 20, 17, 16 by 19
        ["held out", "1", 2, 0.875, 0.25, 0.5, 0.4286, 0.2333],  # of 6, 10, 2, 6 by 14
        ["held out", "2", 1, 0.25, 0.5, 0, 2.0, 0.8165],
        ["held out", "yes or no", 1, 0.75, 0.5, 0, 0.2, 0.0],
    ]
    assert [list(row.values())[:5] for row in figures["time"]] == [
        [10, 1.0, "train", 2, 0],
        [10, 1.0, "val", 1, 0],
        [10, 1.0, "test", 2, 0],
        [10, 1.0, "held out", 3, 0],
        [20, 3.2, "train", 2, 1],
        [20, 3.2, "val", 1, 0.75],
        [20, 3.2, "test", 2, 0.625],
        [20, 3.2, "held out", 3, 0.666667],
    ]
    assert [(row["id"], row["said"]) for row in figures["wrong"]] == [
        ("1-03", {"Yes, I do.": 1}),
        ("2-02", {"Never.": 2, "Later.": 1}),
    ]
    assert figures["wrong"][1]["question"] == "When?"
    assert figures["wrong"][1]["answer"] == "Now."


@pytest.mark.parametrize(("fillers", "most"), [(4, 52), (6, 430), (8, 1548)])
def test_contexts_are_drawn_once_and_those_held_out_stay_the_same(fillers: int, most: int) -> None:
    params = read_transformers().contexts
    # There are so many, and no more.
    for fits, count in enumerate((most + 1, most)):
        assert replace(params, counts=[count]).counts_for(fillers) == [count] * fits
    splits = contexts.draw(params, fillers, most, seed=0)
    assert [len(splits[split]) for split in ("train", HELD_OUT)] == [2 * most, 2 * params.held_out]
    answers: dict[frozenset[str], list[str]] = {}
    in_order = 0
    for pair in (*splits["train"], *splits[HELD_OUT]):
        first, second, question = re.split(r"(?<=\.) ", pair.question)
        name, verb = pair.answer.rstrip(".").split()
        assert question == f"What does {name} do?"
        assert name in params.names[:fillers]
        assert verb in params.verbs[:fillers]
        assert len({*re.split(r"\W+", f"{first} {second}")}) == 5  # no word twice, and the end
        answers.setdefault(frozenset((first, second)), []).append(pair.answer)
        in_order += first < second
    # None twice, nor in the other order; each with both its questions.
    assert [sorted(both) for both in answers.values()] == [sorted(context) for context in answers]
    # Either name comes first about as often.
    assert 0.3 < in_order / (2 * len(answers)) < 0.7
    fewer = contexts.draw(params, fillers, 20, seed=0)
    assert fewer == {"train": splits["train"][:40], HELD_OUT: splits[HELD_OUT]}
    assert contexts.draw(params, fillers, 20, seed=1)[HELD_OUT] != splits[HELD_OUT]
