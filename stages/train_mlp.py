"""Stage `train_mlp`: train the baseline of every recipe."""

from __future__ import annotations

from pathlib import Path

from safetensors.numpy import save

from stages.lib import command
from stages.lib.command import StageError
from stages.lib.files import read_json, write_bytes
from stages.lib.models.mlp import MarginError, train
from tinydatasets.pickles import read_split
from tinydatasets.types import FormatError


def main(*, params: Path, recipes: Path, train_split: Path, out: Path) -> None:
    """Train every recipe of the file `recipes` on `train_split`; write models to `out`."""
    maximum = read_json(params)["maximum"]
    split = read_split(train_split)
    for name, recipe in read_json(recipes).items():
        try:
            model = train(split, maximum, **recipe)
        except FloatingPointError as error:
            raise StageError(
                f"params.yaml: recipes.{name}.learning_rate: {recipe['learning_rate']}: "
                f"training on {params.stem} diverges ({error}); take a smaller one. The released "
                "metrics stay as they were."
            ) from None
        except MarginError as error:
            raise StageError(
                f"params.yaml: recipes.{name}.seed: {recipe['seed']}: training on {params.stem} is "
                f"not sure to give the same bytes on every machine ({error}); take another seed. "
                "The released metrics stay as they were."
            ) from None
        write_bytes(out / f"{name}.safetensors", save(model))


if __name__ == "__main__":
    command.run(main, FormatError)
