"""One message for what is wrong in experiments/curves/params.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import check
from experiments.curves import __main__ as stage
from experiments.curves.params import PARAMS
from stages.common.errors import StageError

RIGHT = "sizes:\n  small: [2, 5]\nseeds: 3\nsteps: 7\n"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seeds: 3", "seeds: 1", "line 3: seeds: 1: "),
        ("seeds: 3", "seeds: 32", "line 3: seeds: 32: "),
        ("steps: 7", "steps: 0", "line 4: steps: 0: "),
        ("steps: 7", "step: 7", "line 4: step: "),
        ("[2, 5]", "7", "line 2: sizes.small: 7: "),
        ("[2, 5]", "[2, 0]", "line 2: sizes.small[1]: 0: "),
        ("[2, 5]", "[2, 2.5]", "line 2: sizes.small[1]: 2.5: "),
        ("[2, 5]", "[5, 2]", "line 2: sizes.small: [5, 2]: expected numbers in ascending order"),
        ("[2, 5]", "[2, 2]", "line 2: sizes.small: [2, 2]: expected numbers in ascending order"),
        ("sizes:\n  small: [2, 5]", "sizes: [2, 5]", "line 1: sizes: [2, 5]: "),
        ("small", "smal", "line 2: sizes.smal: params.yaml has no such entry; it has small"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(old: str, new: str, message: str) -> None:
    assert old in RIGHT
    PARAMS.write_text(RIGHT.replace(old, new, 1))
    with pytest.raises(StageError) as caught:
        check.main()
    assert str(caught.value).startswith(f"{PARAMS}, {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("folder")
def test_what_the_source_lacks_is_said() -> None:
    PARAMS.write_text(RIGHT.replace("5", "30"))
    with pytest.raises(StageError) as caught:
        stage.main(source="small")
    assert str(caught.value) == (
        f"{PARAMS}, line 2: sizes.small[1]: 30: class 0 has 30 rows, and one at least must be left "
        "to score on"
    )
    Path("build/sources/small/images.npy").unlink()
    with pytest.raises(StageError, match="this source is read in parts"):
        stage.main(source="small")
