"""Stage `train_mlp`: train the baseline of every recipe, to the same bytes on every machine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from safetensors.numpy import save

from stages.common import command
from stages.common.arrays import read_arrays
from stages.common.errors import ParamError
from stages.common.files import read_json, write_bytes
from stages.common.images import to_inputs
from stages.params.read import read_recipes
from stages.train_mlp.mlp import train


def main(name: str) -> None:
    """Train every recipe of params.yaml on the dataset `name`; write ``build/NAME/models``."""
    arrays = Path("build", name, "arrays")
    images, labels = read_arrays(arrays / "train")
    x = to_inputs(images, read_json(arrays / "facts.json")["maximum"])
    for key, recipe in read_recipes().items():
        try:
            model = train(x, labels, **asdict(recipe))
        except FloatingPointError as error:
            message = (
                f"{recipe.learning_rate}: training on {name} diverges "
                f"({error}); take a smaller one. The released metrics stay as they were."
            )
            raise ParamError("recipes", key, "learning_rate", message=message) from None
        write_bytes(Path("build", name, "models", f"{key}.safetensors"), save(model))


if __name__ == "__main__":
    command.run(main)
