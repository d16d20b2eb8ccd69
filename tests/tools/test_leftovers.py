"""What `make repro` ends with: warnings of images that are equal or nearly so."""

from pathlib import Path

import pytest

from stages.common.files import write_json
from tools import leftovers


def test_equal_images_are_named_after_each_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = {"own": ["trees", "new"], "datasets": ["oak", "new"]}
    write_json(Path("params.yaml"), {part: {name: {} for name in n} for part, n in parts.items()})
    equal = {"within": 0, "across": 2, "examples": [["elm/1.png", "oak/2.png"]]}
    write_json(Path("build/sources/trees/facts.json"), {"equal": equal})
    pairs = [["a", "b"]]
    counts = [
        {"split": "val", "other": "train", "equal": 0, "nearly": 0, "examples": []},
        {"split": "test", "other": "train", "equal": 1, "nearly": None, "examples": pairs},
        {"split": "test", "other": "val", "equal": 1, "nearly": 2, "examples": pairs},
    ]
    write_json(Path("build/report/oak.json"), {"equal": {"counts": counts}})
    leftovers.main()
    expected = (
        "own.trees: 2 images have an equal one in another class, such as elm/1.png and oak/2.png",
        "datasets.oak: 1 image of test is equal to one of train, such as a and b",
        "datasets.oak: 2 images of test are equal or nearly equal to one of val, such as a and b",
    )
    lines = [f"warning: {words}; docs/trust.md says what to do\n" for words in expected]
    assert capsys.readouterr().err == "".join(lines)
