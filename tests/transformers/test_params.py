"""What is said of a wrong ``experiments/transformers/params.yaml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.transformers.params import NEURAL, read_neural
from stages.common.errors import StageError
from tests.conftest import ROOT

RIGHT = (ROOT / NEURAL).read_text("ascii")


def test_that_of_the_project_is_right() -> None:
    params = read_neural(ROOT / NEURAL)
    assert (params.texts, params.seeds, [*params.recipes]) == (
        ["tinytalks"],
        5,
        ["words", "characters"],
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seeds: 5", "seeds: 1", "line 7: seeds: 1: expected greater than or equal to 2"),
        ("seeds: 5", "sedes: 5", "line 7: sedes: unknown key 'sedes'; allowed: texts, seeds, "),
        (
            "    width: 64\n",
            "",
            "line 13: recipes.words.width: missing. Numbers that stand for a token; a multiple of",
        ),
        ("heads: 4", "heads: eight", "line 16: recipes.words.heads: 'eight': expected a whole"),
        ("heads: 4", "head: 8", "line 16: recipes.words.head: unknown key 'head'; allowed: width"),
        ("heads: 4", "heads: 7", "line 13: recipes.words: heads: 7: the width, 64, is no multiple"),
        ("  words:", "  syllables:", "line 13: recipes.syllables: 'syllables': expected 'words' o"),
        ("[tinytalks]", "[a, a]", "line 4: texts: ['a', 'a']: expected each name once"),
        ("texts: [tinytalks]", "texts: tinytalks", "line 4: texts: 'tinytalks': expected a list"),
    ],
)
def test_the_first_mistake_is_said_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    NEURAL.parent.mkdir()
    NEURAL.write_text(RIGHT.replace(old, new, 1))
    with pytest.raises(StageError) as caught:
        read_neural()
    assert str(caught.value).startswith(f"experiments/transformers/params.yaml, {message}")
    assert "\n" not in str(caught.value)
