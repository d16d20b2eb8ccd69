"""Stage `train_mlp`: the stored models, and how training stops."""

from pathlib import Path

import pytest
import yaml
from safetensors.numpy import load_file

from stages.common.arrays import write_arrays
from stages.common.errors import ParamError
from stages.common.files import sha256, write_json
from stages.train_mlp.__main__ import main
from tests.conftest import ROOT, Repository
from tests.train_mlp.plain import VECTORS
from tinydatasets import load

TUNED = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["recipes"]["tuned"]


def test_the_released_models_are_those_of_the_contract(built_once: Repository) -> None:
    names = "hidden.weight", "hidden.bias", "output.weight", "output.bias"
    for dataset, recipes in VECTORS["models"].items():
        for recipe, expected in recipes.items():
            model = load_file(built_once.folder / f"build/{dataset}/models/{recipe}.safetensors")
            weights = b"".join(model[name].astype("<f4").tobytes() for name in names)
            assert sha256(weights) == expected


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("rate", [1e42, 1e62, 1e150, 1e300, 1.7e308])
@pytest.mark.parametrize("epochs", [1, 3])
def test_training_that_diverges_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimizer: str, rate: float, epochs: int
) -> None:
    monkeypatch.chdir(tmp_path)
    # One step an epoch: after a single one, storing the weights is what finds it.
    changes = {"optimizer": optimizer, "learning_rate": rate, "batch_size": 150, "epochs": epochs}
    Path("params.yaml").write_text(yaml.safe_dump({"recipes": {"mine": {**TUNED, **changes}}}))
    arrays = Path("build/digits/arrays")
    write_json(arrays / "facts.json", {"maximum": 16})
    write_arrays(arrays / "train", *load("tinydigits-150").train)
    with pytest.raises(ParamError) as error:
        main("digits")
    assert error.value.keys == ("recipes", "mine", "learning_rate")
    assert f"{rate}: training on digits diverges (a " in str(error.value)
    assert not Path("build/digits/models").exists()
