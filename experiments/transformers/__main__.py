"""Stage `train_transformer`: train small transformers on a text, and sum up what they answer.

It needs PyTorch, and its figures depend on the processor: see docs/transformers.md.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

from tqdm import tqdm

from experiments.transformers.params import read_neural
from experiments.transformers.summary import summarize
from stages.common import command
from stages.common.compute import each
from stages.common.extras import extra
from stages.common.files import write_json
from tinydatasets.texts import read_splits
from tinydatasets.types import FormatError


def main(*, text: Path, out: Path) -> None:
    """Train on the splits in the folder `text` as experiments/transformers/params.yaml says; write `out`."""
    extra("torch", "torch", text, make="learn")
    # Imported here, once it is known that it can be.
    from experiments.transformers.training import run  # noqa: PLC0415

    params, splits = read_neural(), read_splits(text)._asdict()
    todo = list(product(params.recipes, range(params.seeds)))
    results = list(
        tqdm(each(run, todo, splits, params), text.name, len(todo), unit="training", disable=None)
    )
    found = {
        unit: summarize(
            splits, [one for one, which in zip(results, todo, strict=True) if which[0] == unit]
        )
        for unit in params.recipes
    }
    write_json(out, found, indent=1)


if __name__ == "__main__":
    command.run(main, FormatError)
