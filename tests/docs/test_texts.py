"""The page on one's own questions and answers: its sample, its entry, and the messages it shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import tinydatasets
from stages import evaluate_text, expand_text, params, serialize_text, split_text
from stages.common.errors import StageError
from tests.conftest import ROOT
from tinydatasets import loading

PAGE = (ROOT / "docs/texts.md").read_text(encoding="utf-8")
SAMPLE = (ROOT / "docs/sample-pairs.tsv").read_bytes()
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
SOURCE = Path("datasets/mine/pairs.tsv")
PAIRS = Path("build/mine/pairs.tsv")
BUILT = Path("build/mine/split.json")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


ENTRY, *_ = blocks("yaml")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where params.yaml has the entry of the page and the sample is where it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loading, "_folder", lambda: tmp_path / "datasets")
    for name in ("mine", "tinytalks"):
        Path("datasets", name).mkdir(parents=True)
    Path("datasets/tinytalks/templates.yaml").write_bytes(b"")
    write(SAMPLE, ENTRY)


def write(pairs: bytes, entry: str) -> None:
    SOURCE.write_bytes(pairs)
    params = {**PARAMS, "texts": {**PARAMS["texts"], **yaml.safe_load(entry)}}
    Path("params.yaml").write_text(yaml.safe_dump(params), "utf-8")


def build() -> dict[str, Any]:
    """Run what `dvc repro` would, and give the metrics."""
    params.main(out=Path("build/params"))
    expand_text.main(source=SOURCE, out=PAIRS)
    split_text.main(params=Path("build/params/texts/mine.json"), pairs=PAIRS, out=BUILT)
    folder = SOURCE.parent
    serialize_text.main(split=BUILT, out=folder)
    splits = {split: folder / f"{split}.jsonl" for split in ("train", "val", "test")}
    metrics = Path("metrics.json")
    evaluate_text.main(**splits, metrics=metrics)
    found: dict[str, Any] = json.loads(metrics.read_text("ascii"))
    return found


def test_the_sample_is_built_and_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = build()
    text = tinydatasets.load_text("mine")
    found = [[[pair.level for pair in split].count(level) for level in (1, 2, 3)] for split in text]
    assert found == [[4, 3, 1], [1, 1, 0], [1, 1, 1]]
    authored = [line.split("\t") for line in SAMPLE.decode().splitlines()[1:]]
    pairs = sorted(pair for split in text for pair in split)
    assert [[pair.id, str(pair.level), *pair[2:]] for pair in pairs] == authored
    plain = Path("datasets/mine/train.txt").read_bytes()
    assert plain == "".join(f"Q: {p.question}\nA: {p.answer}\n\n" for p in text.train).encode()
    assert not plain.isascii()
    assert metrics["retrieval"][0] == {"ranking": "chance", "val": 0.5, "test": 0.333333}

    (code,) = blocks("python")
    capsys.readouterr()
    exec(code, {})  # noqa: S102 - the code of the page
    assert capsys.readouterr().out == f"{text.train[0].question} {text.train[0].answer}\n"


def test_the_sample_is_that_of_the_page() -> None:
    (shown,) = blocks("text")
    assert SAMPLE.decode().startswith(shown)


def test_no_validation_pairs_as_the_page_says() -> None:
    write(SAMPLE, ENTRY.replace("[1, 1, 0]", "0"))
    metrics = build()
    assert Path("datasets/mine/val.txt").read_bytes() == b""
    assert Path("datasets/mine/val.jsonl").read_bytes() == b""
    assert tinydatasets.load_text("mine").val == []
    assert metrics["bits"] == metrics["characters"][4]["test"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (SAMPLE, SAMPLE.decode().encode("cp1252", "replace"), "line 4: expected UTF-8"),
        (b"1-01\t1\tGood morning!\t", b"1-01 1 Good morning! ", "line 2: expected 4 fields"),
        (b"1-01\t1", b"1-01\t2", "line 2: expected an id such as"),
        (b"Good morning!\t", "Good\xa0morning!\t".encode(), "line 2: expected a question of print"),
        (b"Good morning!\t", b"Good morning! \t", "line 2: expected a question of words"),
        (b"3-02\t3", b"4-02\t4", "expected pairs of every level"),
        (b"What do you like to eat?", b"Good morning?", "1-01 (in "),
    ],
)
def test_the_messages_are_those_of_the_page(old: bytes, new: bytes, message: str) -> None:
    changed = SAMPLE.replace(old, new, 1)
    if b"4-02" in new:
        changed = changed.replace(b"3-01\t3", b"4-01\t4")
    write(changed, ENTRY)
    with pytest.raises(StageError) as caught:
        build()
    said = str(caught.value).removeprefix(f"{SOURCE}: ")
    assert said.startswith(message)
    assert f"| `{said}` |" in PAGE
    assert not BUILT.exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[4, 3, 1]", "[4, 3]"),
        ("[1, 1, 1]", "{4: 1}"),
        ("[1, 1, 0]", "1"),
    ],
)
def test_counts_that_do_not_fit_as_the_page_says(old: str, new: str) -> None:
    write(SAMPLE, ENTRY.replace(old, new))
    with pytest.raises(StageError) as caught:
        build()
    assert f"`{caught.value}`" in PAGE
    assert not BUILT.exists()
