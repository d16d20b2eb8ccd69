"""The stage, the command that shows one training, and the figures that are published."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

import tinydatasets
from experiments.transformers.params import NEURAL, read_neural
from experiments.transformers.training import train
from stages import train_transformer
from stages.common import command
from tests.conftest import ROOT
from tinydatasets.texts import to_json_lines
from tools import learn

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = """{width: 16, layers: 1, heads: 2, dropout: 0.0, question_weight: 0.0, batch_size: 8,
      learning_rate: 0.01, weight_decay: 0.0, steps: 100}"""
PARAMS = f"""\
texts: [tinytalks]
seeds: 2
checkpoints: 2
recipes:
    words: {RECIPE}
    characters: {RECIPE}
"""
TALKS = tinydatasets.load_text("tinytalks")
METRICS: dict[str, Any] = json.loads(
    (ROOT / "experiments/transformers/tinytalks.json").read_text("ascii")
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with small recipes and a few pairs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / NEURAL).parent.mkdir()
    (tmp_path / NEURAL).write_text(PARAMS)
    (tmp_path / "few").mkdir()
    for split, pairs in {"train": TALKS.train[:8], "val": [], "test": TALKS.test[:2]}.items():
        (tmp_path / f"few/{split}.jsonl").write_text(to_json_lines(pairs))
    return tmp_path


def figures(folder: Path, workers: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TINYDATASETS_WORKERS", workers)
    train_transformer.main(text=folder / "few", out=folder / "out.json")
    found = json.loads((folder / "out.json").read_bytes())
    for of_unit in found.values():
        for row in of_unit["time"]:
            del row["seconds"]
    return found


def test_figures_are_the_same_with_one_worker_and_with_two(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = figures(folder, "1", monkeypatch)
    assert [*found] == ["words", "characters"]
    assert found["words"]["trainings"] == 2
    assert [row["steps"] for row in found["words"]["time"]] == [50, 50, 100, 100]
    assert figures(folder, "2", monkeypatch) == found


def test_a_damaged_text_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "few/test.jsonl").write_text("{}\n")
    monkeypatch.setattr(sys, "argv", ["stage", "--text", "few", "--out", "out.json"])
    with pytest.raises(SystemExit) as caught:
        command.run(train_transformer.main, tinydatasets.FormatError)
    assert str(caught.value).startswith("few/test.jsonl: not questions and answers")
    assert not (folder / "out.json").exists()


@pytest.mark.usefixtures("folder")
def test_learn_shows_each_level_and_each_miss(capsys: pytest.CaptureFixture[str]) -> None:
    learn.main("tinytalks", unit="words")
    printed = capsys.readouterr().out
    assert "100 steps on 210 pairs, by words" in printed
    table, *misses, hint = printed.split("\n\n")[1:]
    assert hint.startswith("docs/transformers.md says what such misses tell.")
    lines = [line.split() for line in table.splitlines()]
    assert lines[0] == ["level", "train", "val", "test"]
    assert [line[0] for line in lines[1:]] == ["1", "2", "3", "4", "5", "all"]
    assert [line[3::3] for line in lines[1:6]] == [["42", "9", "9"]] * 5
    right = int(lines[-1][4]) + int(lines[-1][7])
    assert len(misses) == 90 - right
    ids = {pair.id: pair for pair in (*TALKS.val, *TALKS.test)}
    for miss in misses:
        split, identifier, _, rest = miss.split(maxsplit=3)
        assert split in {"val", "test"}
        assert rest.startswith(ids[identifier].question)
        assert ids[identifier].answer in rest
        assert "said: " in rest


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("", "words", "say which text: make learn TEXT=tinytalks"),
        ("tinytalk", "words", "no dataset 'tinytalk'; there are tinytalks."),
        (
            "tinytalks",
            "word",
            "experiments/transformers/params.yaml has no recipe for 'word'; it has words, char",
        ),
    ],
)
def test_learn_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, text: str, unit: str, message: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["learn", text, "--unit", unit])
    with pytest.raises(SystemExit) as caught:
        command.run(learn.main, ValueError)
    assert message in str(caught.value)


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_one_training_comes_near_the_figures_that_are_published(unit: Any) -> None:
    """The last digits depend on the processor, and training makes them grow."""
    params, splits = read_neural(ROOT / NEURAL), TALKS._asdict()
    last = train(splits, params.recipes[unit], unit=unit, seed=0, checkpoints=1).checkpoints[-1]
    published = {
        row["split"]: row["exact"] for row in METRICS[unit]["levels"] if row["level"] == "all"
    }
    for split, its_score in last.scores.items():
        exact = sum(its_score.right) / len(its_score.right)
        assert abs(exact - published[split]) < (0.05 if split == "train" else 0.2)
