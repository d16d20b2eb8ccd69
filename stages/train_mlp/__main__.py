"""Stage `train_mlp`: train the baseline of every recipe, to the same bytes on every machine."""

from __future__ import annotations

from pathlib import Path

from safetensors.numpy import save

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import read_json, write_bytes
from stages.common.pixels import to_inputs
from stages.train_mlp.mlp import train
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError


def main(*, params: Path, recipes: Path, train_split: Path, out: Path) -> None:
    """Train every recipe of the file `recipes` on `train_split`; write models to `out`."""
    maximum = read_json(params)["maximum"]
    images, labels = read_split(train_split)
    x = to_inputs(images, maximum)
    for name, recipe in read_json(recipes).items():
        try:
            model = train(x, labels, **recipe)
        except FloatingPointError as error:
            raise StageError(
                f"params.yaml: recipes.{name}.learning_rate: {recipe['learning_rate']}: "
                f"training on {params.stem} diverges ({error}); take a smaller one. The released "
                "metrics stay as they were."
            ) from None
        write_bytes(out / f"{name}.safetensors", save(model))


if __name__ == "__main__":
    command.run(main, FormatError)
