"""The page on one's own questions and answers: its templates, their entry, and the messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import tinydatasets
from stages import expand_text, params, serialize_text, split_text
from stages.common.errors import StageError
from tests.conftest import ROOT
from tinydatasets import loading

PAGE = (ROOT / "docs/texts.md").read_text(encoding="utf-8")
SAMPLE = (ROOT / "docs/sample-templates.yaml").read_text("ascii")
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
SOURCE = Path("datasets/mine/templates.yaml")
TABLE = Path("build/mine/pairs.tsv")
(ENTRY,) = (
    block
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    if "templates.yaml" in block
)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where params.yaml has the entry of the page and the sample is where it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loading, "_folder", lambda: tmp_path / "datasets")
    for name in ("mine", "tinytalks"):
        Path("datasets", name).mkdir(parents=True)
    Path("datasets/tinytalks/templates.yaml").touch()
    SOURCE.write_text(SAMPLE)
    texts = {**PARAMS["texts"], **yaml.safe_load(ENTRY)}
    Path("params.yaml").write_text(yaml.safe_dump({**PARAMS, "texts": texts}), "utf-8")


def test_the_sample_is_built_with_the_entry_of_the_page() -> None:
    params.main(out=Path("build/params"))
    expand_text.main(source=SOURCE, out=TABLE)
    built = Path("build/mine/split.json")
    split_text.main(params=Path("build/params/texts/mine.json"), pairs=TABLE, out=built)
    serialize_text.main(split=built, out=SOURCE.parent)
    text = tinydatasets.load_text("mine")
    assert [[pair.level for pair in split].count(1) for split in text] == [12, 2, 2]
    assert [[pair.level for pair in split].count(2) for split in text] == [10, 2, 2]
    assert len(TABLE.read_text("ascii").splitlines()) == 1 + 30
    assert "with 30 pairs in" in PAGE
    pairs = {(pair.question, pair.answer) for split in text for pair in split}
    assert ("Is it true that a hen meows?", "No, a hen clucks.") in pairs
    assert ("What is 4 plus 1?", "4 plus 1 is 5.") in pairs


def test_the_sample_is_that_of_the_page() -> None:
    shown = re.search(r"```yaml\n(topics:.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    assert SAMPLE.startswith(shown[1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[a cat, meows, barks]", "[a cat, meows]"),
        ("What sound does <animal>", "What sound does <anmal>"),
        ("<animal> <other>?", "<animal> barks?"),
    ],
)
def test_the_messages_are_those_of_the_page(old: str, new: str) -> None:
    assert SAMPLE.count(old) == 1
    SOURCE.write_text(SAMPLE.replace(old, new))
    with pytest.raises(StageError) as caught:
        expand_text.main(source=SOURCE, out=TABLE)
    assert f"| `{str(caught.value).removeprefix(f'{SOURCE}, ')}` |" in PAGE
    assert not TABLE.exists()
