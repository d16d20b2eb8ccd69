"""One message for what is wrong in experiments/curves/params.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from experiments.curves.params import read_curves
from stages.common.errors import StageError

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = "sizes:\n  mine: [2, 5]\n  other: [3]\nseeds: 3\nsteps: 7\n"
ROWS = {"mine": [30, 28, 31], "other": [9, 4], "third": [1]}


def test_what_is_right_is_read(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(RIGHT)
    curves = read_curves(ROWS, path)
    assert curves.sizes == {"mine": [2, 5], "other": [3]}
    assert (curves.seeds, curves.steps) == (3, 7)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seeds: 3", "seeds: 1", "line 4: seeds: 1: expected greater than or equal to 2"),
        ("seeds: 3", "seeds: 32", "line 4: seeds: 32: expected less than or equal to 31"),
        ("seeds: 3", "seeds: many", "line 4: seeds: 'many': expected a whole number"),
        ("steps: 7", "steps: 0", "line 5: steps: 0: expected greater than or equal to 1"),
        (
            "steps: 7\n",
            "",
            "line 1: steps: missing. How long a training of a fixed number of optimizer steps is.",
        ),
        (
            "steps: 7",
            "step: 7",
            "line 5: step: unknown key 'step'; allowed: sizes, seeds, steps. Did you mean 'steps'?",
        ),
        (
            "[2, 5]",
            "7",
            "line 2: sizes.mine: 7: expected a list of numbers, as in [2, 5, 10]",
        ),
        ("[2, 5]", "[]", "line 2: sizes.mine: empty; it needs an entry"),
        ("[2, 5]", "[2, 0]", "line 2: sizes.mine[1]: 0: expected greater than or equal to 1"),
        ("[2, 5]", "[2, 2.5]", "line 2: sizes.mine[1]: 2.5: expected a whole number"),
        (
            "[2, 5]",
            "[5, 2]",
            "line 2: sizes.mine: [5, 2]: expected numbers in ascending order, none twice",
        ),
        (
            "[2, 5]",
            "[2, 2]",
            "line 2: sizes.mine: [2, 2]: expected numbers in ascending order, none twice",
        ),
        (
            "[2, 5]",
            "[2, 28]",
            (
                "line 2: sizes.mine[1]: 28: class 1 has 28 rows, and one at least must be left to "
                "score on"
            ),
        ),
        (
            "  other",
            "  othr",
            (
                "line 3: sizes.othr: unknown source 'othr'; allowed: mine, other, third. "
                "Did you mean 'other'?"
            ),
        ),
        (
            "sizes:\n  mine: [2, 5]\n  other: [3]",
            "sizes: [2, 5]",
            (
                "line 1: sizes: [2, 5]: expected a mapping of sources to lists of numbers, as in "
                "`digits: [2, 5, 10]`"
            ),
        ),
        (
            "sizes:\n  mine: [2, 5]\n  other: [3]",
            "sizes: {}",
            "line 1: sizes: empty; it needs an entry",
        ),
        (
            RIGHT,
            "seven",
            "line 1: the whole file: 'seven': expected a mapping with the keys sizes, seeds, steps",
        ),
        (RIGHT, "", "line 1: the whole file: nothing: expected a mapping with the keys sizes, "),
        ("[2, 5]", "[2, 5", "line 3, column 8: not readable as YAML"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "params.yaml"
    assert old in RIGHT
    path.write_text(RIGHT.replace(old, new, 1))
    with pytest.raises(StageError) as caught:
        read_curves(ROWS, path)
    assert str(caught.value).startswith(f"{path}, {message}")
    assert "\n" not in str(caught.value)
