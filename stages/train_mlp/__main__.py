"""Stage `train_mlp`: train the baseline of every recipe, to the same bytes on every machine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from safetensors.numpy import save

from stages.check.read import read_recipes
from stages.common import command
from stages.common.errors import ParamError
from stages.common.files import read_json, write_bytes
from stages.common.pixels import to_inputs
from stages.train_mlp.mlp import train
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError


def main(*, train_split: Path, facts: Path, out: Path) -> None:
    """Train every recipe of params.yaml on `train_split`; write the models to `out`."""
    images, labels = read_split(train_split)
    x = to_inputs(images, read_json(facts)["maximum"])
    for name, recipe in read_recipes().items():
        try:
            model = train(x, labels, **asdict(recipe))
        except FloatingPointError as error:
            message = (
                f"{recipe.learning_rate}: training on {train_split.parent.name} diverges "
                f"({error}); take a smaller one. The released metrics stay as they were."
            )
            raise ParamError("recipes", name, "learning_rate", message=message) from None
        write_bytes(out / f"{name}.safetensors", save(model))


if __name__ == "__main__":
    command.run(main, FormatError)
