"""The page on one's own questions and answers: its samples, entries and code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import tinydatasets
from stages.texts import evaluate_text, expand_text, serialize_text, split_text
from tests.conftest import ROOT
from tinydatasets import Text, loading

PAGE = (ROOT / "docs/texts.md").read_text(encoding="utf-8")
PAIRS = (ROOT / "docs/sample-pairs.tsv").read_text(encoding="utf-8")
TEMPLATES = (ROOT / "docs/sample-templates.yaml").read_text(encoding="utf-8")
PAIRS_ENTRY, TOPICS, TEMPLATES_ENTRY = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loading, "_folder", lambda: tmp_path / "datasets")


def build(authored: str, entry: str) -> Text:
    """Do with a file what the page says, and load what was built."""
    params = {
        "sources": {},
        "own": {},
        "datasets": {},
        "recipes": {},
        "texts": yaml.safe_load(entry),
    }
    Path("params.yaml").write_text(yaml.safe_dump(params), "utf-8")
    source = Path(params["texts"]["mine"]["source"])
    source.parent.mkdir(parents=True)
    source.write_text(authored, "utf-8")
    expand_text.main(source=source, out=Path("build/mine/pairs.tsv"))
    split_text.main("mine")
    serialize_text.main("mine")
    evaluate_text.main("mine")
    return tinydatasets.load_text("mine")


def metrics() -> Any:
    return json.loads(Path("metrics/mine.json").read_text("ascii"))


def counts(text: Text) -> list[list[int]]:
    """Count the pairs of each level in each split."""
    levels = range(1, 1 + max(pair.level for pair in text.train))
    return [[[pair.level for pair in split].count(level) for level in levels] for split in text]


def test_pairs_are_built_and_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    text = build(PAIRS, PAIRS_ENTRY)
    assert counts(text) == [[4, 3, 1], [1, 1, 0], [1, 1, 1]]
    pairs = sorted(pair for split in text for pair in split)
    assert ["\t".join(map(str, pair)) for pair in pairs] == PAIRS.splitlines()[1:]
    plain = Path("datasets/mine/train.txt").read_text("utf-8")
    assert plain == "".join(f"Q: {p.question}\nA: {p.answer}\n\n" for p in text.train)
    assert not plain.isascii()
    assert [row["pairs"] for row in metrics()["baselines"]] == [5, 2, 2, 1]

    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    capsys.readouterr()
    exec(code, {})  # noqa: S102 - the code of the page
    assert capsys.readouterr().out == f"{text.train[0].question} {text.train[0].answer}\n"


def test_without_validation_pairs_its_files_are_empty() -> None:
    assert build(PAIRS, PAIRS_ENTRY.replace("[1, 1, 0]", "0")).val == []
    assert Path("datasets/mine/val.txt").read_bytes() == b""
    assert Path("datasets/mine/val.jsonl").read_bytes() == b""
    assert tinydatasets.read_pairs("datasets/mine/val.jsonl", may_be_empty=True) == []
    assert metrics()["bits"] == metrics()["characters"][4]["test"]


def test_templates_are_built_and_loaded() -> None:
    text = build(TEMPLATES, TEMPLATES_ENTRY)
    assert counts(text) == [[12, 10], [2, 2], [2, 2]]
    pairs = {(pair.question, pair.answer) for split in text for pair in split}
    assert len(pairs) == 30
    assert ("Is it true that a hen meows?", "No, a hen clucks.") in pairs
    assert ("What is 4 plus 1?", "4 plus 1 is 5.") in pairs


def test_the_samples_are_those_of_the_page() -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert PAIRS.startswith(shown)
    assert TEMPLATES.startswith(TOPICS)
