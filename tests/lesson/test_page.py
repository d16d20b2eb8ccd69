"""The page of the first lesson holds what is released, and its words come from one file."""

from __future__ import annotations

import base64
import json
import pickle
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from lesson.page.__main__ import main
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CODE = ROOT / "lesson" / "page"


def test_it_holds_the_released_images_and_sums_and_needs_nothing_else(tmp_path: Path) -> None:
    main(out=tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    lesson = json.loads(page.partition('id="lesson">')[2].partition("</script>")[0])
    splits: dict[str, dict[str, Any]] = {"tinymnist/test": lesson["mnist"]}
    for name in ("tinydigits", "tinydigits-150"):
        splits |= {
            f"{name}/{split}": lesson["editions"][name][split] for split in ("train", "test")
        }
    for name, split in splits.items():
        released = pickle.loads((ROOT / "datasets" / f"{name}.pkl").read_bytes())
        pixels = np.frombuffer(base64.b64decode(split["images"]), np.uint8)
        scale = np.float32(16) if "digits" in name else 1
        np.testing.assert_array_equal(pixels / scale, released["images"].ravel())
        assert [*map(int, split["labels"])] == released["labels"].tolist()
    contract = json.loads((ROOT / "docs" / "exact-training.json").read_text(encoding="utf-8"))
    assert lesson["released"] == contract["models"]


def test_every_word_is_used_and_none_is_missing() -> None:
    words = json.loads((CODE / "words.json").read_text(encoding="utf-8"))
    files = [*CODE.glob("*.js"), *CODE.glob("*.j2")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    said = " ".join(re.findall(r"say\(([^{)]*)", code))
    assert {*re.findall(r'"(\w+)"', said), *re.findall(r"words\.(\w+)", code)} <= {*words}
    names = {*re.findall(r"\w+", code)}
    assert [key for key in words if not {key, f"{key.partition('_')[0]}_"} & names] == []
